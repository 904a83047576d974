using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace BtfTool.Core.Queries;

/// <summary>
/// What was typed for names: one name, a shell pattern (<see cref="GlobPattern"/>), or a regular expression between slashes
/// (<c>/^tcp_v[46]_/</c>), which is found anywhere in a name. No match costs more than the product of the lengths, and none allocates
/// by name. Not safe to share between threads.
/// </summary>
internal sealed class NameExpression
{
    /// <summary>Longer names do not match a regular expression: what a file makes its names cost stays bounded.</summary>
    public const int MaxRegexNameBytes = 4096;

    // Regular expressions whose automaton would be larger are refused: .NET builds it for as long as memory lasts.
    private const int MaxAutomatonNodes = 10_000;
    private const string MaxAutomatonSwitch = "REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE";

    private readonly byte[] _text;
    private readonly GlobPattern? _glob;
    private readonly Regex? _regex;
    private readonly char[] _name = [];

    /// <summary>Reads what was typed. Cost of a regular expression: some milliseconds.</summary>
    /// <exception cref="ArgumentException">It is a regular expression with a mistake (<see cref="MistakeIn"/>).</exception>
    public NameExpression(string text)
    {
        _text = Encoding.UTF8.GetBytes(text);
        if (IsRegex(text))
        {
            _regex = TryParse(text, out string? mistake) ?? throw new ArgumentException(mistake, nameof(text));
            _name = new char[MaxRegexNameBytes];
        }
        else if (GlobPattern.IsPattern(_text))
        {
            _glob = new GlobPattern(_text);
        }
    }

    /// <summary>True when the text may match several names.</summary>
    public static bool IsPattern(string text) => IsRegex(text) || GlobPattern.IsPattern(Encoding.UTF8.GetBytes(text));

    /// <summary>True when the text is a regular expression: something between two slashes.</summary>
    public static bool IsRegex(string text) => text is ['/', _, .., '/'];

    /// <summary>What is wrong with a text, with its place, one line without a full stop; null when nothing is.</summary>
    public static string? MistakeIn(string text)
    {
        string? mistake = null;
        _ = IsRegex(text) ? TryParse(text, out mistake) : null;
        return mistake;
    }

    /// <summary>True when the name is meant. A name that could be read as a shell pattern is always meant by itself.</summary>
    public bool IsMatch(ReadOnlySpan<byte> name)
    {
        if (_regex is not null)
        {
            return !name.IsEmpty && name.Length <= MaxRegexNameBytes && _regex.IsMatch(_name.AsSpan(0, Encoding.UTF8.GetChars(name, _name)));
        }

        return name.SequenceEqual(_text) || (_glob is not null && !name.IsEmpty && _glob.IsMatch(name));
    }

    private static Regex? TryParse(string text, out string? mistake)
    {
        try
        {
            mistake = null;
            AppContext.SetData(MaxAutomatonSwitch, MaxAutomatonNodes);
            return new Regex(text[1..^1], RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (RegexParseException e)
        {
            // The slash in front is one character more.
            mistake = string.Create(CultureInfo.InvariantCulture, $"'{text}': character {e.Offset + 1}: {WordsOf(e.Error)}");
        }
        catch (NotSupportedException)
        {
            mistake = $"'{text}': look-around, back references, atomic groups and very large repetitions are not supported";
        }

        return null;
    }

    // UnterminatedBracket: "unterminated bracket".
    private static string WordsOf(RegexParseError error)
    {
        var words = new StringBuilder();
        foreach (char c in error.ToString())
        {
            words.Append(char.IsUpper(c) && words.Length > 0 ? " " : "").Append(char.ToLowerInvariant(c));
        }

        return words.ToString();
    }
}
