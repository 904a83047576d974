using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Says of the names of a graph whether they are the one that was typed or match its pattern. A name is looked up in the pools once;
/// after that its places are compared, and no bytes.
/// </summary>
internal sealed class NameMatcher
{
    // Up to here a vectorised look at each is cheaper than hashing.
    private const int FewPlaces = 8;

    private readonly TypeGraph _graph;
    private readonly NameExpression? _pattern;
    private readonly uint[] _few = [];
    private readonly HashSet<uint>? _many;

    public NameMatcher(TypeGraph graph, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _graph = graph;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var places = new List<uint>();
        if (bytes.Length > 0 && !bytes.Contains((byte)0))
        {
            NameFinder.AddPlaces(graph, bytes, places);
        }

        // A name is taken as it is even if it could be read as a pattern, as types are.
        _pattern = places.Count == 0 && NameExpression.IsPattern(text) ? new NameExpression(text) : null;
        _few = places.Count <= FewPlaces ? [.. places] : [];
        _many = places.Count <= FewPlaces ? null : [.. places];
    }

    /// <summary>Cost: O(1) for a name; for a pattern the match.</summary>
    public bool Matches(NameId name) => _pattern is not null ? !name.IsNone && MatchesPattern(name)
        : _many is not null ? _many.Contains(name.Value) : _few.AsSpan().Contains(name.Value);

    private bool MatchesPattern(NameId name) => _graph.NameOf(name) is { IsEmpty: false } bytes && _pattern!.IsMatch(bytes);
}
