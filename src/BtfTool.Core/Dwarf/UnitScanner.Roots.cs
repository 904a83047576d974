using BtfTool.Core.Diagnostics;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>Finding DIEs by name without reading the others.</summary>
internal sealed partial class UnitScanner
{
    private const uint MostCodeBytes = 3;
    private const int NoFixedPlace = -1;
    private const int NoName = -2;

    private RowList<uint> _nameDistances = new(4);

    /// <summary>
    /// Goes over the unit that was opened and notes the offsets of structs, unions, enumerations and typedefs of a name that are
    /// defined. Cost: the DIEs on the way; what ends before the next hit is stepped over where DW_AT_sibling says how.
    /// </summary>
    /// <param name="hits">
    /// Offsets in the unit where the name is mentioned, ascending; null when any DIE may have it.
    /// </param>
    /// <param name="nameHash">Fingerprint of the name.</param>
    /// <param name="roots">Takes the offsets.</param>
    internal void FindRoots(List<uint>? hits, ulong nameHash, List<uint> roots)
    {
        int depth = 1;
        int next = 0;
        while (depth > 0 && (hits is null || next < hits.Count))
        {
            uint offset = _reader.Offset;
            ulong code = _reader.ReadUleb();
            if (code == 0)
            {
                depth--;
                continue;
            }

            ref readonly Abbreviation a = ref Find(code);
            bool mayBeRoot = MayBeRoot(a);
            if (a.HasChildren || (mayBeRoot && hits is null))
            {
                _reader.Decode(_table, a, ref _die);
            }
            else
            {
                _reader.Skip(_table, a);
            }

            if (hits is null || hits[next] < _reader.Offset)
            {
                if (mayBeRoot && hits is null)
                {
                    NoteDecoded(offset, nameHash, roots);
                }
                else if (mayBeRoot)
                {
                    NoteRoot(a, offset, nameHash, roots);
                }

                while (hits is not null && next < hits.Count && hits[next] < _reader.Offset)
                {
                    next++;
                }
            }

            if (a.HasChildren && !TryStepOver(hits, next, offset))
            {
                depth++;
            }
        }
    }

    /// <summary>
    /// Notes where a struct, union, enumeration or typedef would begin whose name stands at one of the hits: its abbreviation says how
    /// far in front of the name. Whether a DIE begins there, only a walk to it can tell (<see cref="FindRoots"/>); nearly always one does.
    /// Cost: the unit's abbreviations, and the hits.
    /// </summary>
    /// <param name="hits">Offsets in the unit where the name is mentioned, ascending.</param>
    /// <param name="nameHash">Fingerprint of the name.</param>
    /// <param name="roots">Takes the offsets, ascending.</param>
    /// <returns>False when an abbreviation has the name at no fixed place.</returns>
    internal bool TryGuessRoots(List<uint> hits, ulong nameHash, List<uint> roots)
    {
        if (!TryCollectDistances())
        {
            return false;
        }

        try
        {
            foreach (uint hit in hits)
            {
                foreach (uint distance in _nameDistances.AsSpan())
                {
                    NoteGuesses(hit, distance, nameHash, roots);
                }
            }
        }
        catch (InvalidImageException)
        {
            // What was taken for a DIE is none, or the unit is damaged: a walk tells.
            return false;
        }

        if (_nameDistances.Count > 1)
        {
            roots.Sort();
        }

        return true;
    }

    // How far behind the code of a type's DIE its name stands: with compilers, always 0.
    private bool TryCollectDistances()
    {
        _nameDistances.Count = 0;
        for (int i = 1; i < _table.Count; i++)
        {
            ref readonly Abbreviation a = ref _table[i];
            if (MayBeRoot(a))
            {
                int distance = NameDistance(a);
                if (distance == NoFixedPlace)
                {
                    return false;
                }

                if (distance >= 0 && !_nameDistances.AsSpan().Contains((uint)distance))
                {
                    _nameDistances.Add((uint)distance);
                }
            }
        }

        return true;
    }

    private int NameDistance(in Abbreviation a)
    {
        int distance = 0;
        bool isFixed = true;
        foreach (ref readonly AbbreviationStep step in _table.Steps.Slice(a.FirstStep, a.StepCount))
        {
            distance += step.SkipBytes;
            if (step.Op >= StepOp.Indirect)
            {
                return NoFixedPlace;
            }

            if (step.Field == DieField.Name)
            {
                // Of an offset of eight bytes, the hit is its lower half.
                bool isUpperFirst = _file.IsBigEndian && step.Op == StepOp.Fixed8 && step.Class != ValueClass.InfoString;
                return isFixed ? distance + (isUpperFirst ? 4 : 0) : NoFixedPlace;
            }

            int bytes = step.Op switch
            {
                StepOp.Fixed1 => 1,
                StepOp.Fixed2 => 2,
                StepOp.Fixed3 => 3,
                StepOp.Fixed4 => 4,
                StepOp.Fixed8 => 8,
                StepOp.Implicit => 0,
                _ => -1,
            };
            isFixed &= bytes >= 0;
            distance += Math.Max(0, bytes);
        }

        return NoName;
    }

    private void NoteGuesses(uint hit, uint distance, ulong nameHash, List<uint> roots)
    {
        for (uint codeBytes = 1; codeBytes <= MostCodeBytes && hit >= (ulong)_unit.HeaderBytes + distance + codeBytes; codeBytes++)
        {
            uint offset = hit - distance - codeBytes;
            _reader.Seek(offset);
            ulong code = _reader.ReadUleb();
            if (_reader.Offset == offset + codeBytes && _table.TryGet(code, out int index)
                && MayBeRoot(_table[index]) && NameDistance(_table[index]) == distance)
            {
                NoteRoot(_table[index], offset, nameHash, roots);
            }
        }
    }

    private static bool MayBeRoot(in Abbreviation a) =>
        a.Action is DieAction.Composite or DieAction.Enumeration || a.Tag == DW_TAG_typedef;

    // The record may hold another DIE: one without children was only stepped over.
    private void NoteRoot(in Abbreviation a, uint offset, ulong nameHash, List<uint> roots)
    {
        _reader.Seek(offset);
        _ = _reader.ReadUleb();
        _reader.Decode(_table, a, ref _die);
        NoteDecoded(offset, nameHash, roots);
    }

    private void NoteDecoded(uint offset, ulong nameHash, List<uint> roots)
    {
        _ = NameOf(DieField.Name, out ulong hash);
        if (hash == nameHash && !_die.Flag(DieField.Declaration))
        {
            roots.Add(offset);
        }
    }

    private bool TryStepOver(List<uint>? hits, int next, uint offset)
    {
        ulong sibling = _die[DieField.Sibling];
        if (hits is null || _die.ClassOf(DieField.Sibling) != ValueClass.Reference || sibling <= offset
            || sibling < _reader.Offset || (next < hits.Count && hits[next] < sibling))
        {
            return false;
        }

        _reader.Seek(sibling);
        return true;
    }
}
