using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using BtfTool.Core.Types;
using BtfTool.Emit.Json;
using BtfTool.Emit.Pahole;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Json;

/// <summary>Every number of the JSON is that of the listing, whose numbers are those of pahole.</summary>
public partial class JsonListingTests
{
    [Theory]
    [InlineData("oracle/linux-6.1/vmlinux.btf.gz", false)]
    [InlineData("oracle/linux-6.18/vmlinux.btf.gz", false)]
    [InlineData("oracle/linux-6.1/vmlinux.btf.gz", true)]
    public void Numbers_of_all_structs_agree_with_the_listing(string kernel, bool expand)
    {
        TypeGraph graph = Inputs.Graph(kernel);
        var ids = new List<TypeId>();
        for (uint id = 1; id < graph.TypeCount; id += expand ? 7u : 1)
        {
            if (graph[new TypeId(id)] is { Kind: TypeKind.Struct, IsAnonymous: false })
            {
                ids.Add(new TypeId(id));
            }
        }

        using JsonDocument document = JsonDocument.Parse(
            JsonText.Show(graph, new JsonTypeOptions { Expand = expand }, ids.Select(id => id.Value)),
            new JsonDocumentOptions { MaxDepth = 2500 });
        JsonElement types = document.RootElement.GetProperty("types");
        int compared = 0;
        for (int i = 0; i < ids.Count; i++)
        {
            string listing = Encoding.UTF8.GetString(Inputs.Write(
                w => new PaholeEmitter(graph, new PaholeOptions { Expand = expand }, w).WriteType(ids[i])));
            if (HasMoreThanLayout().IsMatch(listing))
            {
                continue;
            }

            var lines = new StringBuilder();
            Describe(types[i], lines);
            lines.ToString().ShouldBe(NumbersOf(listing), listing);
            compared++;
        }

        compared.ShouldBeGreaterThan(ids.Count * 9 / 10);
    }

    // Bodies behind pointers, which are not part of the layout, and unnamed bitfields that the listing shows where JSON has a hole.
    [GeneratedRegex(@"^\t+\} ?\*|^\t+\}.*\(|^\t+[a-z].* :\d+;|:0;", RegexOptions.Multiline)]
    private static partial Regex HasMoreThanLayout();

    [GeneratedRegex(@"/\* +(?<offset>\d+)(: *(?<bit>\d+))? +(?<size>\d+) \*/|XXX (?<hole>\d+) (?<unit>bytes?|bits?) hole|/\* size: (?<total>\d+), cachelines: (?<lines>\d+)")]
    private static partial Regex Number();

    private static string NumbersOf(string listing)
    {
        var lines = new StringBuilder();
        foreach (Match match in Number().Matches(listing))
        {
            GroupCollection g = match.Groups;
            lines.Append(g["total"].Success ? $"size {g["total"]} lines {g["lines"]}"
                : g["hole"].Success ? $"hole {g["hole"]} {g["unit"].Value.TrimEnd('s')}"
                : $"{g["offset"]}:{(g["bit"].Success ? g["bit"].Value : "-")} {g["size"]}").Append('\n');
        }

        return lines.ToString();
    }

    private static void Describe(JsonElement type, StringBuilder lines)
    {
        DescribeMembers(type, lines);
        lines.Append(CultureInfo.InvariantCulture, $"size {type.GetProperty("size_bytes")} lines {type.GetProperty("cachelines")}\n");
    }

    // The listing has the numbers of what is nested behind its members.
    private static void DescribeMembers(JsonElement of, StringBuilder lines)
    {
        foreach (JsonElement member in of.GetProperty("members").EnumerateArray())
        {
            if (member.TryGetProperty("members", out _))
            {
                DescribeMembers(member, lines);
            }

            long offset = member.GetProperty("offset_bytes").GetInt64();
            string bit = member.TryGetProperty("offset_bits", out JsonElement bits) ? $"{bits.GetInt64() - (8 * offset)}" : "-";
            lines.Append(CultureInfo.InvariantCulture, $"{offset}:{bit} {member.GetProperty("size_bytes")}\n");
            Hole(member, "hole_bits", "bit", lines);
            Hole(member, "hole_bytes", "byte", lines);
        }
    }

    private static void Hole(JsonElement member, string key, string unit, StringBuilder lines)
    {
        if (member.TryGetProperty(key, out JsonElement hole))
        {
            lines.Append(CultureInfo.InvariantCulture, $"hole {hole} {unit}\n");
        }
    }
}
