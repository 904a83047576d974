using System.CommandLine;
using BtfTool.Cli.Commands;

namespace BtfTool.Cli.Help;

/// <summary>A command as the user meets it: what manual pages and completion scripts are made of.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Description">One line.</param>
/// <param name="Arguments">What is typed without an option in front.</param>
/// <param name="Options">Its options and those of every command.</param>
/// <param name="Examples">Command lines and what they do.</param>
internal sealed record CommandModel(
    string Name,
    string Description,
    IReadOnlyList<ArgumentModel> Arguments,
    IReadOnlyList<OptionModel> Options,
    IReadOnlyList<(string Line, string Meaning)> Examples)
{
    /// <summary>All commands, from the tree that parses them.</summary>
    public static IReadOnlyList<CommandModel> ReadAll()
    {
        RootCommand root = CommandTree.BuildAll();
        OptionModel[] shared = [.. root.Options.Where(option => option.Recursive && !option.Hidden).Select(OptionModel.Of)];
        return [.. CommandEntry.All.Select(entry => Of(entry, root.Subcommands.First(command => command.Name == entry.Name), shared))];
    }

    /// <summary>The options of the program itself.</summary>
    public static IReadOnlyList<OptionModel> ReadRootOptions() => [.. CommandTree.BuildAll().Options.Select(OptionModel.Of)];

    private static CommandModel Of(CommandEntry entry, Command command, OptionModel[] shared) => new(
        entry.Name,
        entry.Description,
        [.. command.Arguments.Where(argument => !argument.Hidden).Select(ArgumentModel.Of)],
        [.. command.Options.Where(option => !option.Hidden).Select(OptionModel.Of), .. shared],
        entry.Examples);
}

/// <summary>An argument.</summary>
/// <param name="Label">What stands for it in a usage line, such as <c>NAME</c>.</param>
/// <param name="Description">What it is.</param>
/// <param name="IsOptional">Whether it may be left out.</param>
/// <param name="Repeats">Whether there may be several.</param>
/// <param name="Values">What may be typed.</param>
internal sealed record ArgumentModel(string Label, string Description, bool IsOptional, bool Repeats, ValueSet Values)
{
    public static ArgumentModel Of(Argument argument)
    {
        string label = argument.HelpName ?? argument.Name;
        return new ArgumentModel(label, argument.Description ?? "", argument.Arity.MinimumNumberOfValues == 0,
            argument.Arity.MaximumNumberOfValues > 1, ValueSet.OfArgument(label));
    }
}

/// <summary>An option.</summary>
/// <param name="Names">Short names first: <c>-f</c>, <c>--file</c>.</param>
/// <param name="Description">What it does.</param>
/// <param name="Label">What stands for its value, such as <c>FILE</c>; null for a flag.</param>
/// <param name="IsValueOptional">Whether the value may be left out.</param>
/// <param name="Repeats">Whether it may be given several times.</param>
/// <param name="Values">What may be typed as its value.</param>
internal sealed record OptionModel(
    IReadOnlyList<string> Names, string Description, string? Label, bool IsValueOptional, bool Repeats, ValueSet Values)
{
    public static OptionModel Of(Option option)
    {
        bool isFlag = option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0;
        string? label = isFlag ? null : option.HelpName ?? "VALUE";
        string description = option.Description ?? "";
        if (option is Option<string> { DefaultValueFactory: not null } text && text.GetDefaultValue() is string usual)
        {
            description += $" [default: {usual}]";
        }

        return new OptionModel([.. option.Aliases.Append(option.Name).OrderBy(name => name.Length)], description, label,
            option.Arity.MinimumNumberOfValues == 0, option.Arity.MaximumNumberOfValues > 1, ValueSet.OfOption(option.Name, label));
    }
}
