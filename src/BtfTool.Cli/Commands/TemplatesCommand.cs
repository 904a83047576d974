using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Cli.Output;
using BtfTool.Emit.Templates;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool templates</c>: the templates that are part of the program.</summary>
internal static class TemplatesCommand
{
    public static CommandEntry Entry { get; } = new("templates", "List the templates of --template, and copy them out", Fill,
    [
        ("btftool templates", "their names, the commands that they are for, what they make"),
        ("btftool templates --copy layout.md -o mine.md.hbs", "one to change, for 'btftool layout --template mine.md.hbs'"),
        ("btftool templates --json | jq -r '.templates[].name'", "as data"),
    ]);

    private static void Fill(Command command)
    {
        Option<string?> copy = new("--copy") { Description = "Write this template instead of the list", HelpName = "TEMPLATE" };
        Option<bool> json = CommonOptions.Flag("--json", "As JSON (docs/json.md)");
        Option<string?> output = new("--output", "-o")
        {
            Description = "Write to FILE, whole or not at all [default: standard output]",
            HelpName = "FILE",
        };
        command.Options.Add(copy);
        command.Options.Add(json);
        command.Options.Add(output);
        command.Validators.Add(result => Validate(result, copy, json));
        command.SetAction(r => r.GetValue(copy) is { } name ? Copy(ShippedTemplate.Find(name)!, r.GetValue(output))
            : r.GetValue(json) ? WriteJson(r.GetValue(output)) : WriteList(r.GetValue(output)));
    }

    private static void Validate(CommandResult result, Option<string?> copy, Option<bool> json)
    {
        if (result.GetValue(copy) is { } name && ShippedTemplate.Find(name) is null)
        {
            result.AddError($"there is no template '{name}'{UsageErrors.Suggestion(ShippedTemplate.All.Select(template => template.Name), name)}");
        }

        if (result.GetValue(copy) is not null && result.GetValue(json))
        {
            result.AddError("Give --copy or --json, not both.");
        }
    }

    private static int Copy(ShippedTemplate template, string? path)
    {
        TextOutput.Write(ShippedTemplate.Read(template.FileName)!, path);
        return ExitCode.Done;
    }

    private static int WriteList(string? path)
    {
        int names = ShippedTemplate.All.Max(template => template.Name.Length);
        int commands = ShippedTemplate.All.Max(template => string.Join(", ", template.Commands).Length);
        var list = new StringBuilder();
        foreach (ShippedTemplate template in ShippedTemplate.All)
        {
            list.Append(template.Name.PadRight(names)).Append("  ").Append(string.Join(", ", template.Commands).PadRight(commands)).Append("  ")
                .Append(template.Description).Append('\n');
        }

        TextOutput.Write(list.ToString(), path);
        return ExitCode.Done;
    }

    private static int WriteJson(string? path)
    {
        using OutputTarget target = OutputTarget.Open(path);
        using var json = new Utf8JsonWriter(target.Writer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema"u8, "btftool/templates/1"u8);
        json.WriteStartArray("templates"u8);
        foreach (ShippedTemplate template in ShippedTemplate.All)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, template.Name);
            json.WriteString("file"u8, template.FileName);
            json.WriteString("description"u8, template.Description);
            json.WriteStartArray("commands"u8);
            foreach (string command in template.Commands)
            {
                json.WriteStringValue(command);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        target.Writer.Write("\n"u8);
        target.Commit();
        return ExitCode.Done;
    }
}
