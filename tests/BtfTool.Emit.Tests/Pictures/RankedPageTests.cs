using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BtfTool.Core.Queries;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Pictures;
using BtfTool.Emit.Tests.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Pictures;

public partial class RankedPageTests
{
    private const string Kernel = "oracle/linux-6.1/vmlinux.btf.gz";

    [Fact]
    public void The_rows_are_columns_of_numbers()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1), l = b.Int("long", 8, signed: true);
        b.Struct("tight", 16).Member("a", l, 0).Member("b", l, 64);
        b.Struct("holed", 24).Member("a", c, 0).Member("b", l, 64).Member("c", c, 128);
        b.Union("either", 8).Member("c", c, 0).Member("l", l, 0);
        b.Struct("torn", 80).Member("a", l, 0).Member("b", l, 480).Member("c", l, 576);
        string rows = RowsOf(Page(StructsOf(JsonText.Graph(b))));

        rows.Replace("{\"key\"", "\n{\"key\"", StringComparison.Ordinal).ShouldMatchApproved(c => c.NoDiff());
    }

    [Fact]
    public void Ranks_and_savings_are_those_of_the_ranking()
    {
        IReadOnlyList<TypeRef> types = [.. StructsOf(Inputs.Graph(Kernel)).Take(1000)];
        JsonElement columns = JsonDocument.Parse(RowsOf(Page(types))).RootElement.GetProperty("columns");
        long[] saves = Numbers(columns, "saves"), ranks = Numbers(columns, "rank");
        var ranking = LayoutRanking.Of(types);

        saves.Sum().ShouldBe(ranking.SavedBytes);
        ranks.Order().ShouldBe(Enumerable.Range(1, types.Count).Select(i => (long)i));
        Numbers(columns, "proof").Count(proof => proof == 2).ShouldBe(ranking.ProvenCount);
    }

    [Fact]
    public void Chunks_hold_the_sections_as_they_are_written_plain()
    {
        TypeGraph graph = Inputs.Graph(Kernel);
        IReadOnlyList<TypeRef> types = [.. StructsOf(graph).Take(200)];
        string[] sections = SectionsOf(Page(types));

        sections.Length.ShouldBe(types.Count);
        for (int i = 0; i < types.Count; i += 7)
        {
            var subject = new PictureSubject(new Core.Layout.LayoutReporter(graph).Report(types[i].Id));
            if (!sections[i].Contains("class=\"pair\"", StringComparison.Ordinal))
            {
                sections[i].ShouldBe(Encoding.UTF8.GetString(Inputs.Write(output => new TypeSection(output).Write(subject, i))));
            }

            sections[i].ShouldContain($"id=\"t-{i}\"");
            sections[i].ShouldContain(types[i].View.NameString);
        }
    }

    [Fact]
    public void The_page_is_the_same_for_any_number_of_threads()
    {
        IReadOnlyList<TypeRef> types = [.. StructsOf(Inputs.Graph(Kernel)).Take(500)];
        byte[] one = PageBytes(types, 1);

        PageBytes(types, 2).SequenceEqual(one).ShouldBeTrue();
        PageBytes(types, 7).SequenceEqual(one).ShouldBeTrue();
    }

    [Fact]
    public void Names_that_look_like_markup_stay_names()
    {
        string[] names = ["</script><script>alert(1)</script>", "<!--<script>", "a\"b'c&d", "\u2028\u2029", new string('x', 5000)];
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        foreach (string name in names)
        {
            b.Struct(name, 1).Member(name, c, 0);
        }

        string page = Page(StructsOf(JsonText.Graph(b)));
        string rows = RowsOf(page);

        rows.ShouldNotContain('<');
        rows.ShouldNotContain('>');
        rows.ShouldNotContain('\u2028');
        JsonElement read = Column(JsonDocument.Parse(rows).RootElement.GetProperty("columns"), "name");
        read.EnumerateArray().Select(name => name.GetString()).Take(4).ShouldBe(names.Take(4));
        read[4].GetString()!.Length.ShouldBe(300);
        page.ShouldNotContain("alert(1)</script>");
        Count(page, "<script").ShouldBe(Count(page, "</script>"));
        foreach (string section in SectionsOf(page))
        {
            section.ShouldNotContain("<script");
            section.ShouldNotContain("<!--");
        }
    }

    [Fact]
    public void Without_a_script_the_first_hundred_rows_stand_there()
    {
        string page = Page([.. StructsOf(Inputs.Graph(Kernel)).Take(150)]);
        int start = page.IndexOf("<noscript>", StringComparison.Ordinal), end = page.IndexOf("</noscript>", StringComparison.Ordinal);

        Count(page[start..end], "<tr><th scope=\"row\">").ShouldBe(100);
    }

    [Fact]
    public void A_file_without_structs_is_a_page_without_rows()
    {
        var b = new BtfAssembler();
        b.Int("char", 1);
        string page = Page(StructsOf(JsonText.Graph(b)));

        SectionsOf(page).ShouldBeEmpty();
        Numbers(JsonDocument.Parse(RowsOf(page)).RootElement.GetProperty("columns"), "size").ShouldBeEmpty();
    }

    private static IReadOnlyList<TypeRef> StructsOf(TypeGraph graph) => DistinctStructs.Of(new TypeGraphSet(graph), unions: true);

    private static string Page(IReadOnlyList<TypeRef> types) => Encoding.UTF8.GetString(PageBytes(types, 2));

    private static byte[] PageBytes(IReadOnlyList<TypeRef> types, int jobs)
    {
        var output = new ArrayBufferWriter<byte>();
        RankedPage.Write(types, new RankedPageOptions { Source = "sample", Jobs = jobs }, output);
        return output.WrittenSpan.ToArray();
    }

    private static string RowsOf(string page) => Data().Match(page).Groups[1].Value;

    private static string[] SectionsOf(string page)
    {
        var sections = new List<string>();
        foreach (Match chunk in Chunk().Matches(page))
        {
            using var inflated = new DeflateStream(new MemoryStream(Convert.FromBase64String(chunk.Groups[1].Value)), CompressionMode.Decompress);
            using var reader = new StreamReader(inflated, Encoding.UTF8);
            string[] parts = reader.ReadToEnd().Split('\0');
            parts[^1].ShouldBeEmpty();
            sections.AddRange(parts[..^1]);
        }

        return [.. sections];
    }

    private static JsonElement Column(JsonElement columns, string key) =>
        columns.EnumerateArray().Single(column => column.GetProperty("key").GetString() == key).GetProperty("values");

    private static long[] Numbers(JsonElement columns, string key) => [.. Column(columns, key).EnumerateArray().Select(value => value.GetInt64())];

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex("<script type=\"application/json\" id=\"types-data\">(.*?)</script>")]
    private static partial Regex Data();

    [GeneratedRegex("<script type=\"text/plain\" data-chunk=\"[0-9]+\">(.*?)</script>")]
    private static partial Regex Chunk();
}
