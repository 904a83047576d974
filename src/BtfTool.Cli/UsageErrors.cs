using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Cli;

/// <summary>What was wrong with the arguments, one line for each mistake, with what may have been meant.</summary>
internal static class UsageErrors
{
    /// <summary>
    /// True when an argument looks like an option. The library takes an option that it does not know for a name or file; no type and
    /// few files begin with a dash, and behind <c>--</c> they may.
    /// </summary>
    public static bool HasUnknownOption(ParseResult parsed) =>
        parsed.Action is not HelpAction and not Help.ExamplesHelpAction && UnknownOptions(parsed).Any();

    /// <summary>Writes the messages and returns the exit code.</summary>
    public static int Report(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string[] strangers = [.. UnknownOptions(parsed).Concat(parsed.UnmatchedTokens).Distinct()];
        foreach (string stranger in strangers)
        {
            string what = IsOption(stranger) ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            Messages.Error($"unknown {what} '{stranger}'{Suggestion(NamesLike(command, stranger), stranger)}");
        }

        // Beside a stranger, what the library misses is only a consequence.
        foreach (ParseError error in strangers.Length > 0 ? [] : parsed.Errors)
        {
            Messages.Error(error.Message.TrimEnd('.'));
        }

        Messages.Note($"'{(command is RootCommand ? "btftool" : "btftool " + command.Name)} --help' shows how it is used");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> UnknownOptions(ParseResult parsed) =>
        parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash)
            ? []
            : parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
                .Select(token => token.Value).Where(IsOption);

    private static bool IsOption(string text) => text.Length > 1 && text[0] == '-';

    private static IEnumerable<string> NamesLike(Command command, string typed) => IsOption(typed)
        ? command.Options.SelectMany(option => option.Aliases.Append(option.Name))
        : command.Subcommands.Select(subcommand => subcommand.Name);

    /// <summary>The question whether the nearest of some words was meant; empty when none is near.</summary>
    public static string Suggestion(IEnumerable<string> known, string typed)
    {
        string? nearest = known.Where(name => name.Length > 2 && name != typed)
            .Select(name => (Name: name, Distance: DistanceOf(typed, name)))
            .Where(candidate => candidate.Distance <= EditDistance.LimitFor(typed.Length))
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
        return nearest is null ? "" : $": did you mean '{nearest}'?";
    }

    private static int DistanceOf(string a, string b)
    {
        byte[] x = Encoding.UTF8.GetBytes(a);
        return x.Length > EditDistance.MaxBytes ? int.MaxValue
            : EditDistance.Measure(x, Encoding.UTF8.GetBytes(b), EditDistance.LimitFor(a.Length));
    }
}
