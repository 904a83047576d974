using System.Text;
using System.Text.RegularExpressions;
using BtfTool.Core.Sources;
using BtfTool.Emit.Pahole;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>
/// Offsets, bit offsets, sizes and names of every member of every compiled DWARF file, against what pahole 1.24 says of it. What that
/// version does not know or gets wrong is left out by rule: types that it has no names for, structs with a member that it gave up on.
/// </summary>
public partial class DwarfListingFactsTests
{
    private const string Answer = ".pahole-1.24.txt.gz";

    public static TheoryData<string> Listed => [.. DwarfFixtures.Readable.Where(name => File.Exists(Fixtures.PathOf($"{DwarfFixtures.Folder}/{name}{Answer}")))];

    [Theory]
    [MemberData(nameof(Listed))]
    public void Members_lie_where_pahole_says(string name)
    {
        string answer = Encoding.UTF8.GetString(Fixtures.Read($"{DwarfFixtures.Folder}/{name}{Answer}"));

        // pahole 1.24 does not apply the relocations of MIPS: all its names are the first of the strings.
        Assert.SkipWhen(answer.Contains("struct Debian clang", StringComparison.Ordinal), "the answer has no names");
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf($"{DwarfFixtures.Folder}/{name}"), new SourceOptions { Format = SourceFormat.Dwarf });
        byte[] text = Inputs.Write(w => new PaholeEmitter(source.Graph, new PaholeOptions { Compat = true }, w).WriteAll());
        ILookup<string, string> ours = Facts(Encoding.UTF8.GetString(text)).ToLookup(f => f.Name, f => f.Facts);
        int compared = 0;
        foreach ((string type, string facts) in Facts(answer))
        {
            if (!facts.Contains("<ERROR", StringComparison.Ordinal))
            {
                ours[type].ShouldContain(facts, type);
                compared++;
            }
        }

        (compared > 0 || answer.Contains("<ERROR", StringComparison.Ordinal)).ShouldBeTrue();
    }

    private static List<(string Name, string Facts)> Facts(string listing)
    {
        var types = new List<(string, string)>();
        foreach (Match type in Definition().Matches(listing))
        {
            var facts = new StringBuilder();
            foreach (string line in WithoutTypesInside(type.Value))
            {
                if (Member().Match(line) is { Success: true } member)
                {
                    facts.Append(member.Groups["name"].Value).Append(member.Groups["bits"].Value)
                        .Append(Blanks().Replace(member.Groups["place"].Value, " ")).Append('\n');
                }
                else if (line.Contains("<ERROR", StringComparison.Ordinal))
                {
                    facts.Append("<ERROR");
                }
                else if (Size().Match(line) is { Success: true } size)
                {
                    facts.Append(size.Value).Append('\n');
                }
            }

            types.Add((type.Groups["name"].Value, facts.ToString()));
        }

        return types;
    }

    // clang's types without a name lie inside the struct that has them; pahole lists each of them there once more, without a place.
    private static List<string> WithoutTypesInside(string type)
    {
        var kept = new List<string>();
        var open = new Stack<int>();
        foreach (string line in type.Split('\n')[1..])
        {
            string text = line.Trim();
            if (text.EndsWith('{'))
            {
                open.Push(kept.Count);
                kept.Add(line);
            }
            else if (text.StartsWith('}') && open.TryPop(out int start))
            {
                if (text is "};" or "} __attribute__((__packed__));")
                {
                    kept.RemoveRange(start, kept.Count - start);
                }
                else
                {
                    kept.Add(line);
                }
            }
            else
            {
                kept.Add(line);
            }
        }

        return kept;
    }

    [GeneratedRegex(@"^(?<name>(struct|union) [^\n]*) \{\n.*?^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"(?<name>[\w.]*)(\)\([^/]*\))?(\[\d*\])*(?<bits>:\d+)?( __attribute__\(\(__\w+__(\(\d+\))?\)\))*;\s*/\*(?<place>[ \d:]+)\*/$")]
    private static partial Regex Member();

    [GeneratedRegex(@"size: \d+, cachelines: \d+, members: \d+")]
    private static partial Regex Size();

    [GeneratedRegex(@" +")]
    private static partial Regex Blanks();
}
