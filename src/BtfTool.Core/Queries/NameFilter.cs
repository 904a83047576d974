using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Narrows what was found: only names with a beginning, none of those left out. Not safe to share between threads.
/// </summary>
public sealed class NameFilter
{
    private readonly byte[] _prefix;
    private readonly NameExpression[] _excluded;

    private NameFilter(string prefix, IReadOnlyList<string> excluded)
    {
        _prefix = System.Text.Encoding.UTF8.GetBytes(prefix);
        _excluded = [.. excluded.Select(text => new NameExpression(text))];
    }

    /// <summary>A filter; null where nothing is asked, so that nobody pays for it.</summary>
    /// <param name="prefix">What names begin with, or null.</param>
    /// <param name="excluded">Names, shell patterns and regular expressions between slashes.</param>
    /// <exception cref="ArgumentException">A regular expression has a mistake (<see cref="TypeNameQuery.MistakeIn"/>).</exception>
    public static NameFilter? Of(string? prefix, IReadOnlyList<string> excluded)
    {
        ArgumentNullException.ThrowIfNull(excluded);
        return string.IsNullOrEmpty(prefix) && excluded.Count == 0 ? null : new NameFilter(prefix ?? "", excluded);
    }

    /// <summary>True for a name that stays. Cost: its length for each pattern; nothing is allocated.</summary>
    public bool Accepts(ReadOnlySpan<byte> name)
    {
        if (!name.StartsWith(_prefix))
        {
            return false;
        }

        foreach (NameExpression expression in _excluded)
        {
            if (expression.IsMatch(name))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True for a type whose name stays.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not of this graph.</exception>
    public bool Accepts(TypeGraph graph, TypeId id)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return Accepts(graph[id].Name);
    }
}
