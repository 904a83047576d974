using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Core.Queries;

namespace BtfTool.Cli.Commands;

/// <summary><c>--prefix</c> and <c>--exclude</c>, which narrow what names, patterns and <c>--all</c> mean.</summary>
internal sealed class NameFilterOptions
{
    private readonly Option<string?> _prefix = new("--prefix") { Description = "Only names that begin with P", HelpName = "P" };

    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "Leave out a name, or those that match a pattern; can be given several times",
        HelpName = "PATTERN",
    };

    public IEnumerable<Option> All => [_prefix, _exclude];

    public void Validate(CommandResult result) => TypeNames.Validate(result, result.GetValue(_exclude) ?? []);

    /// <summary>The filter; null where nothing was asked.</summary>
    public NameFilter? Of(ParseResult r) => NameFilter.Of(r.GetValue(_prefix), r.GetValue(_exclude) ?? []);
}
