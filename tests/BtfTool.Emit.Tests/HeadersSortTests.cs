using System.Text;
using System.Text.RegularExpressions;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>The sorted order.</summary>
public partial class HeadersSortTests
{
    [Fact]
    public void Names_sort_by_their_bytes_whatever_their_length()
    {
        var random = new Random(1);
        var g = new HeadersGraph();
        TypeId i = g.Int();
        var names = new HashSet<string>();
        while (names.Count < 2000)
        {
            IEnumerable<string> letters = Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(12) == 0 ? "é" : random.Next(2) == 0 ? "a" : "b");
            names.Add("s" + string.Concat(letters));
        }

        foreach (string name in names)
        {
            g.Struct(name, 4, ("x", i, 0, 0));
        }

        TypeGraph graph = g.Build();
        string body = HeadersFixture.Body(graph, HeaderOptions.Default);

        string[] printed = [.. StructName().Matches(body).Select(match => match.Groups[1].Value)];
        var byBytes = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
        printed.ShouldBe(names.OrderBy(Encoding.UTF8.GetBytes, byBytes));
    }

    [Fact]
    public void Ranks_come_first_then_names_then_the_hash_of_members_then_the_id()
    {
        var g = new HeadersGraph();
        TypeId i = g.Int();
        g.Struct("s", 4, ("b", i, 0, 0));
        g.Struct("s", 4, ("a", i, 0, 0));
        g.Struct("s", 4, ("a", i, 0, 0));
        TypeId second = g.Struct("a", 4, ("x", i, 0, 0));
        g.Typedef("t", second);
        g.Typedef("number", i);
        g.Enum("e", 4, ("E", 0));
        g.Enum("", 4, ("Z", 0));
        g.Types.AddForward(g.Name("f"), false);

        string[] printed = [.. HeadersFixture.Body(g.Build(), HeaderOptions.Default).Split(";\n\n")[..^1]];

        printed.Select(text => text.Replace("\n", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal)).ShouldBe([
            "enum {Z = 0,}", "enum e {E = 0,}", "typedef int number", "struct a {int x;}", "typedef struct a t",
            "struct s {int a;}", "struct s___2 {int a;}", "struct s___3 {int b;}", "struct f"]);
    }

    [Fact]
    public void Compatible_output_loses_the_lowest_type_unless_another_needs_it()
    {
        var g = new HeadersGraph();
        g.Enum("a", 4, ("A", 0));
        g.Enum("b", 4, ("B", 0));
        TypeGraph alone = g.Build();
        g = new HeadersGraph();
        TypeId first = g.Enum("a", 4, ("A", 0));
        g.Struct("s", 4, ("x", first, 0, 0));
        TypeGraph needed = g.Build();

        HeadersFixture.Body(alone, HeaderOptions.Default).ShouldContain("enum a {");
        HeadersFixture.Body(alone, new HeaderOptions { BpftoolCompat = true }).ShouldNotContain("enum a {");
        HeadersFixture.Body(needed, new HeaderOptions { BpftoolCompat = true }).ShouldStartWith("enum a {\n\tA = 0,\n};\n\nstruct s {");
    }

    [Fact]
    public void Prefixes_of_names_end_with_the_name()
    {
        var g = new HeadersGraph();
        NameId name = g.Name("abcdefgh12");
        NameId eight = g.Name("ABCDEFGH");
        NameId last = g.Name("z");
        TypeGraph graph = g.Build();

        graph.NamePrefix(name).ShouldBe(0x6162636465666768UL);
        graph.NamePrefix(name, 8).ShouldBe(0x3132000000000000UL);
        graph.NamePrefix(name, 16).ShouldBe(0UL);
        graph.NamePrefix(eight, 8).ShouldBe(0UL);
        graph.NamePrefix(last).ShouldBe(0x7a00000000000000UL);
        graph.NamePrefix(last, 8).ShouldBe(0UL);
        graph.NamePrefix(default).ShouldBe(0UL);
    }

    [GeneratedRegex(@"^struct (\S+) \{", RegexOptions.Multiline)]
    private static partial Regex StructName();
}
