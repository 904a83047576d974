using System.Text;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Core.Checks;

/// <summary>Types by the file that declares them: the pattern is that of the whole path, or of its end from a folder on.</summary>
/// <param name="graph">The types, with places of declarations.</param>
/// <param name="pattern">The pattern; a star matches slashes too.</param>
internal sealed class DeclarationFilter(TypeGraph graph, string pattern)
{
    private readonly GlobPattern _whole = new(Encoding.UTF8.GetBytes(pattern));
    private readonly GlobPattern _end = new(Encoding.UTF8.GetBytes("*/" + pattern));
    private readonly Dictionary<NameId, bool> _known = [];

    public bool Accepts(TypeId type)
    {
        if (!graph[type].TryGetDeclaration(out NameId file, out _) || file.IsNone)
        {
            return false;
        }

        if (!_known.TryGetValue(file, out bool accepts))
        {
            ReadOnlySpan<byte> path = graph.NameOf(file);
            accepts = _whole.IsMatch(path) || _end.IsMatch(path);
            _known.Add(file, accepts);
        }

        return accepts;
    }
}
