using System.Text.RegularExpressions;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

/// <summary>C# in the documents of the library is quoted from the samples, which are built against the packages and run.</summary>
public partial class LibraryDocsTests
{
    public static TheoryData<string> Documents => new("docs/library.md", "src/BtfTool.Core/README.md", "src/BtfTool.Emit/README.md", "samples/README.md");

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_block_of_code_is_part_of_a_sample(string document)
    {
        foreach ((string? source, string[] lines) in BlocksOf(document))
        {
            source.ShouldNotBeNull($"{document}: a comment with the file goes before\n{lines[0]}");
            string[] file = [.. File.ReadAllLines(Path.Combine(Fixtures.Root, source)).Select(line => line.TrimEnd())];
            Contains(file, lines).ShouldBeTrue($"{document}: {source} has no such lines:\n{string.Join('\n', lines)}");
        }
    }

    [Theory]
    [InlineData("samples/Holes/Program.cs", 10)]
    [InlineData("samples/Builds/Program.cs", 5)]
    public void What_is_promised_in_a_few_lines_is_a_whole_program_of_no_more(string sample, int most)
    {
        string[] program = [.. File.ReadAllLines(Path.Combine(Fixtures.Root, sample)).Where(line => line.Length > 0)];

        program.Length.ShouldBeLessThanOrEqualTo(most);
        BlocksOf("docs/library.md").ShouldContain(block => block.Lines.Where(line => line.Length > 0).SequenceEqual(program));
    }

    [Fact]
    public void The_samples_use_the_version_that_is_built()
    {
        string built = Version().Match(File.ReadAllText(Path.Combine(Fixtures.Root, "Directory.Build.props"))).Groups[2].Value;

        Version().Match(File.ReadAllText(Path.Combine(Fixtures.Root, "samples/Directory.Build.props"))).Groups[2].Value.ShouldBe(built);
    }

    private static List<(string? Source, string[] Lines)> BlocksOf(string document)
    {
        var blocks = new List<(string?, string[])>();
        foreach (Match match in Block().Matches(File.ReadAllText(Path.Combine(Fixtures.Root, document))))
        {
            blocks.Add((match.Groups[1].Success ? match.Groups[1].Value : null, match.Groups[2].Value.TrimEnd('\n').Split('\n')));
        }

        blocks.ShouldNotBeEmpty(document);
        return blocks;
    }

    // Blocks stand at the margin, whatever their lines have in the file.
    private static bool Contains(string[] file, string[] lines)
    {
        for (int start = 0; start + lines.Length <= file.Length; start++)
        {
            string margin = Margin().Match(file[start]).Value;
            if (lines.Select((line, i) => (line, i)).All(at => (at.line.Length == 0 ? "" : margin + at.line) == file[start + at.i]))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex("(?:<!-- (\\S+) -->\n)?```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^ *")]
    private static partial Regex Margin();

    [GeneratedRegex("<(VersionPrefix|BtfToolVersion)>([^<]*)<")]
    private static partial Regex Version();
}
