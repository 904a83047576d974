using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>What base types of a build are used for. Compilers invent types that only count elements; formats disagree on their size.</summary>
internal sealed class BaseTypeUses(CompareSide side)
{
    private Uses[]? _uses;

    [Flags]
    private enum Uses : byte
    {
        None = 0,
        Index = 1,
        Other = 2,
    }

    /// <summary>Whether arrays count with a type, and nothing else has it. Cost: the first time linear in all types.</summary>
    public bool IsOnlyIndex(CompareGraph graph, uint id) => (_uses ??= Collect())[graph.NumberOf(id)] == Uses.Index;

    private Uses[] Collect()
    {
        var uses = new Uses[side.Count];
        foreach (CompareGraph graph in side.Graphs)
        {
            for (uint id = side.Set.FirstTypeOf(graph.Graph).Value; id < graph.Graph.TypeCount; id++)
            {
                Add(graph, graph.Graph[new TypeId(id)], uses);
            }
        }

        return uses;
    }

    private static void Add(CompareGraph graph, TypeView type, Uses[] uses)
    {
        uses[graph.NumberOf(type.IndexType.Value)] |= Uses.Index;
        uses[graph.NumberOf(type.Target.Value)] |= Uses.Other;
        if (type.IsComposite)
        {
            foreach (ref readonly MemberRow member in graph.Graph.MembersOf(type.Id.Value))
            {
                uses[graph.NumberOf(member.Type)] |= Uses.Other;
            }
        }
        else if (type.Kind == TypeKind.FunctionPrototype)
        {
            foreach (ref readonly ParameterRow parameter in graph.Graph.ParametersOf(type.Id.Value))
            {
                uses[graph.NumberOf(parameter.Type)] |= Uses.Other;
            }
        }
    }
}
