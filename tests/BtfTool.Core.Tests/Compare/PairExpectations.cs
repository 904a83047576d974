using BtfTool.Core.Compare;
using BtfTool.TestKit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>What the comments of <c>fixtures/diff/pairs</c> say that a comparison must find; <c>fixtures/diff/pairs.c</c> describes them.</summary>
internal sealed class PairExpectations
{
    private readonly Dictionary<(string Way, string Name), string> _lines = [];

    private PairExpectations()
    {
    }

    public static PairExpectations All { get; } = Read();

    /// <summary>Every pair, sorted.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>The classes that some pair must show.</summary>
    public IReadOnlyDictionary<string, int> PairsOfClass { get; private set; } = new Dictionary<string, int>();

    /// <summary>What a way must find for a name, each change in the words of <see cref="WordsOf"/>; empty where there is no difference.</summary>
    public List<string> Of(string way, string name)
    {
        string text = _lines.TryGetValue((way, name), out string? own) ? own : _lines[("", name)];
        return Words(text);
    }

    /// <summary>What is found for a name by a way that can say all.</summary>
    public List<string> Of(string name) => Words(_lines[("", name)]);

    private static List<string> Words(string text) =>
        text == "none" ? [] : Sorted(text.Split(';', StringSplitOptions.TrimEntries).Select(Normal));

    /// <summary>What was found, in the words of the expectations; the fan-out only where it is asked for.</summary>
    public static List<string> WordsOf(TypeDifference? difference, bool withFanOut)
    {
        List<string> words = [.. (difference?.Changes ?? []).Select(ChangeWords)];
        if (withFanOut && difference is not null)
        {
            words.Add($"fanout={difference.FanOut}");
        }

        return Sorted(words);
    }

    private static string ChangeWords(TypeChange change)
    {
        string text = Snake(change.Class.ToString());
        text += change.Path is null ? "" : $" member={change.Path}";
        text += change.Breaks == Breaks.None ? "" : " breaks=" + string.Join('+', BreaksOf(change.Breaks));
        text += change.Count == 1 ? "" : $" count={change.Count}";
        return text + (change.IsConsequence ? " follows" : "");
    }

    private static IEnumerable<string> BreaksOf(Breaks breaks) =>
        Enum.GetValues<Breaks>().Where(one => one != Breaks.None && breaks.HasFlag(one)).Select(one => one.ToString().ToLowerInvariant());

    public static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));

    // The order of what stands behind the class is free.
    private static string Normal(string item)
    {
        string[] words = item.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] order = ["member=", "breaks=", "count=", "follows"];
        return string.Join(' ', [words[0], .. order.SelectMany(key => words.Skip(1).Where(word => word.StartsWith(key, StringComparison.Ordinal)))]);
    }

    private static List<string> Sorted(IEnumerable<string> words) => [.. words.Order(StringComparer.Ordinal)];

    private static PairExpectations Read()
    {
        var all = new PairExpectations();
        foreach (string path in Directory.EnumerateFiles(Fixtures.PathOf("diff/pairs"), "*.h"))
        {
            foreach (string line in File.ReadLines(path))
            {
                if (line.StartsWith("// expect", StringComparison.Ordinal))
                {
                    all.Add(line["// expect".Length..]);
                }
            }
        }

        all.Names = [.. all._lines.Keys.Where(key => key.Way.Length == 0).Select(key => key.Name).Order(StringComparer.Ordinal)];
        all.PairsOfClass = all.Names.SelectMany(name => all.Of(name).Select(item => item.Split(' ')[0]).Distinct())
            .CountBy(name => name).ToDictionary();
        return all;
    }

    private void Add(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        string head = line[..colon], text = line[(colon + 1)..];
        int because = text.IndexOf(" because ", StringComparison.Ordinal);
        text = (because < 0 ? text : text[..because]).Trim();
        int end = head.IndexOf(']', StringComparison.Ordinal);
        string name = head[(end + 1)..].Trim();
        string[] ways = end < 0 ? [""] : because < 0 ? throw new FormatException($"{name}: an exception needs a reason") : head[1..end].Split(',');
        foreach (string way in ways)
        {
            _lines.Add((way, name), text);
        }
    }
}
