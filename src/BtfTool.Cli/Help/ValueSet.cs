using BtfTool.Cli.Commands;
using BtfTool.Core.Queries;
using BtfTool.Emit.Diffs;
using BtfTool.Emit.Reports;
using BtfTool.Emit.Templates;

namespace BtfTool.Cli.Help;

/// <summary>What a shell may offer for a value.</summary>
internal enum ValueKind
{
    /// <summary>Nothing: a number, a pattern.</summary>
    None,

    /// <summary>Files.</summary>
    File,

    /// <summary>Folders.</summary>
    Folder,

    /// <summary>Names of types.</summary>
    Type,

    /// <summary>Names of functions.</summary>
    Function,

    /// <summary>One of the words.</summary>
    Word,

    /// <summary>Some of the words, with commas between them.</summary>
    WordList,

    /// <summary>One of the words, and behind a comma the direction.</summary>
    SortOrder,

    /// <summary>An expression in which the words may stand.</summary>
    Condition,
}

/// <summary>The values of an option or argument, told by what stands for them in the help: the same word means the same everywhere.</summary>
/// <param name="Kind">Of what sort they are.</param>
/// <param name="Words">The words, where the sort has some.</param>
internal readonly record struct ValueSet(ValueKind Kind, IReadOnlyList<string> Words)
{
    private static readonly string[] s_none = [];

    public static ValueSet OfOption(string name, string? label) => name switch
    {
        _ when label is null => new(ValueKind.None, s_none),
        "--lang" => new(ValueKind.Word, ["c", "c++"]),
        "--as" => new(ValueKind.Word, ReportWriters.Names),
        "--functions" => new(ValueKind.Function, s_none),
        _ => OfLabel(label),
    };

    public static ValueSet OfArgument(string label) => FirstWord(label) is "NAME" ? new(ValueKind.Type, s_none) : OfLabel(label);

    private static ValueSet OfLabel(string label) => FirstWord(label) switch
    {
        "FILE" or "OLD" or "NEW" => new(ValueKind.File, s_none),
        "DIR" => new(ValueKind.Folder, s_none),
        "TYPE" => new(ValueKind.Type, s_none),
        "WHEN" => new(ValueKind.Word, ["auto", "always", "never"]),
        "FORMAT" => new(ValueKind.Word, ["btf", "dwarf", "baseline"]),
        "SHELL" => new(ValueKind.Word, CompletionCommand.Shells),
        "TOPIC" => new(ValueKind.Word, [.. CommandEntry.All.Select(entry => entry.Name), .. Topics.All.Select(topic => topic.Name)]),
        "KINDS" => new(ValueKind.WordList, Split(TypeKinds.Words)),
        "COLUMNS" => new(ValueKind.WordList, Split(RowColumns.Words)),
        "COLUMN" => new(ValueKind.SortOrder, Split(RowColumns.Words)),
        "CLASSES" => new(ValueKind.WordList, [.. ChangeNames.Words]),
        "TEMPLATE" => new(ValueKind.Word, [.. ShippedTemplate.All.Select(template => template.Name)]),
        "LEVEL" => new(ValueKind.Word, ["note", "warning", "error", "never"]),
        "EXPR" => new(ValueKind.Condition, Split(RowColumns.Words)),
        _ => new(ValueKind.None, s_none),
    };

    // "COLUMN[,desc]" and "TYPE OFFSET|PATH" begin with what is typed first.
    private static string FirstWord(string label)
    {
        int end = 0;
        while (end < label.Length && char.IsAsciiLetter(label[end]))
        {
            end++;
        }

        return label[..end];
    }

    private static string[] Split(string words) => words.Split(',', StringSplitOptions.TrimEntries);
}
