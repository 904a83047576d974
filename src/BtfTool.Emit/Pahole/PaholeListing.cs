using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

// Which types of a file are listed.
public sealed partial class PaholeEmitter
{
    private const int MostSaid = 20;

    private readonly List<Diagnostic> _diagnostics = [];
    private bool[]? _selfContained;
    private int _leftOut;

    /// <summary>What <see cref="WriteAll"/> left out; the last one counts what is not named.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _leftOut <= MostSaid ? _diagnostics
        : [.. _diagnostics, new(DiagnosticSeverity.Warning, $"listing: {_leftOut - MostSaid} more types were left out")];

    /// <summary>
    /// Writes every named struct and union of the graph's own segment, in the order of the file, each once. One that contains itself, or
    /// one that does, is left out and named in <see cref="Diagnostics"/>. Cost: linear in the text.
    /// </summary>
    /// <param name="after">Called behind each type with what it met; for tests and progress. May be null.</param>
    /// <param name="before">Called before each type, to write what is to stand there. May be null.</param>
    /// <param name="where">Says which types are listed; null for all.</param>
    public void WriteAll(Action<TypeId, PaholeQuirks>? after = null, Action<TypeId>? before = null, Predicate<TypeId>? where = null)
    {
        var listed = new ListedTypes(_graph, _options.Compat);
        for (uint id = _graph.FirstOwnType.Value; id < (uint)_graph.TypeCount; id++)
        {
            TypeView type = _graph[new TypeId(id)];
            if (!type.IsComposite || type.IsAnonymous || where?.Invoke(type.Id) == false)
            {
                continue;
            }

            ListedTypes.Result result = listed.Add(type);
            if (result == ListedTypes.Result.Known)
            {
                continue;
            }

            if (!HasLayout(type))
            {
                LeaveOut(type);
                continue;
            }

            before?.Invoke(type.Id);
            WriteType(type.Id);
            Meet(result == ListedTypes.Result.HiddenByPahole ? PaholeQuirks.Unlisted : 0);
            after?.Invoke(type.Id, MetQuirks);
        }
    }

    // Before any of its text is written. Whether any type contains itself is asked of all once the first one is met.
    private bool HasLayout(TypeView type)
    {
        if (_selfContained is not null)
        {
            return !_selfContained[type.Id.Value];
        }

        try
        {
            StartType(type.Id);
            _ = _types.NaturalAlignment(type.Id);
            _isWriting = false;
            return true;
        }
        catch (InvalidImageException)
        {
            bool[] found = SelfContained.Find(_graph);
            if (!found[type.Id.Value])
            {
                throw;
            }

            _selfContained = found;
            return false;
        }
    }

    private void LeaveOut(TypeView type)
    {
        if (_leftOut++ < MostSaid)
        {
            string kind = type.Kind == TypeKind.Union ? "union" : "struct";
            _diagnostics.Add(new(DiagnosticSeverity.Warning, $"listing: {kind} {type.NameString} is left out: it contains itself"));
        }
    }
}

/// <summary>
/// The types of a listing, by name. pahole leaves out a type that has the name, size and number of members of one already listed,
/// and member by member its offset, width and name (or one of the two has none), without a look at the types of the members.
/// </summary>
internal sealed class ListedTypes(TypeGraph graph, bool compat)
{
    // Comparisons that each type and member adds to what all may take together: types that share a name are few. Beyond that types are
    // listed without a further look, so that the time stays linear.
    private const int StepsPerRow = 64;

    private long _stepsLeft = 1 << 22;
    private readonly Dictionary<int, int> _heads = [];
    private readonly List<(TypeId Id, int Next)> _entries = [];

    public enum Result
    {
        /// <summary>Not listed yet.</summary>
        New,

        /// <summary>Not listed yet, and pahole would not list it.</summary>
        HiddenByPahole,

        /// <summary>Listed already.</summary>
        Known,
    }

    public Result Add(TypeView type)
    {
        _stepsLeft += StepsPerRow * (1L + type.ElementsInList);
        var hash = new HashCode();
        hash.AddBytes(type.Name);
        int key = hash.ToHashCode();
        int head = _heads.TryGetValue(key, out int found) ? found : -1;
        bool hidden = false;
        for (int at = head; at >= 0; at = _entries[at].Next)
        {
            TypeView other = graph[_entries[at].Id];
            if (--_stepsLeft < 0)
            {
                break;
            }

            if (LooksAlike(type, other))
            {
                if (compat || IsSame(type, other))
                {
                    return Result.Known;
                }

                hidden = true;
            }
        }

        _heads[key] = _entries.Count;
        _entries.Add((type.Id, head));
        return hidden ? Result.HiddenByPahole : Result.New;
    }

    private bool LooksAlike(TypeView a, TypeView b)
    {
        MemberList left = a.Members, right = b.Members;
        if (a.SizeBytes != b.SizeBytes || left.Count != right.Count || !a.Name.SequenceEqual(b.Name))
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            _stepsLeft--;
            MemberView x = left[i], y = right[i];
            if (x.BitOffset != y.BitOffset || x.BitSize != y.BitSize
                || (!x.IsAnonymous && !y.IsAnonymous && !x.Name.SequenceEqual(y.Name)))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsSame(TypeView a, TypeView b)
    {
        for (int i = 0; i < a.Members.Count; i++)
        {
            _stepsLeft--;
            if (a.Members[i].Type != b.Members[i].Type || !a.Members[i].Name.SequenceEqual(b.Members[i].Name))
            {
                return false;
            }
        }

        return a.Kind == b.Kind;
    }
}
