using System.Text.Json;
using System.Xml.Linq;
using BtfTool.Emit.Reports;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Reports;

/// <summary>What every format promises, whatever the strings of a report hold.</summary>
public class ReportWritersTests
{
    // The schema is published by OASIS and is no part of this repository: it is looked for beside it.
    private static readonly string SarifSchema = Path.Combine(Fixtures.Root, "..", "shared", "schemas", "sarif-schema-2.1.0.json");

    public static TheoryData<ReportFormat> Formats => [.. Enum.GetValues<ReportFormat>()];

    [Fact]
    public void Every_format_is_found_by_its_name()
    {
        ReportWriters.Names.Count.ShouldBe(Enum.GetValues<ReportFormat>().Length);
        foreach (ReportFormat format in Enum.GetValues<ReportFormat>())
        {
            ReportWriters.TryParse(ReportWriters.Names[(int)format], out ReportFormat found).ShouldBeTrue();
            found.ShouldBe(format);
        }

        ReportWriters.TryParse("xml", out _).ShouldBeFalse();
        ReportWriters.TryParse(null, out _).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void No_string_ends_a_line_or_sends_a_control_character(ReportFormat format)
    {
        string text = ReportSamples.Write(ReportSamples.AllHostile, format);

        text.ShouldEndWith("\n");
        text.Where(c => char.IsControl(c) && c is not '\n' and not '\t').ShouldBeEmpty();
        if (format != ReportFormat.GitHub)
        {
            text.Split('\n').ShouldNotContain(line => line.TrimStart().StartsWith("::", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_report_without_findings_is_written(ReportFormat format) =>
        ReportSamples.Write(ReportSamples.Empty, format).ShouldEndWith("\n");

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_report_is_written_as_it_was_approved(ReportFormat format)
    {
        string file = Fixtures.PathOf($"reports/ordinary.{ReportWriters.Names[(int)format]}");

        ReportSamples.Write(ReportSamples.Ordinary, format).ShouldBe(File.ReadAllText(file));
    }

    [Fact]
    public void Json_is_what_its_schema_says()
    {
        string schema = Path.Combine(Fixtures.Root, "docs", "schemas", "check.schema.json");

        JsonSchema.Validate(schema, ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.Json)).ShouldBeEmpty();
        JsonSchema.Validate(schema, ReportSamples.Write(ReportSamples.AllHostile, ReportFormat.Json)).ShouldBeEmpty();
        JsonSchema.Validate(schema, ReportSamples.Write(ReportSamples.Empty with { Command = "check" }, ReportFormat.Json)).ShouldBeEmpty();
    }

    [Fact]
    public void Json_has_the_schema_name_of_the_command_or_the_one_given()
    {
        using JsonDocument own = JsonDocument.Parse(ReportSamples.Write(ReportSamples.Empty, ReportFormat.Json));
        using JsonDocument given = JsonDocument.Parse(
            ReportSamples.Write(ReportSamples.Empty, ReportFormat.Json, new ReportWriterOptions { JsonSchema = "btftool/x/1" }));

        own.RootElement.EnumerateObject().First().Value.GetString().ShouldBe("btftool/diff/1");
        given.RootElement.EnumerateObject().First().Value.GetString().ShouldBe("btftool/x/1");
    }

    [Fact]
    public void Sarif_is_what_the_published_schema_says()
    {
        Assert.SkipUnless(File.Exists(SarifSchema), "the schema of SARIF is not beside the repository");

        JsonSchema.Validate(SarifSchema, ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.Sarif)).ShouldBeEmpty();
        JsonSchema.Validate(SarifSchema, ReportSamples.Write(ReportSamples.AllHostile, ReportFormat.Sarif)).ShouldBeEmpty();
        JsonSchema.Validate(SarifSchema, ReportSamples.Write(ReportSamples.Empty, ReportFormat.Sarif)).ShouldBeEmpty();
        string broken = ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.Sarif).Replace("\"new\"", "\"fresh\"", StringComparison.Ordinal);
        JsonSchema.Validate(SarifSchema, broken).ShouldNotBeEmpty();
    }

    [Fact]
    public void Sarif_results_point_at_their_rule()
    {
        using JsonDocument document = JsonDocument.Parse(ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.Sarif));
        JsonElement run = document.RootElement.GetProperty("runs")[0];
        JsonElement rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        foreach (JsonElement result in run.GetProperty("results").EnumerateArray())
        {
            rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString().ShouldBe(result.GetProperty("ruleId").GetString());
        }
    }

    [Theory]
    [InlineData("net/core/sock.c", "net/core/sock.c", true)]
    [InlineData("./a b/c:d?e#f%g.h", "a%20b/c%3Ad%3Fe%23f%25g.h", true)]
    [InlineData("/usr/src/a.h", "file:///usr/src/a.h", false)]
    public void Sarif_locations_are_uris(string file, string uri, bool isRelative)
    {
        Report report = ReportSamples.Ordinary with { Items = [ReportSamples.Ordinary.Items[0] with { File = file }] };
        using JsonDocument document = JsonDocument.Parse(ReportSamples.Write(report, ReportFormat.Sarif));
        JsonElement location = document.RootElement.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("locations")[0]
            .GetProperty("physicalLocation").GetProperty("artifactLocation");

        location.GetProperty("uri").GetString().ShouldBe(uri);
        location.TryGetProperty("uriBaseId", out _).ShouldBe(isRelative);
    }

    [Fact]
    public void Fingerprints_stay_when_lines_and_messages_change_and_tell_like_findings_apart()
    {
        ReportItem item = ReportSamples.Ordinary.Items[0];
        var seen = new Dictionary<string, int>();
        string first = ReportFacts.FingerprintOf(item, seen);

        ReportFacts.FingerprintOf(item with { Line = 7, Message = "other" }, []).ShouldBe(first);
        ReportFacts.FingerprintOf(item, seen).ShouldNotBe(first);
        ReportFacts.FingerprintOf(item with { Target = "arm64" }, []).ShouldNotBe(first);
        ReportFacts.FingerprintOf(item with { Member = "m" }, []).ShouldNotBe(first);
    }

    [Fact]
    public void JUnit_is_xml_that_counts_its_cases()
    {
        foreach (Report report in (Report[])[ReportSamples.Ordinary, ReportSamples.AllHostile, ReportSamples.Empty])
        {
            XElement suite = XDocument.Parse(ReportSamples.Write(report, ReportFormat.JUnit)).Root!.Element("testsuite")!;

            suite.Elements("testcase").Count().ShouldBe((int)suite.Attribute("tests")!);
            suite.Elements("testcase").Count(e => e.Element("failure") is not null).ShouldBe((int)suite.Attribute("failures")!);
            suite.Elements("testcase").Count(e => e.Element("skipped") is not null).ShouldBe((int)suite.Attribute("skipped")!);
        }
    }

    [Theory]
    [InlineData(ReportLevel.Error, 1)]
    [InlineData(ReportLevel.Warning, 2)]
    [InlineData(ReportLevel.Note, 3)]
    [InlineData(null, 0)]
    public void What_fails_is_what_the_user_says(ReportLevel? failOn, int failures)
    {
        var options = new ReportWriterOptions { FailOn = failOn };

        XDocument.Parse(ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.JUnit, options)).Descendants("failure").Count().ShouldBe(failures);
        ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.Ktap, options).Split('\n')
            .Count(line => line.StartsWith("not ok ", StringComparison.Ordinal)).ShouldBe(failures);
    }

    [Fact]
    public void GitHub_commands_stand_on_one_line_each_with_their_properties_escaped()
    {
        string[] lines = ReportSamples.Write(ReportSamples.AllHostile, ReportFormat.GitHub).TrimEnd('\n').Split('\n');

        lines.Length.ShouldBe(2);
        lines[0].ShouldStartWith("::error file=");
        string properties = lines[0]["::error ".Length..lines[0].IndexOf("::", 2, StringComparison.Ordinal)];
        properties.Split(',').Select(p => p.Split('=')[0]).ShouldBe(["file", "line", "title"]);
        properties.ShouldNotContain(':');
        lines[0].ShouldContain("%250A");
    }

    [Fact]
    public void A_table_of_markdown_has_as_many_cells_in_each_row()
    {
        string[] rows = [.. ReportSamples.Write(ReportSamples.AllHostile, ReportFormat.Markdown).Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) || line.StartsWith("|-", StringComparison.Ordinal))];

        rows.Length.ShouldBe(3);
        foreach (string row in rows)
        {
            row.Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|').ShouldBe(5, row);
        }
    }

    [Fact]
    public void Markdown_is_bounded_and_counts_what_does_not_fit()
    {
        ReportItem item = ReportSamples.Ordinary.Items[0];
        Report report = ReportSamples.Ordinary with { Items = [.. Enumerable.Range(0, 5000).Select(i => item with { Type = $"struct s{i}" })] };

        string text = ReportSamples.Write(report, ReportFormat.Markdown);

        System.Text.Encoding.UTF8.GetByteCount(text).ShouldBeLessThanOrEqualTo(60_000);
        text.ShouldContain("### btftool check: 5000 errors");
        text.ShouldContain("more\n");
        text.ShouldContain("are left out");
    }

    [Fact]
    public void A_fence_is_longer_than_what_it_holds()
    {
        MarkdownText.Block(["a ```` b"], "c").ShouldBe("`````c\na ```` b\n`````\n");
    }

    [Fact]
    public void Ktap_has_a_plan_and_numbers_without_a_gap()
    {
        foreach (Report report in (Report[])[ReportSamples.Ordinary, ReportSamples.AllHostile, ReportSamples.Empty])
        {
            string[] lines = ReportSamples.Write(report, ReportFormat.Ktap).TrimEnd('\n').Split('\n');
            string[] results = [.. lines[2..].Where(line => !line.StartsWith('#'))];

            lines[0].ShouldBe("KTAP version 1");
            lines[1].ShouldBe($"1..{results.Length}");
            for (int i = 0; i < results.Length; i++)
            {
                string[] words = results[i].Split(' ');
                words[words[0] == "not" ? 2 : 1].ShouldBe((i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            results.Count(line => line.Contains(" # SKIP", StringComparison.Ordinal)).ShouldBe(report.Items.Count(i => i.Suppression is not null));
        }
    }

    [Fact]
    public void Text_has_colours_only_where_they_are_asked_for()
    {
        ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.Text).ShouldNotContain('\e');
        ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.Text, new ReportWriterOptions { HasColours = true }).ShouldContain("\e[2m");
        ReportSamples.Write(ReportSamples.Ordinary, ReportFormat.Sarif, new ReportWriterOptions { HasColours = true }).ShouldNotContain('\e');
    }
}
