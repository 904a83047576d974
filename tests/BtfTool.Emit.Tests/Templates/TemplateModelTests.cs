using System.Text.Json;
using System.Text.RegularExpressions;
using BtfTool.Emit.Templates;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Templates;

/// <summary>What templates are checked against is what documents have and what the documentation tells.</summary>
public partial class TemplateModelTests
{
    private static readonly Dictionary<string, (string[] Schemas, string[] Added)> s_commands = new()
    {
        ["show"] = (["show"], ["c_name", "declaration", "depth", "fields", "is_bitfield", "path"]),
        ["list"] = (["list"], []),
        ["layout"] = (["layout", "layout-ranking", "layout-against"], ["is_bitfield"]),
        ["reorganize"] = (["reorganize"], ["is_bitfield"]),
        ["diff"] = (["diff"], []),
        ["header"] = (["show"], ["c_name", "declaration", "depth", "fields", "is_bitfield", "path", "assertable", "definition", "definitions", "functions",
            "is_member", "kernel_functions", "lines", "member", "text"]),
    };

    private static readonly string[] s_everywhere = ["tool", "version", "command", "inputs", "file", "format"];

    [Fact]
    public void The_words_of_a_command_are_the_keys_of_its_documents()
    {
        TemplateVocabulary.Commands.ShouldBe(s_commands.Keys);
        foreach ((string command, (string[] schemas, string[] added)) in s_commands)
        {
            TemplateVocabulary.Of(command).Fields.Order().ShouldBe(schemas.SelectMany(Keys).Concat(added).Concat(s_everywhere).Distinct().Order(), command);
        }
    }

    [Fact]
    public void The_documentation_names_every_field_with_its_unit_and_commands_and_no_other()
    {
        Match[] rows = Row().Matches(Documentation()).ToArray();
        string[] fields = [.. s_commands.Keys.SelectMany(command => TemplateVocabulary.Of(command).Fields).Distinct().Order(StringComparer.Ordinal)];
        rows.Select(row => row.Groups[1].Value).ShouldBe(fields);
        foreach (Match row in rows)
        {
            string field = row.Groups[1].Value;
            string unit = field.EndsWith("_bytes") ? "bytes" : field.EndsWith("_bits") || field == "bits" ? "bits" : field.EndsWith("_percent") ? "percent" : "";
            row.Groups[2].Value.Trim().ShouldBe(unit, field);
            string commands = string.Join(", ", s_commands.Keys.Where(command => TemplateVocabulary.Of(command).Contains(field)));
            row.Groups[3].Value.ShouldBe(s_everywhere.Contains(field) ? "all" : commands, field);
            row.Groups[4].Value.Length.ShouldBeGreaterThan(3, field);
        }
    }

    [Fact]
    public void The_documentation_names_every_helper()
    {
        string text = Documentation();
        string section = text[text.IndexOf("## Helpers", StringComparison.Ordinal)..text.IndexOf("## Model", StringComparison.Ordinal)];

        Helper().Matches(section).Select(match => match.Groups[1].Value).ShouldBe(TemplateHelpers.All.Select(helper => helper.Name));
    }

    [Fact]
    public void No_helper_hides_a_field()
    {
        foreach (string command in TemplateVocabulary.Commands)
        {
            TemplateVocabulary.Of(command).Fields.Where(field => TemplateHelpers.Find(field) is not null).ShouldBeEmpty(command);
        }
    }

    private static string Documentation() => File.ReadAllText(Path.Combine(Fixtures.Root, "docs", "templates.md"));

    private static List<string> Keys(string schema)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures.Root, "docs", "schemas", schema + ".schema.json")));
        var keys = new List<string>();
        Collect(document.RootElement, keys);
        return keys;
    }

    private static void Collect(JsonElement element, List<string> keys)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            element.EnumerateArray().ToList().ForEach(item => Collect(item, keys));
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (property.Name == "properties")
                {
                    keys.AddRange(property.Value.EnumerateObject().Select(key => key.Name));
                }

                Collect(property.Value, keys);
            }
        }
    }

    [GeneratedRegex(@"^\| `([a-z_0-9]+)` \| ([a-z]*) ?\| ([a-z, ]+) \| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| `([a-z_]+)[^`]*` \|", RegexOptions.Multiline)]
    private static partial Regex Helper();
}

/// <summary>Values of a model that helpers are given.</summary>
internal static class TemplateModelSamples
{
    public static object List()
    {
        var list = new ModelList(new TemplateBudget(TemplateLimits.Default));
        list.Add("a");
        list.Add(Fields());
        list.Add(1L);
        list.Add(null);
        return list;
    }

    public static object Fields() => new ModelObject { ["name"] = "n", ["x"] = 5L, ["-5"] = null };
}
