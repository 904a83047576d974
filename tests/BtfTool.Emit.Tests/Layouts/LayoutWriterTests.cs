using System.Buffers;
using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Tests.Json;
using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Layouts;

public class LayoutWriterTests
{
    [Fact]
    public void A_report_is_made_for_people()
    {
        TypeGraph graph = Inputs.Graph("oracle/linux-6.18/vmlinux.btf.gz");

        TextOf(graph, "tty_port", "tcp_sock").ShouldMatchApproved(c => c.NoDiff());
    }

    [Fact]
    public void Alignment_that_a_file_declares_is_told_from_what_is_inferred()
    {
        using TypeSource dwarf = SourceOpener.Open(Fixtures.PathOf("dwarf/bin/packing.gcc-dwarf5.o"), new SourceOptions { Format = SourceFormat.Dwarf });
        string declared = TextOf(dwarf.Graph, "cache_lines", "aligned_type", "aligned_member");

        declared.ShouldContain("struct cache_lines: 256 bytes, alignment 64 (declared; natural 8)");
        declared.ShouldContain("d is aligned 64 by declaration");
        declared.ShouldContain("struct aligned_type: 32 bytes, alignment 32 (declared; natural 4)");
        declared.ShouldContain("aligned 32 by declaration");
        declared.ShouldMatch(@"64  d +declared");
        using TypeSource btf = SourceOpener.Open(Fixtures.PathOf("bin/packing.gcc-x86_64.o"), new SourceOptions { Format = SourceFormat.Btf });
        string inferred = TextOf(btf.Graph, "cache_lines", "aligned_type");

        inferred.ShouldContain("d is aligned 64, as this hole shows");
        inferred.ShouldContain("(inferred from its padding; natural 4)");
    }

    [Fact]
    public void Notes_on_members_make_a_section_of_their_own()
    {
        TypeGraph graph = Inputs.Graph("oracle/linux-6.18/vmlinux.btf.gz");
        string text = TextOf(graph, ["list_head"], (report, i) => i == 0 ? $"of {report.Layout.Members.Length}" : null);

        text.ShouldContain("\nMembers\n");
        text.ShouldMatch("(?m)^ +0 +8  next +of 2$");
        text.ShouldMatch("(?m)^ +8 +8  prev$");
    }

    [Fact]
    public void Names_from_files_do_not_reach_the_terminal_as_they_are()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint i = b.Int("int", 4);
        uint s = b.Struct("s\e[31m", 8).Member("a\n\e", c, 0).Member("b\r", i, 32);

        string text = TextOf(JsonText.Graph(b), new TypeId(s), null);
        text.ShouldStartWith(@"struct s\x1b[31m: 8 bytes");
        text.ShouldContain(@"a\n\x1b");
        text.Where(letter => char.IsControl(letter) && letter != '\n').ShouldBeEmpty();
    }

    [Fact]
    public void Colours_change_no_letter()
    {
        TypeGraph graph = Inputs.Graph("oracle/linux-6.18/vmlinux.btf.gz");
        var reporter = new LayoutReporter(graph);
        LayoutReport report = reporter.Report(Find(graph, "tcp_sock"));
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new Utf8Writer(buffer, colours: true);
        new LayoutTextWriter(writer).Write(report);
        writer.Flush();

        string coloured = Encoding.UTF8.GetString(buffer.WrittenSpan);
        coloured.ShouldContain("\e[");
        System.Text.RegularExpressions.Regex.Replace(coloured, "\e\\[[0-9;]*m", "").ShouldBe(TextOf(graph, "tcp_sock"));
        foreach (string line in TextOf(graph, "tcp_sock").Split('\n'))
        {
            line.ShouldBe(line.TrimEnd());
        }
    }

    [Fact]
    public void The_document_of_a_whole_kernel_is_as_the_schema_says()
    {
        TypeGraph graph = Inputs.Graph("oracle/linux-6.1/vmlinux.btf.gz");
        var ids = new List<TypeId>();
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph[new TypeId(id)].IsComposite)
            {
                ids.Add(new TypeId(id));
            }
        }

        JsonText.ShouldBeValid("layout", JsonOf(graph, [.. ids]));
    }

    [Fact]
    public void The_document_says_what_the_text_says()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint i = b.Int("int", 4, signed: true);
        uint inner = b.Struct("inner", 8).Member("a", c, 0).Member("b", i, 32);
        uint s = b.Struct("s", 128).Member("in", inner, 0).Member("far", i, 512);
        string json = JsonOf(JsonText.Graph(b), [new TypeId(s)]);

        JsonText.ShouldBeValid("layout", json);
        json.ShouldContain("\"alignment_bytes\":64,\"natural_alignment_bytes\":4,\"alignment_cause\":\"inferred_alignment\",\"alignment_member\":1");
        json.ShouldContain("{\"kind\":\"hole\",\"offset_bytes\":8,\"size_bytes\":56,\"after\":0,\"before\":1,\"cause\":\"inferred_alignment\","
            + "\"alignment_bytes\":64,\"cause_member\":1}");
        json.ShouldContain("{\"path\":\"in\",\"type\":\"struct inner\",\"count\":1,\"own_bytes\":3,\"lost_bytes\":3}");
    }

    private static string TextOf(TypeGraph graph, params string[] names) => TextOf(graph, names, null);

    private static string TextOf(TypeGraph graph, string[] names, Func<LayoutReport, int, string?>? annotate)
    {
        var reporter = new LayoutReporter(graph);
        return Encoding.UTF8.GetString(Inputs.Write(output =>
        {
            var writer = new LayoutTextWriter(output) { Annotate = annotate };
            foreach (string name in names)
            {
                writer.Write(reporter.Report(Find(graph, name)));
            }
        }));
    }

    private static string TextOf(TypeGraph graph, TypeId type, string? name) =>
        Encoding.UTF8.GetString(Inputs.Write(output => new LayoutTextWriter(output).Write(new LayoutReporter(graph).Report(type), name)));

    private static TypeId Find(TypeGraph graph, string name) => TypeNameQuery.Resolve(graph, "struct " + name).Types[0];

    private static string JsonOf(TypeGraph graph, TypeId[] ids)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var document = new LayoutJsonWriter(buffer, TargetMachine.Unknown, 64);
        var reporter = new LayoutReporter(graph);
        foreach (TypeId id in ids)
        {
            document.Write(reporter.Report(id));
        }

        document.End();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
