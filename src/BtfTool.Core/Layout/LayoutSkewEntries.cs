using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Layout;

/// <summary>A member of a struct, or of a struct or union without a name in it, before it is matched.</summary>
/// <param name="Key">What it is matched by: its name; what has none, its kind and the first name in it, or its place.</param>
/// <param name="IsAnonymous">Whether it is a struct or union without a name.</param>
/// <param name="Side">Where it lies, from the start of the struct.</param>
internal readonly record struct SkewEntry(string Key, bool IsAnonymous, SkewSide Side);

/// <summary>
/// Lists the members of a struct as C names them: those of structs and unions without a name are members of what holds them, so that
/// grouping members is no difference. What has no name itself comes before what it holds.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="limits">Bounds the nesting that is followed.</param>
internal sealed class LayoutSkewEntries(TypeGraph graph, ReaderLimits limits)
{
    /// <summary>Members that are looked at in one comparison; the largest struct of a kernel has some thousands.</summary>
    public const int MostEntries = 1 << 19;

    private int _entries;

    /// <summary>The layouts.</summary>
    public LayoutAnalyzer Analyzer { get; } = new(graph, limits);

    /// <summary>The types.</summary>
    public TypeGraph Graph => graph;

    /// <summary>Begins to count again.</summary>
    public void Restart() => _entries = 0;

    /// <summary>The members of a struct or union. Cost: linear in them.</summary>
    /// <exception cref="InvalidImageException">It holds more than anything does, or nests deeper.</exception>
    public List<SkewEntry> Of(TypeId id)
    {
        var entries = new List<SkewEntry>();
        Add(id, 0, 0, entries);
        return entries;
    }

    /// <summary>The struct or union that a member holds, itself or in an array; void where it holds none.</summary>
    public TypeId EmbeddedIn(TypeId id)
    {
        for (int steps = 0; steps <= limits.MaxNesting; steps++)
        {
            id = Analyzer.Sizes.Strip(id);
            if (graph.KindOf(id) != TypeKind.Array)
            {
                return graph[id].IsComposite ? id : TypeId.Void;
            }

            id = graph[id].Target;
        }

        return TypeId.Void;
    }

    // Returns the first name in it; empty where there is none.
    private string Add(TypeId id, long start, int depth, List<SkewEntry> entries)
    {
        if (depth > limits.MaxNesting)
        {
            InvalidImageException.Throw(graph.SourcePath, "", -1, $"types nest deeper than {limits.MaxNesting}");
        }

        string first = "";
        StructLayout layout = Analyzer.Analyze(id);
        MemberList members = graph[id].Members;
        _entries += layout.Members.Length;
        if (_entries > MostEntries)
        {
            InvalidImageException.Throw(graph.SourcePath, "", -1, $"struct {graph[id].NameString} holds more than {MostEntries} members");
        }

        foreach (MemberLayout member in layout.Members)
        {
            MemberView view = members[member.Index];
            var side = new SkewSide(view.Type, start + member.BitOffset, member.BitfieldBits, member.SizeBytes, member.AlignmentBytes,
                Math.Max(0, member.HoleBytes), Math.Max(0, member.HoleBits));
            TypeView type = graph[Analyzer.Sizes.Strip(view.Type)];
            string name;
            if (!view.IsAnonymous)
            {
                name = view.NameString;
                entries.Add(new SkewEntry(name, false, side));
            }
            else if (type.IsComposite)
            {
                int at = entries.Count;
                entries.Add(default);
                name = Add(type.Id, side.BitOffset, depth + 1, entries);
                entries[at] = new SkewEntry($"{(type.Kind == TypeKind.Union ? "union" : "struct")} {{{name}...}}", true, side);
            }
            else
            {
                name = "";
                entries.Add(new SkewEntry("(unnamed)", false, side));
            }

            first = first.Length == 0 ? name : first;
        }

        return first;
    }
}
