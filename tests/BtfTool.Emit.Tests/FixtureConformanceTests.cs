using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BtfTool.Core.Sources;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Pahole;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>
/// What is written of each compiled fixture against what Debian 12's tools say of it: five targets, both byte orders, 32 and 64 bit.
/// These tools are older than those whose text is written here, so each side is freed of what the versions differ in, by rule.
/// </summary>
public partial class FixtureConformanceTests
{
    private const string RawAnswer = ".bpftool-7.1.raw.txt";
    private const string HeaderAnswer = ".bpftool-7.1.h";
    private const string ListingAnswer = ".pahole-1.24.txt";

    public static TheoryData<string> Dumped => Stems(RawAnswer);

    public static TheoryData<string> Declared => Stems(HeaderAnswer);

    public static TheoryData<string> Listed => Stems(ListingAnswer);

    [Theory]
    [MemberData(nameof(Dumped))]
    public void Records_are_dumped_as_bpftool_dumps_them(string stem)
    {
        using TypeSource source = Open(stem);
        byte[] text = Inputs.Write(w => new BtfDumpWriter(source.Btf, w).WriteAll());
        Inputs.ShouldBeSameText(text, Fixtures.Read("bin/" + stem + RawAnswer));
    }

    [Theory]
    [MemberData(nameof(Declared))]
    public void Headers_declare_types_as_bpftool_does(string stem)
    {
        using TypeSource source = Open(stem);
        string text = HeadersFixture.Text(source.Graph, new HeaderOptions { Unsorted = true, BpftoolCompat = true });
        ShouldBeSame(Declarations(text), Declarations(Answer(stem, HeaderAnswer)));
    }

    [Theory]
    [MemberData(nameof(Listed))]
    public void Types_are_listed_as_pahole_lists_them(string stem)
    {
        using TypeSource source = Open(stem);
        string text = Encoding.UTF8.GetString(
            Inputs.Write(w => new PaholeEmitter(source.Graph, new PaholeOptions { Compat = true }, w).WriteAll()));
        string answer = Answer(stem, ListingAnswer);
        (text, answer) = WithoutTypeTags(text, answer);
        ShouldBeSame(Listing(text), Listing(answer));
    }

    /// <summary>
    /// What is between the frames, which differ. bpftool 7.8 declares kernel functions behind the types, and says the size of
    /// enumerations that are not as large as an int.
    /// </summary>
    private static string Declarations(string header)
    {
        header = EnumMode().Replace(header, "");
        string rest = header[Frame().Match(header).Length..];
        int end = FrameBehind().Match(rest) is { Success: true } found ? found.Index : rest.Length;
        return rest[..end].Trim();
    }

    /// <summary>
    /// Types without empty lines and without what pahole 1.24 does not say: flexible arrays and holes of embedded types, forced
    /// alignment of members without a size.
    /// </summary>
    private static string Listing(string text)
    {
        var result = new StringBuilder();
        foreach (string type in TypeEnd().Split(text))
        {
            // pahole 1.24 counts what overlapping members lack between them as a hole of 2^16 less.
            bool overlaps = type.Contains("BRAIN FART ALERT", StringComparison.Ordinal);
            string plain = ZeroSizeAligned().Replace(type, m => m.Groups["name"].Value + "; " + m.Groups["place"].Value);
            bool alignsNothing = plain != type;
            foreach (string line in plain.Split('\n'))
            {
                string kept = LastStruct().Replace(line, m => OnlyPadding(m.Value));
                bool dropped = kept.Trim().Length == 0 || NewTotals().IsMatch(kept)
                    || (alignsNothing && kept.Contains("/* forced alignments: ", StringComparison.Ordinal))
                    || (overlaps && (WrappedHole().IsMatch(kept) || OverlapTotals().IsMatch(kept)));
                if (!dropped)
                {
                    result.Append(Spaces().Replace(kept, " ")).Append('\n');
                }
            }
        }

        return result.ToString();
    }

    // "last struct has 3 bytes of padding, 1 hole" is "last struct has 3 bytes of padding" in 1.24, and nothing without padding.
    private static string OnlyPadding(string line) =>
        Padding().Match(line) is { Success: true } padding ? $"/* XXX last struct has {padding.Value} */" : "";

    // pahole 1.24 does not know tags and gives up on the member; what is left is its place.
    private static (string Text, string Answer) WithoutTypeTags(string text, string answer)
    {
        string[] written = text.Split('\n'), expected = answer.Split('\n');
        var failed = new HashSet<string>(expected.Where(l => l.Contains("<ERROR", StringComparison.Ordinal)).Select(NameAndPlace));
        return (Join(written, l => failed.Contains(NameAndPlace(l))), Join(expected, l => l.Contains("<ERROR", StringComparison.Ordinal)));

        static string Join(string[] lines, Func<string, bool> isFailed) =>
            string.Join('\n', lines.Select(l => isFailed(l) ? NameAndPlace(l) : l));
    }

    private static string NameAndPlace(string line)
    {
        Match member = Member().Match(line);
        return string.Create(CultureInfo.InvariantCulture, $"{member.Groups["name"].Value} at {Spaces().Replace(member.Groups["place"].Value, " ")}");
    }

    private static void ShouldBeSame(string text, string answer)
    {
        answer.ShouldNotBeEmpty();
        Inputs.ShouldBeSameText(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(answer));
    }

    private static string Answer(string stem, string suffix) => Encoding.UTF8.GetString(Fixtures.Read("bin/" + stem + suffix));

    private static TypeSource Open(string stem) => SourceOpener.Open(Fixtures.PathOf("bin/" + stem + ".o"));

    private static TheoryData<string> Stems(string suffix) => [.. Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*" + suffix)
        .Select(p => Path.GetFileName(p)[..^suffix.Length]).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@" __attribute__\(\(mode\(\w+\)\)\)")]
    private static partial Regex EnumMode();

    [GeneratedRegex(@"\A(#[^\n]*\n|\n)+")]
    private static partial Regex Frame();

    [GeneratedRegex(@"^(/\* BPF kfuncs \*/|#ifndef BPF_NO_PRESERVE_ACCESS_INDEX)$", RegexOptions.Multiline)]
    private static partial Regex FrameBehind();

    [GeneratedRegex(@"(?<=^\}[^\n]*;\n)", RegexOptions.Multiline)]
    private static partial Regex TypeEnd();

    [GeneratedRegex(@"(?<name>\w+\[\]) __attribute__\(\(__aligned__\(\d+\)\)\);\s*(?<place>/\* +\d+ +0 \*/)")]
    private static partial Regex ZeroSizeAligned();

    [GeneratedRegex(@"/\* XXX last struct has .* \*/")]
    private static partial Regex LastStruct();

    [GeneratedRegex(@"\d+ bytes? of padding")]
    private static partial Regex Padding();

    [GeneratedRegex(@"/\* (member types with|flexible array members:) ")]
    private static partial Regex NewTotals();

    [GeneratedRegex(@"/\* XXX (3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[4-6]\d{4}) bytes hole")]
    private static partial Regex WrappedHole();

    [GeneratedRegex(@"/\* (sum members: |BRAIN FART ALERT)")]
    private static partial Regex OverlapTotals();

    [GeneratedRegex(@"(?<name>\w+)(\)\(.*\))?;\s+(?<place>/\* .* \*/)$")]
    private static partial Regex Member();

    [GeneratedRegex(@" +")]
    private static partial Regex Spaces();
}
