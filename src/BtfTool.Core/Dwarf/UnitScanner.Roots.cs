using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>Finding DIEs by name without reading the others.</summary>
internal sealed partial class UnitScanner
{
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
            bool mayBeRoot = a.Action is DieAction.Composite or DieAction.Enumeration || a.Tag == DW_TAG_typedef;
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
                if (mayBeRoot)
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

    // The record may hold another DIE: one without children was only stepped over.
    private void NoteRoot(in Abbreviation a, uint offset, ulong nameHash, List<uint> roots)
    {
        uint behind = _reader.Offset;
        _reader.Seek(offset);
        _ = _reader.ReadUleb();
        _reader.Decode(_table, a, ref _die);
        _ = NameOf(DieField.Name, out ulong hash);
        if (hash == nameHash && !_die.Flag(DieField.Declaration))
        {
            roots.Add(offset);
        }

        System.Diagnostics.Debug.Assert(_reader.Offset == behind, "a DIE has one size");
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
