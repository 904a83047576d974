using System.Text;
using System.Xml;
using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using BtfTool.Emit.Diffs;
using BtfTool.Emit.Pictures;
using BtfTool.Emit.Tests.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Pictures;

public class PictureWriterTests
{
    [Fact]
    public void A_struct_is_drawn_as_a_document()
    {
        string svg = PictureSamples.Svg(PictureSamples.Of(Sample(), "sample"));
        int style = svg.IndexOf("<style>", StringComparison.Ordinal), end = svg.IndexOf("</style>", StringComparison.Ordinal);

        (svg[..(style + 7)] + svg[end..]).ShouldMatchApproved(c => c.NoDiff());
    }

    [Fact]
    public void A_type_is_a_section_of_a_page()
    {
        PictureSamples.Section(PictureSamples.Of(Sample(), "sample", reorganize: true)).ShouldMatchApproved(c => c.NoDiff());
    }

    [Fact]
    public void Types_are_a_comment_on_a_pull_request()
    {
        PictureSamples.Text(output => new MarkdownReport(output).Write(
        [
            PictureSamples.Of(Sample(), "sample", reorganize: true), PictureSamples.Of(Inputs.Graph(PictureSamples.Kernel), "page", reorganize: true),
        ])).ShouldMatchApproved(c => c.NoDiff());
    }

    [Fact]
    public void Documents_are_xml_and_bring_all_that_they_need()
    {
        TypeGraph graph = Inputs.Graph(PictureSamples.Kernel);
        foreach (string name in (string[])["tcp_sock", "task_struct", "page", "sk_buff", "net_device", "bpf_attr", "list_head", "dev_pm_info", "inode"])
        {
            string svg = PictureSamples.Svg(PictureSamples.Of(graph, name, reorganize: true));
            int texts = 0;
            foreach (XmlReader at in Nodes(svg))
            {
                texts += at.NodeType == XmlNodeType.Element && at.Name == "text" ? 1 : 0;
                at.GetAttribute("href").ShouldBeNull();
            }

            texts.ShouldBeGreaterThan(3, name);
            svg.ShouldContain("prefers-color-scheme:dark");
            svg.ShouldNotContain("@import");
        }
    }

    [Fact]
    public void Sections_of_a_kernel_are_well_formed()
    {
        TypeGraph graph = Inputs.Graph(PictureSamples.Kernel);
        var names = new List<string>();
        for (uint id = 1; id < (uint)graph.TypeCount && names.Count < 400; id += 37)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.IsComposite && !type.IsAnonymous)
            {
                names.Add(type.NameString);
            }
        }

        foreach (string name in names.Distinct())
        {
            foreach (XmlReader at in Nodes(PictureSamples.Section(PictureSamples.Of(graph, name, reorganize: true))))
            {
                _ = at.Depth;
            }
        }
    }

    [Fact]
    public void Names_from_files_mean_nothing_in_any_format()
    {
        string[] hostile = ["</script><script>alert(1)</script>", "\" onload=\"x", "]]>", "<!--", "&amp;'", "a|b`c``d\n# x", "\u202Ex\u0007\uFFFE", new('n', 16_000)];
        var b = new BtfAssembler();
        uint i = b.Int("<b>int</b>", 4);
        ElementsDraft draft = b.Struct("s<i>\"'&", (uint)hostile.Length * 64);
        for (int at = 0; at < hostile.Length; at++)
        {
            draft.Member(hostile[at], b.Typedef(hostile[at], i), (uint)at * 512);
        }

        TypeGraph graph = JsonText.Graph(b);
        PictureSubject subject = PictureSamples.Of(graph, "s<i>\"'&", reorganize: true);
        string section = PictureSamples.Section(subject), svg = PictureSamples.Svg(subject);
        foreach (XmlReader at in Nodes(section).Concat(Nodes(svg)))
        {
            at.Name.ShouldNotBe("script");
            at.GetAttribute("onload").ShouldBeNull();
        }

        section.Length.ShouldBeLessThan(200_000);
        section.ShouldNotContain("\u202E");
        string markdown = PictureSamples.Text(output => new MarkdownReport(output).Write([subject]));
        markdown.ShouldNotContain("<script");
        markdown.ShouldNotContain("\n# x");
        markdown.Length.ShouldBeLessThan(MarkdownReport.DefaultMaxBytes);
        string page = PictureSamples.Text(output => NamedPage.Write([subject], "</title><script>", output));
        page.Split("<script").Length.ShouldBe(2);
        page.ShouldNotContain("src=");
    }

    [Fact]
    public void Names_mean_nothing_in_the_page_of_a_comparison()
    {
        const string Hostile = "</summary><script>alert(1)</script>\"'&";
        TypeGraph[] sides = [.. ((string[])["a", Hostile]).Select(member =>
        {
            var b = new BtfAssembler();
            b.Struct(Hostile, 8).Member(member, b.Int("int", 4), 0).Member("kept", b.Int(member, 4), 32);
            return JsonText.Graph(b);
        })];
        var view = new DiffView(GraphComparison.Of(new TypeGraphSet(sides[0]), new TypeGraphSet(sides[1]), new CompareOptions()).Differences, new DiffSelection());
        var input = new DiffInput(Hostile, "btf", 3, 0, Hostile, Hostile, Hostile);
        string page = PictureSamples.Text(output => new DiffPage(output).Write(view, input, input));

        page.Split("<script").Length.ShouldBe(2);
        page.ShouldContain("class=\"pair\"");
        page.ShouldContain("class=\"picture\"");
    }

    [Fact]
    public void Bytes_that_are_no_utf8_become_the_replacement_character()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4);
        uint s = b.Struct("s", 4).Member("abc", i, 0);
        byte[] broken = b.ToBytes();
        broken.AsSpan()[broken.AsSpan().IndexOf("abc"u8)] = 0xff;
        var file = BtfTool.Core.Btf.BtfFile.Parse("broken", "BTF", BtfTool.Core.IO.ByteRegion.FromBytes(broken));
        TypeGraph graph = BtfTool.Core.Btf.BtfReader.Read(file);
        graph[new TypeId(s)].IsComposite.ShouldBeTrue();

        PictureSamples.Section(PictureSamples.Of(graph, "s")).ShouldContain("\uFFFDbc");
    }

    [Fact]
    public void Comments_stay_below_the_limit_and_say_what_is_left_out()
    {
        TypeGraph graph = Inputs.Graph(PictureSamples.Kernel);
        PictureSubject[] many = [.. Enumerable.Repeat(PictureSamples.Of(graph, "task_struct", reorganize: true), 40)];
        string text = PictureSamples.Text(output => new MarkdownReport(output, 20_000).Write(many));

        Encoding.UTF8.GetByteCount(text).ShouldBeLessThanOrEqualTo(20_000);
        text.ShouldContain("For lack of room");
        string little = PictureSamples.Text(output => new MarkdownReport(output, 2_000).Write(many));
        Encoding.UTF8.GetByteCount(little).ShouldBeLessThanOrEqualTo(2_000);
        little.ShouldMatch("… and [0-9]+ more types, for which there is no room");
    }

    [Fact]
    public void Pages_fetch_nothing_and_need_no_script_to_be_read()
    {
        TypeGraph graph = Inputs.Graph(PictureSamples.Kernel);
        string page = PictureSamples.Text(output => NamedPage.Write([PictureSamples.Of(graph, "sk_buff")], "vmlinux", output));

        page.ShouldContain("default-src 'none'");
        foreach (string fetched in (string[])["src=", "href=\"http", "url(http", "@import", "fetch(", "XMLHttpRequest", "<link"])
        {
            page.ShouldNotContain(fetched);
        }

        page.ShouldContain("<td><code>tstamp</code>");
        page.ShouldContain("<title>cb: char [48], offset 40, 48 bytes, on two cache lines</title>");
    }

    // Pieces: a hole, bitfields with a hole of bits, an anonymous union, a member on two lines, padding, a group.
    private static TypeGraph Sample()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1), i = b.Int("int", 4, signed: true), l = b.Int("long", 8, signed: true), none = b.Array(c, i, 0);
        uint half = b.Struct("", 8).Member("low", i, 0).Member("high", i, 32);
        uint either = b.Union("", 8).Member("whole", l, 0).Member("", half, 0).Member("tag", c, 0);
        b.Struct("sample", 88)
            .Member("first", c, 0).Member("second", l, 64).Bitfield("flags", i, 128, 3).Bitfield("mode", i, 131, 5)
            .Member("", either, 192).Member("__cacheline_group_begin__sample_read", none, 256).Member("name", b.Array(c, i, 24), 256)
            .Member("buffer", b.Array(c, i, 13), 448).Member("__cacheline_group_end__sample_read", none, 552).Member("last", l, 576)
            .Member("end", c, 640);
        return JsonText.Graph(b);
    }

    private static IEnumerable<XmlReader> Nodes(string xml)
    {
        using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        while (reader.Read())
        {
            yield return reader;
        }
    }
}
