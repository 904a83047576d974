using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Writes what <c>pahole --sizes</c> does: name, size in bytes and number of holes, separated by tabs, for each type of its listing
/// (observed: pahole 1.31). Rows of other kinds and without a name are left out. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
public sealed class PaholeSizes(Utf8Writer output) : ITypeRowSink
{
    private readonly Dictionary<TypeGraph, ListedTypes> _listed = [];
    private TypeGraph? _graph;
    private ListedTypes? _types;

    /// <inheritdoc/>
    public void Add(in TypeRow row)
    {
        if (!row.Type.IsComposite || row.Type.IsAnonymous || ListedOf(row.Type.Graph).Add(row.Type) == ListedTypes.Result.Known)
        {
            return;
        }

        // The size 1 of an empty C++ struct is a rule of the language; nothing lies in it.
        bool isEmpty = row.Layout.SizeBytes == 1 && row.Layout.MemberCount == 0 && row.Type.Kind == TypeKind.Struct;
        output.WriteTerminated(row.Type.Name);
        output.Write((byte)'\t');
        output.WriteDecimal(isEmpty ? 0 : row.Layout.SizeBytes);
        output.Write((byte)'\t');
        output.WriteDecimal(row.Layout.Holes);
        output.Write((byte)'\n');
    }

    private ListedTypes ListedOf(TypeGraph graph)
    {
        if (graph != _graph)
        {
            _graph = graph;
            if (!_listed.TryGetValue(graph, out _types))
            {
                _types = new ListedTypes(graph, compat: true);
                _listed.Add(graph, _types);
            }
        }

        return _types!;
    }
}
