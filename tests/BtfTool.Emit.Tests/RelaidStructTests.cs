using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Json;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

public class RelaidStructTests
{
    [Fact]
    public void A_struct_with_its_members_where_they_were_reads_as_before()
    {
        TypeGraph graph = Inputs.Graph("oracle/linux-6.1/vmlinux.btf.gz");
        var relaid = new RelaidStruct(graph);
        var ids = new List<(TypeId Old, TypeId New)>();
        for (uint i = 1; i < (uint)graph.TypeCount; i++)
        {
            TypeView type = graph[new TypeId(i)];
            if (type.IsComposite && !type.IsAnonymous)
            {
                var members = new PlacedMember[type.Members.Count];
                for (int k = 0; k < members.Length; k++)
                {
                    members[k] = new PlacedMember(k, (long)type.Members[k].BitOffset);
                }

                ids.Add((type.Id, relaid.Add(type.Id, members, (long)type.SizeBytes)));
            }
        }

        TypeGraph built = relaid.Build();

        // Some structs show only by where others hold them that they are packed; nothing holds one that was re-laid.
        List<string> before = Listings(graph, ids.Select(pair => pair.Old)), after = Listings(built, ids.Select(pair => pair.New));
        before.Count.ShouldBe(after.Count);
        before.Where((text, i) => text != after[i] && !text.EndsWith("__attribute__((__packed__));\n", StringComparison.Ordinal)).ShouldBeEmpty();
        before.Where((text, i) => text != after[i]).Count().ShouldBeLessThan(ids.Count / 100);
        Json(built, ids.Select(pair => pair.New)).ShouldBe(Json(graph, ids.Select(pair => pair.Old)));
    }

    [Fact]
    public void All_plans_of_a_kernel_lie_as_they_say()
    {
        TypeGraph graph = Inputs.Graph("oracle/linux-6.1/vmlinux.btf.gz");
        var reorganizer = new Reorganizer(graph);
        var relaid = new RelaidStruct(graph);
        var plans = new List<(ReorganizationPlan Plan, TypeId Id)>();
        for (uint i = 1; i < (uint)graph.TypeCount; i++)
        {
            TypeView type = graph[new TypeId(i)];
            if (type.Kind == TypeKind.Struct && !type.IsAnonymous && reorganizer.Plan(type.Id) is { IsImprovement: true } plan)
            {
                plans.Add((plan, relaid.Add(plan)));
            }
        }

        var analyzer = new LayoutAnalyzer(relaid.Build());
        plans.ShouldNotBeEmpty();
        foreach ((ReorganizationPlan plan, TypeId id) in plans)
        {
            StructLayout after = analyzer.Analyze(id);
            after.Members.ToArray().Select(m => m.BitOffset).ShouldBe(plan.Members.ToArray().Select(m => m.BitOffset));
            after.Members.ToArray().ShouldAllBe(m => m.HoleBytes >= 0);
            after.Summary.IsPacked.ShouldBe(plan.Before.Summary.IsPacked, graph[plan.Type].NameString);
            after.Summary.SizeBytes.ShouldBe(plan.AfterObjective.SizeBytes);
        }
    }

    [Fact]
    public void A_plan_is_a_struct_that_every_emitter_writes()
    {
        TypeGraph graph = Graph();
        ReorganizationPlan plan = new Reorganizer(graph).Plan(new TypeId(3));

        TypeRef relaid = RelaidStruct.Of(graph, plan, "better");

        relaid.View.NameString.ShouldBe("better");
        string listing = Listings(relaid.Graph, [relaid.Id])[0];
        listing.ShouldStartWith("struct better {");
        listing.ShouldContain("/* size: 16, cachelines: 1, members: 5 */");
        string header = Encoding.UTF8.GetString(Header(relaid));
        header.ShouldContain("struct better {\n\tstruct worse *next;\n");
        header.ShouldNotContain("char :8");
        Json(relaid.Graph, [relaid.Id]).ShouldContain("\"name\":\"better\"");
    }

    [Fact]
    public void A_struct_relaid_under_its_own_name_is_written_as_a_header_beside_the_old_one()
    {
        TypeGraph graph = Graph();

        TypeRef relaid = RelaidStruct.Of(graph, new Reorganizer(graph).Plan(new TypeId(3)));

        string header = Encoding.UTF8.GetString(Header(relaid));
        header.ShouldContain("struct worse *next;\n");
    }

    [Fact]
    public void Declared_alignment_and_places_of_DWARF_stay_with_the_struct()
    {
        var builder = new TypeGraphBuilder("f", "", null);
        builder.SetNames("\0worse\0a\0int\0x.c\0"u8.ToArray());
        TypeId number = builder.AddInt(new NameId(9), 4, IntEncoding.Signed, 0, 32);
        TypeId worse = builder.AddComposite(TypeKind.Struct, new NameId(1), 16);
        builder.SetDeclaredAlignment(16);
        builder.SetDeclaration(new NameId(13), 7);
        builder.AddMember(new NameId(7), number, 64, 0, 8);
        TypeGraph graph = builder.Build();

        var relaid = new RelaidStruct(graph);
        TypeId id = relaid.Add(worse, [new PlacedMember(0, 0)], 16);
        TypeView view = relaid.Build()[id];

        view.DeclaredAlignmentBytes.ShouldBe(16u);
        view.Members[0].DeclaredAlignmentBytes.ShouldBe(8u);
        view.TryGetDeclaration(out NameId file, out uint line).ShouldBeTrue();
        (view.Graph.NameString(file), line).ShouldBe(("x.c", 7u));
    }

    // struct worse { struct worse *next; char a; int b; char c; int x:3; }
    private static TypeGraph Graph()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint i = b.Int("int", 4, signed: true);
        uint s = b.NextId;
        b.Struct("worse", 24).Member("next", s + 1, 0).Member("a", c, 64).Member("b", i, 96).Member("c", c, 128).Bitfield("x", i, 136, 3);
        b.Pointer(s);
        return BtfReader.Read(BtfFile.Parse("test", "BTF", ByteRegion.FromBytes(b.ToBytes())));
    }

    private static byte[] Header(TypeRef type)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        new HeaderEmitter(type.Graph, new HeaderOptions { Roots = [type.Id] }).Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static List<string> Listings(TypeGraph graph, IEnumerable<TypeId> ids)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var output = new Utf8Writer(buffer);
        var emitter = new PaholeEmitter(graph, new PaholeOptions(), output);
        var texts = new List<string>();
        foreach (TypeId id in ids)
        {
            int start = buffer.WrittenCount;
            emitter.WriteType(id);
            output.Flush();
            texts.Add(Encoding.UTF8.GetString(buffer.WrittenSpan[start..]));
        }

        return texts;
    }

    private static string Json(TypeGraph graph, IEnumerable<TypeId> ids)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var document = new JsonShowWriter(buffer, new JsonTypeOptions()))
        {
            JsonTypeWriter types = document.TypesOf(graph);
            foreach (TypeId id in ids)
            {
                types.Write(id, 0, null, null);
            }

            document.Finish();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
