using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Every compiled file: the whole graph and each name by itself say the same, and what llvm-dwarfdump says.</summary>
public partial class DwarfSweepTests
{
    private static readonly DwarfReadOptions TypesOnly = new() { Functions = false, Variables = false };

    // Files that have what is left out, and what is said of it.
    private static readonly (string Name, string Says)[] LeftOut =
    [
        ("cxx.", "base classes are not supported yet"), ("cxx.", "templates are not supported yet"),
        ("cxx.", "virtual functions and bases are not supported yet"), ("cxx.gcc", "members of such types are not supported yet"),
        ("niches.", "Rust, its types are not supported yet"), ("types.gcc-types", "type units"), ("types.gcc-split", "split DWARF"),
        ("types.clang-split", "split DWARF"), ("packing.dwz-multi", "a supplementary file (dwz) are not supported yet"),
        ("vla.gcc", "1 type was left out (variable, in c/vla.c): C11, members whose place is computed when the program runs are"),
    ];

    public static TheoryData<string> Files => [.. DwarfFixtures.Readable];

    /// <summary>Those that llvm-dwarfdump was asked about.</summary>
    public static TheoryData<string> Dumped =>
        [.. DwarfFixtures.Readable.Where(name => File.Exists(Fixtures.PathOf($"{DwarfFixtures.Folder}/{name}.llvm-14.txt.gz")))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_struct_found_by_name_is_the_one_of_the_whole_graph(string name)
    {
        DwarfFile file = ReadDwarf.File(DwarfFixtures.Read(name));
        TypeGraph whole = DwarfReader.Read(file, TypesOnly).Graph;
        foreach ((string type, List<string> layouts) in ByName(whole))
        {
            DwarfFindResult found = DwarfFinder.Find(file, type, TypesOnly);

            found.Types.Select(t => Layout(found.Graph[t.Type])).Distinct().Order(StringComparer.Ordinal)
                .ShouldBe(layouts.Distinct().Order(StringComparer.Ordinal), type);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Nothing_is_left_out_without_a_word_and_nothing_is_said_without_reason(string name)
    {
        DwarfReadResult result = ReadDwarf.All(DwarfFixtures.Read(name), new DwarfReadOptions { Strict = true });
        string[] expected = [.. LeftOut.Where(l => name.StartsWith(l.Name, StringComparison.Ordinal)).Select(l => l.Says)];

        foreach (string says in expected)
        {
            result.Diagnostics.ShouldContain(d => d.Message.Contains(says, StringComparison.Ordinal), says);
        }

        result.Diagnostics.Any().ShouldBe(expected.Length > 0, string.Join('\n', result.Diagnostics));
        result.Diagnostics.Count.ShouldBeLessThan(6);
        bool isSmall = name.Contains("i686", StringComparison.Ordinal) || name.Contains("m32", StringComparison.Ordinal);
        if (isSmall)
        {
            result.Graph.PointerSizeBytes.ShouldBe(4);
        }
    }

    [Theory]
    [MemberData(nameof(Dumped))]
    public void Each_struct_has_the_size_and_the_members_that_llvm_dwarfdump_prints(string name)
    {
        string text = Encoding.UTF8.GetString(Fixtures.Read($"{DwarfFixtures.Folder}/{name}.llvm-14.txt.gz"));
        ILookup<string, string> expected = DumpedStructs(text).ToLookup(s => s[..s.IndexOf(' ', StringComparison.Ordinal)]);
        TypeGraph graph = ReadDwarf.All(DwarfFixtures.Read(name), TypesOnly).Graph;
        int compared = 0;
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.IsComposite && !type.IsAnonymous)
            {
                expected[type.NameString].ShouldContain(Facts(type));
                compared++;
            }
        }

        bool hasTypes = name.StartsWith("cxx", StringComparison.Ordinal) || name == "packing.dwz.elf";
        compared.ShouldBeGreaterThanOrEqualTo(hasTypes ? 3 : 0);
    }

    private static SortedDictionary<string, List<string>> ByName(TypeGraph graph)
    {
        var byName = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if ((type.IsComposite || type.Kind == TypeKind.Typedef || (type.IsEnum && type.ElementsInList > 0)) && !type.IsAnonymous)
            {
                byName.TryAdd(type.NameString, []);
                byName[type.NameString].Add(Layout(type));
            }
        }

        return byName;
    }

    private static string Layout(TypeView type) => TypeSpelling.Body(type).Replace(" declared", "", StringComparison.Ordinal);

    private static string Facts(TypeView type)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{type.NameString} {type.SizeBytes}:");
        foreach (MemberView member in type.Members)
        {
            text.Append(CultureInfo.InvariantCulture, $" {member.NameString}");
            if (member.BitSize == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"@{member.BitOffset / 8}");
            }
        }

        return text.ToString();
    }

    // "0x0000002a:   DW_TAG_member", then its attributes, each on a line; deeper entries are indented by two more blanks.
    private static IEnumerable<string> DumpedStructs(string text)
    {
        (int Indent, string Tag, Dictionary<string, string> Attributes)[] dies = [.. Entry().Matches(text).Select(m =>
            (m.Groups["indent"].Length, m.Groups["tag"].Value, Attribute().Matches(m.Value)
                .GroupBy(a => a.Groups["name"].Value).ToDictionary(g => g.Key, g => g.First().Groups["value"].Value)))];
        for (int i = 0; i < dies.Length; i++)
        {
            if (dies[i].Tag is not ("structure_type" or "union_type" or "class_type") || !dies[i].Attributes.ContainsKey("byte_size"))
            {
                continue;
            }

            var line = new StringBuilder(Unquoted(dies[i].Attributes.GetValueOrDefault("name", "-")));
            line.Append(' ').Append(Number(dies[i].Attributes["byte_size"])).Append(':');
            for (int m = i + 1; m < dies.Length && dies[m].Indent > dies[i].Indent; m++)
            {
                Dictionary<string, string> member = dies[m].Attributes;
                if (dies[m].Indent != dies[i].Indent + 2 || dies[m].Tag != "member" || member.ContainsKey("external"))
                {
                    continue;
                }

                line.Append(' ').Append(Unquoted(member.GetValueOrDefault("name", "")));
                if (!member.ContainsKey("bit_size"))
                {
                    line.Append('@').Append(Number(member.GetValueOrDefault("data_member_location", "0")));
                }
            }

            yield return line.ToString();
        }
    }

    private static string Unquoted(string value) => value.Trim('"');

    private static long Number(string value) => value.StartsWith("0x", StringComparison.Ordinal)
        ? long.Parse(value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : long.Parse(Digits().Match(value).Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^0x[0-9a-f]+:(?<indent> +)DW_TAG_(?<tag>\w+)\n((?!0x)[^\n]*DW_AT_[^\n]*\n)*", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"DW_AT_(?<name>\w+)\t\((?<value>[^\n]*)\)")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
