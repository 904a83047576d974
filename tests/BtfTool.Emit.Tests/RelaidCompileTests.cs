using System.Buffers;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Compilers lay the structs of a plan as it says.</summary>
public class RelaidCompileTests
{
    public static TheoryData<string> Files => [.. DwarfFixtures.Readable];

    [Theory]
    [InlineData("linux-6.1", "gcc")]
    [InlineData("linux-6.1", "clang")]
    [InlineData("linux-6.18", "gcc")]
    [InlineData("linux-6.18", "clang")]
    public void Every_struct_of_a_kernel_that_changes_is_laid_so(string kernel, string compiler)
    {
        TypeGraph graph = HeadersFixture.Kernel(kernel);
        (byte[] header, RelaidSource source) = Write(graph, plan => plan.IsImprovement);

        source.Written.Count.ShouldBeGreaterThan(500);
        source.LeftOut.ShouldBeLessThan(source.Written.Count / 4);
        CheckCompiled(graph, source, compiler, header);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_struct_of_a_fixture_is_laid_so_by_the_processor_it_is_for(string name)
    {
        string path = Fixtures.PathOf("dwarf/bin/" + name);
        using TypeSource source = SourceOpener.Open(path, new SourceOptions { Format = SourceFormat.Dwarf });
        (byte[] header, RelaidSource relaid) = Write(source.Graph, _ => true);

        DwarfFixtureHeaderTests.Compile(name, header, relaid.Text).ShouldBe("");
    }

    [Theory]
    [InlineData("linux-6.1")]
    [InlineData("linux-6.18")]
    public void The_header_of_every_struct_of_a_kernel_that_changes_compiles_to_its_places(string kernel)
    {
        TypeGraph graph = HeadersFixture.Kernel(kernel);
        var relaid = new RelaidStruct(graph);
        List<TypeId> roots = [];
        foreach (ReorganizationPlan plan in Plans(graph).Where(plan => plan.IsImprovement && !graph[plan.Type].IsAnonymous))
        {
            roots.Add(relaid.Add(plan, RelaidSource.NameOf(roots.Count)));
        }

        TypeGraph built = relaid.Build();
        var emitter = new HeaderEmitter(built, new HeaderOptions { Roots = roots });
        byte[] header = HeadersFixture.Bytes(emitter);
        var assertions = new ArrayBufferWriter<byte>();
        new LayoutAssertions(built, emitter).Write(assertions);

        roots.Count.ShouldBeGreaterThan(500);
        roots.ShouldAllBe(root => emitter.IsDefined(root));
        Clang.CheckFor("x86_64-linux-gnu", header, assertions.WrittenSpan.ToArray()).ShouldBe("");
        (Clang.CheckByGcc("gcc", header, assertions.WrittenSpan.ToArray()) ?? "").ShouldBe("");
    }

    private static (byte[] Header, RelaidSource Source) Write(TypeGraph graph, Func<ReorganizationPlan, bool> isWanted)
    {
        var emitter = new HeaderEmitter(graph, HeaderOptions.Default);
        byte[] header = HeadersFixture.Bytes(emitter);
        var source = new RelaidSource(graph, emitter);
        foreach (ReorganizationPlan plan in Plans(graph).Where(isWanted))
        {
            source.Add(plan);
        }

        return (header, source);
    }

    private static IEnumerable<ReorganizationPlan> Plans(TypeGraph graph)
    {
        var reorganizer = new Reorganizer(graph);
        for (uint i = 1; i < (uint)graph.TypeCount; i++)
        {
            if (graph.KindOf(new TypeId(i)) == TypeKind.Struct && reorganizer.Plan(new TypeId(i)) is { Kept: BarrierReason.None } plan)
            {
                yield return plan;
            }
        }
    }

    // Bitfields have no offset in C: what the compiler did with them is in its DWARF.
    private static void CheckCompiled(TypeGraph graph, RelaidSource source, string compiler, byte[] header)
    {
        string stem = Path.Combine(Path.GetTempPath(), $"btftool-{Guid.NewGuid():n}");
        try
        {
            File.WriteAllBytes(stem + ".c", [.. header, .. source.Text]);
            Clang.Compile(compiler, stem + ".c", stem + ".o").ShouldBe("");
            using TypeSource compiled = SourceOpener.Open(stem + ".o", new SourceOptions { Format = SourceFormat.Dwarf });
            Dictionary<string, TypeId> structs = Structs(compiled.Graph);
            for (int i = 0; i < source.Written.Count; i++)
            {
                ReorganizationPlan plan = source.Written[i];
                Places(compiled.Graph[structs[RelaidSource.NameOf(i)]])
                    .ShouldBe(plan.Members.ToArray().Select(m => ($"m{m.Member}", (ulong)m.BitOffset)), graph[plan.Type].NameString);
            }
        }
        finally
        {
            File.Delete(stem + ".c");
            File.Delete(stem + ".o");
        }
    }

    private static Dictionary<string, TypeId> Structs(TypeGraph graph)
    {
        var structs = new Dictionary<string, TypeId>();
        for (uint i = 1; i < (uint)graph.TypeCount; i++)
        {
            if (graph.KindOf(new TypeId(i)) == TypeKind.Struct)
            {
                structs[graph[new TypeId(i)].NameString] = new TypeId(i);
            }
        }

        return structs;
    }

    private static List<(string Name, ulong BitOffset)> Places(TypeView type)
    {
        var places = new List<(string, ulong)>();
        foreach (MemberView member in type.Members)
        {
            places.Add((member.NameString, member.BitOffset));
        }

        return places;
    }
}
