using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Reorganize;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

public class PlanStepsTests
{
    [Fact]
    public void The_way_to_every_plan_of_a_kernel_is_legal_and_ends_at_the_plan()
    {
        TypeGraph graph = Inputs.Graph("oracle/linux-6.1/vmlinux.btf.gz");
        var reorganizer = new Reorganizer(graph);
        var structs = new ReorganizedStructs(graph, 64, withSteps: true);
        for (uint i = 1; i < (uint)graph.TypeCount; i++)
        {
            TypeView type = graph[new TypeId(i)];
            if (type.Kind == TypeKind.Struct && !type.IsAnonymous && reorganizer.Plan(type.Id) is { IsImprovement: true } plan)
            {
                structs.Add(plan, type.NameString);
            }
        }

        IReadOnlyList<ReorganizedStruct> built = structs.Build();
        var analyzer = new LayoutAnalyzer(built[0].RelaidGraph);
        var growing = new List<string>();
        foreach (ReorganizedStruct s in built)
        {
            foreach (ReorganizedStep step in s.Steps)
            {
                StructLayout layout = analyzer.Analyze(step.Type);
                layout.Members.Length.ShouldBe(s.Plan.Before.Members.Length, s.Name);
                layout.Members.ToArray().ShouldAllBe(m => m.HoleBytes >= 0 && m.HoleBits >= 0, s.Name);
                layout.Summary.IsPacked.ShouldBeFalse(s.Name);
                layout.Members[^1].EndBits.ShouldBeLessThanOrEqualTo(layout.Summary.SizeBytes * 8, s.Name);
            }

            TypeView last = s.RelaidGraph[s.Steps[^1].Type], end = s.RelaidGraph[s.Relaid];
            Enumerable.Range(0, end.Members.Count).ShouldAllBe(k => last.Members[k].BitOffset == end.Members[k].BitOffset
                && last.Members[k].NameId == end.Members[k].NameId, s.Name);
            if (s.Steps.Any(step => step.Summary.SizeBytes > s.Plan.BeforeObjective.SizeBytes))
            {
                growing.Add($"{s.Name}: {s.Plan.BeforeObjective.SizeBytes} " + string.Join(' ', s.Steps.Select(step => step.Summary.SizeBytes)));
            }
        }

        growing.Count.ShouldBeLessThan(built.Count / 50, string.Join('\n', growing));
    }
}
