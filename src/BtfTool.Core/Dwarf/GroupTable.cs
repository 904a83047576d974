using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// The groups of types with one fingerprint that a worker has met: one row of each, at the place that comes first, and for each unit
/// the groups of its rows. All that is kept of the many copies of a type is one number each.
/// </summary>
internal sealed class GroupTable
{
    private ulong[] _hashes = new ulong[1 << 15];
    private int[] _slots = new int[1 << 15];
    private RowList<int> _new = new(1024);

    /// <summary>One row of each group; references are group numbers plus 1, 0 is void.</summary>
    internal TypeRows Rows { get; } = new();

    /// <summary>Groups of the rows of all units, one unit behind the other.</summary>
    internal RowList<int> Incidence = new(1 << 16);

    /// <summary>Takes the rows of a unit, linked and fingerprinted, in. Cost: O(rows).</summary>
    internal void Add(TypeRows unit)
    {
        Span<TypeRow> types = unit.Types.AsSpan();
        _new.Count = 0;
        int synthetic = 0;
        for (int row = 0; row < types.Length; row++)
        {
            ref TypeRow type = ref types[row];
            synthetic = type.Is(RowFlags.Synthetic) ? synthetic + 1 : 0;
            if (type.Is(RowFlags.Alias) || (type.Kind == TypeKind.Variable && type.Is(RowFlags.Declaration)))
            {
                continue;
            }

            type.Key = KeyOf(type.Unit, type.Offset, synthetic);
            type.Slot = SlotOf(type, row);
            Incidence.Add(type.Slot);
        }

        foreach (int row in _new.AsSpan())
        {
            CopyElements(unit, types, types[row]);
        }
    }

    /// <summary>The order of types: by unit, then by offset, then by which of the rows of a DIE it is.</summary>
    internal static ulong KeyOf(int unit, uint offset, int synthetic) =>
        ((ulong)(uint)unit << 40) | ((ulong)offset << 8) | (uint)Math.Min(synthetic, 255);

    /// <summary>The group of a row; a new one where there is none, with its references still to be set.</summary>
    private int SlotOf(in TypeRow type, int row)
    {
        ulong mask = (ulong)_hashes.Length - 1;
        ulong at = type.Hash >> 17 & mask;
        while (_hashes[at] != 0)
        {
            if (_hashes[at] == type.Hash)
            {
                ref TypeRow known = ref Rows.Types[_slots[at]];
                if (type.Key < known.Key)
                {
                    known.Key = type.Key;
                    known.Unit = type.Unit;
                    TakeAddress(ref known, type);
                }

                return _slots[at];
            }

            at = (at + 1) & mask;
        }

        int slot = Rows.Types.Count;
        Rows.Types.Add(type);
        _new.Add(row);
        _hashes[at] = type.Hash;
        _slots[at] = slot;
        if (Rows.Types.Count * 2 > _hashes.Length)
        {
            Grow();
        }

        return slot;
    }

    internal static void TakeAddress(ref TypeRow known, in TypeRow type)
    {
        if (type.Kind is TypeKind.Function or TypeKind.Variable)
        {
            known.SizeBytes = type.SizeBytes;
            known.Flags = (known.Flags & ~RowFlags.HasAddress) | (type.Flags & RowFlags.HasAddress);
        }
    }

    private void Grow()
    {
        _hashes = new ulong[_hashes.Length * 2];
        _slots = new int[_hashes.Length];
        ulong mask = (ulong)_hashes.Length - 1;
        for (int slot = 0; slot < Rows.Types.Count; slot++)
        {
            ulong hash = Rows.Types[slot].Hash;
            ulong at = hash >> 17 & mask;
            while (_hashes[at] != 0)
            {
                at = (at + 1) & mask;
            }

            _hashes[at] = hash;
            _slots[at] = slot;
        }
    }

    private void CopyElements(TypeRows unit, Span<TypeRow> types, in TypeRow from)
    {
        ref TypeRow to = ref Rows.Types[from.Slot];
        to.Target = Slot(types, from.Target);
        switch (from.Kind)
        {
            case TypeKind.Struct or TypeKind.Union:
                to.First = Rows.Members.AddRange(unit.Members, from.First, from.Count);
                foreach (ref MemberEntry member in Rows.Members.AsSpan(to.First, to.Count))
                {
                    member.Target = Slot(types, member.Target);
                }

                break;
            case TypeKind.Enum or TypeKind.Enum64:
                to.First = Rows.Enumerators.AddRange(unit.Enumerators, from.First, from.Count);
                break;
            case TypeKind.FunctionPrototype:
                to.First = Rows.Parameters.AddRange(unit.Parameters, from.First, from.Count);
                foreach (ref ParameterEntry parameter in Rows.Parameters.AsSpan(to.First, to.Count))
                {
                    parameter.Target = Slot(types, parameter.Target);
                }

                break;
        }
    }

    private static uint Slot(Span<TypeRow> types, uint target) => target == 0 ? 0 : (uint)types[(int)target - 1].Slot + 1;
}
