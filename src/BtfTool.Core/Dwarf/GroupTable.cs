using System.Numerics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// The groups of types with one fingerprint that a worker has met: one row of each, at the place that comes first, and for each unit
/// the groups of its rows. All that is kept of the many copies of a type is one number each.
/// </summary>
internal sealed class GroupTable(int capacity)
{
    private ulong[] _hashes = new ulong[BitOperations.RoundUpToPowerOf2((uint)capacity * 8)];
    private int[] _slots = new int[BitOperations.RoundUpToPowerOf2((uint)capacity * 8)];
    private RowList<int> _new = new(capacity / 4);

    /// <summary>One row of each group; references are group numbers plus 1, 0 is void.</summary>
    internal TypeRows Rows { get; } = new(capacity);

    /// <summary>Groups of the rows of all units, one unit behind the other.</summary>
    internal RowList<int> Incidence = new(16 * capacity);

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
            if (type.Is(RowFlags.Alias) || IsLeftOut(type) || (type.Kind == TypeKind.DeclTag && (type.Target == 0 || IsLeftOut(types[(int)type.Target - 1]))))
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

    // A variable that is declared only; what annotates it goes with it.
    private static bool IsLeftOut(in TypeRow type) => type.Kind == TypeKind.Variable && type.Is(RowFlags.Declaration);

    /// <summary>The order of types: by unit, then by offset, then by which of the rows of a DIE it is.</summary>
    internal static ulong KeyOf(int unit, uint offset, int synthetic) =>
        ((ulong)(uint)unit << 40) | ((ulong)offset << 8) | (uint)Math.Min(synthetic, 255);

    /// <summary>What <see cref="KeyOf"/> was made of.</summary>
    internal static (int Unit, uint Offset, int Synthetic) PlaceOf(ulong key) => ((int)(key >> 40), (uint)(key >> 8), (int)(key & 0xff));

    /// <summary>The group of a row; a new one where there is none, with its references still to be set.</summary>
    private int SlotOf(in TypeRow type, int row)
    {
        ulong mask = (ulong)_hashes.Length - 1;
        ulong at = type.Hash >> 17 & mask;
        while (_hashes[at] != 0)
        {
            // This is done for each of the copies of a type, so that their members are not compared here (it took 7 % of the time).
            if (_hashes[at] == type.Hash && ShallowComparison.MayBeAlike(Rows.Types[_slots[at]], type))
            {
                int slot = _slots[at];
                ref TypeRow known = ref Rows.Types[slot];
                if (type.Key < known.Key)
                {
                    known.Key = type.Key;
                }

                TakeAddress(ref known, type);
                return slot;
            }

            at = (at + 1) & mask;
        }

        int added = Rows.Types.Count;
        Rows.Types.Add(type);
        _new.Add(row);
        _hashes[at] = type.Hash;
        _slots[at] = added;
        if (Rows.Types.Count * 2 > _hashes.Length)
        {
            Grow();
        }

        return added;
    }

    /// <summary>Of several copies of a function or variable, one may lie where the others are declared or inlined: the first that lies anywhere.</summary>
    internal static void TakeAddress(ref TypeRow known, in TypeRow type)
    {
        if (type.Is(RowFlags.HasAddress) && (!known.Is(RowFlags.HasAddress) || type.AddressUnit < known.AddressUnit))
        {
            known.SetAddress(new CodeAddress(type.SizeBytes, type.First), type.AddressUnit);
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
