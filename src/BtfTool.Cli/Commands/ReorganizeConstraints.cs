using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Core.Reorganization;

namespace BtfTool.Cli.Commands;

/// <summary>What a reorganisation must keep or should reach, as options.</summary>
internal sealed class ReorganizeConstraints
{
    private readonly Option<string[]> _pin = new("--pin")
    {
        Description = "Leave MEMBER at its offset; may be given several times",
        HelpName = "MEMBER",
    };

    private readonly Option<string[]> _together = new("--keep-together")
    {
        Description = "Keep members one behind the other; may be given several times",
        HelpName = "A,B,...",
    };

    private readonly Option<string[]> _separate = new("--separate")
    {
        Description = "Put members on cache lines of their own; may be given several times",
        HelpName = "A,B,...",
    };

    private readonly Option<string[]> _hot = new("--hot")
    {
        Description = "Put members on the fewest cache lines",
        HelpName = "A,B,...",
    };

    private readonly Option<bool> _splitBitfields = CommonOptions.Flag("--split-bitfields",
        "Move bitfields one by one: concurrent writers may then share other memory than before");

    private readonly Option<bool> _groups = CommonOptions.Flag("--groups", "Sort cache line groups of the kernel too, each within itself");

    public IEnumerable<Option> All => [_pin, _together, _separate, _hot, _splitBitfields, _groups];

    public void Validate(CommandResult result, bool isOfAll)
    {
        foreach ((Option<string[]> option, int least) in ((Option<string[]>, int)[])[(_pin, 1), (_together, 2), (_separate, 2), (_hot, 1)])
        {
            if (result.GetResult(option) is not { Implicit: false } given)
            {
                continue;
            }

            if (isOfAll)
            {
                result.AddError($"{option.Name} names members of one struct: give its NAME, not --all.");
            }

            foreach (Token token in given.Tokens)
            {
                if (MistakeIn(token.Value, least) is { } mistake)
                {
                    result.AddError($"{option.Name} {mistake}.");
                }
            }
        }
    }

    public ReorganizeOptions Of(ParseResult r, int cachelineBytes) => new()
    {
        CachelineBytes = cachelineBytes,
        Pinned = [.. (r.GetValue(_pin) ?? []).SelectMany(Words)],
        KeepTogether = [.. (r.GetValue(_together) ?? []).Select(Words)],
        Separate = [.. (r.GetValue(_separate) ?? []).Select(Words)],
        Hot = [.. (r.GetValue(_hot) ?? []).SelectMany(Words)],
        SplitBitfields = r.GetValue(_splitBitfields),
        Groups = r.GetValue(_groups),
    };

    private static string? MistakeIn(string list, int least)
    {
        string[] words = Words(list);
        return words.Contains("") ? $"takes names of members with commas, not '{list}'"
            : words.Length < least ? $"takes at least {least} members with commas, not '{list}'"
            : words.Distinct().Count() < words.Length ? $"names a member twice: '{list}'" : null;
    }

    private static string[] Words(string list) => list.Split(',', StringSplitOptions.TrimEntries);
}
