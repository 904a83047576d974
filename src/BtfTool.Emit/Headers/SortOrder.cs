using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// bpftool's sorted order: by rank, name of what a type leads to, own name, hash, id. Types of the last rank are sorted apart, when those
/// before are printed, because few of them have anything left to print. Rule: bpftool 7.8.
/// </summary>
internal sealed class SortOrder
{
    private const int LastRank = 10;

    // Kinds that have an early rank even without a name.
    private const ulong RankedUnnamed = 1UL << (int)TypeKind.Enum | 1UL << (int)TypeKind.Enum64 | 1UL << (int)TypeKind.Int
        | 1UL << (int)TypeKind.Float;

    private readonly TypeColumns _types;
    private readonly NameSorter _sorter;
    private readonly Terminals _terminals;
    private readonly uint[] _early;

    public SortOrder(TypeColumns types, int maxNesting)
    {
        _types = types;
        _terminals = new Terminals(types);
        _sorter = new NameSorter(types, _terminals, new DisambiguationHash(types, maxNesting));
        _early = Collect();
    }

    /// <summary>Types of all ranks but the last, in order. Void is never among them.</summary>
    public ReadOnlySpan<uint> Early => _early;

    /// <summary>PTR CONST VOLATILE RESTRICT TYPEDEF TYPE_TAG DECL_TAG: what takes rank and name of its target.</summary>
    public static bool IsReference(TypeKind kind) =>
        kind is TypeKind.Pointer or TypeKind.Typedef or TypeKind.TypeTag or TypeKind.DeclTag || TypeColumns.IsQualifier(kind);

    /// <summary>Sorts types of the last rank in place.</summary>
    public void SortLate(Span<uint> ids) => _sorter.Sort(ids);

    /// <summary>Whether a type is of the last rank.</summary>
    public bool IsLate(uint id) => RankOf(id, _types.Kind(id)) == LastRank;

    private int RankOf(uint id, TypeKind kind)
    {
        bool isNamed = _types.IsNamed(id);
        if (!IsReference(kind) && kind != TypeKind.Array)
        {
            return Rank(kind, isNamed);
        }

        // A name anywhere before counts for what follows, and it is the outermost type whose name decides.
        return isNamed ? Rank(_types.Kind(_terminals.Of(id)), true) : LastRank;
    }

    private static int Rank(TypeKind kind, bool isNamed) => kind switch
    {
        TypeKind.Enum or TypeKind.Enum64 => isNamed ? 1 : 0,
        TypeKind.Int or TypeKind.Float => 2,
        TypeKind.Struct or TypeKind.Union => isNamed ? 3 : LastRank,
        TypeKind.FunctionPrototype => isNamed ? 4 : LastRank,
        _ => LastRank,
    };

    // Groups the types of early ranks by rank, and sorts each group.
    private uint[] Collect()
    {
        Span<int> ends = stackalloc int[LastRank + 1];
        ends.Clear();
        uint[] found = new uint[1024];
        byte[] ranks = new byte[found.Length];
        int count = 0;
        ReadOnlySpan<byte> kinds = _types.KindBytes;
        for (int id = 1; id < kinds.Length; id++)
        {
            // Most types of a kernel are functions, or have no name.
            TypeKind kind = (TypeKind)(kinds[id] & TypeGraph.KindMask);
            if (kind == TypeKind.Function || (!TypeColumns.IsIn(RankedUnnamed, kind) && !_types.IsNamed((uint)id)))
            {
                continue;
            }

            int rank = RankOf((uint)id, kind);
            if (rank == LastRank)
            {
                continue;
            }

            if (count == found.Length)
            {
                Array.Resize(ref found, count * 2);
                Array.Resize(ref ranks, count * 2);
            }

            found[count] = (uint)id;
            ranks[count++] = (byte)rank;
            ends[rank]++;
        }

        uint[] ids = new uint[count];
        for (int rank = 0, start = 0; rank < LastRank; rank++)
        {
            (ends[rank], start) = (start, start + ends[rank]);
        }

        for (int i = 0; i < count; i++)
        {
            ids[ends[ranks[i]]++] = found[i];
        }

        for (int rank = 0, start = 0; rank < LastRank; start = ends[rank++])
        {
            _sorter.Sort(ids.AsSpan(start, ends[rank] - start));
        }

        return ids;
    }
}
