using BtfTool.Core.Diagnostics;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>Telling whether two units say the same of a type, without making rows of it.</summary>
internal sealed partial class UnitScanner
{
    private const long DigestRepeats = 4;

    private VisitTable? _visits;
    private long _digestLeft;

    /// <summary>Byte offset in the unit of what is read next.</summary>
    internal uint Offset => _reader.Offset;

    /// <summary>Where the unit's part of <c>.debug_str_offsets</c> begins.</summary>
    internal ulong StringOffsetsBase => _stringOffsetsBase;

    /// <summary>Goes to a byte of the unit.</summary>
    internal void Seek(uint offset) => _reader.Seek(offset);

    /// <summary>
    /// A fingerprint of DIEs of the unit that was opened and of all that <see cref="Import"/> and the linking behind it read because of
    /// them: units with the same one contribute the same. Where units say the same in other ways (other forms, other offsets of the same
    /// name), theirs differ. Cost: the DIEs that are reached, each once; nothing is allocated.
    /// </summary>
    /// <param name="roots">Offsets of types in the unit.</param>
    /// <param name="hash">The fingerprint.</param>
    /// <returns>False when there is none, because something is damaged or not supported.</returns>
    internal bool TryDigest(List<uint> roots, out ulong hash)
    {
        _visits ??= new VisitTable();
        _visits.Clear();

        // What stands inside another type is read again when something refers to it; more often than this is no program.
        _digestLeft = _unit.LengthBytes * DigestRepeats;
        var names = new IndexedNames(_names, _unit, _stringOffsetsBase);
        hash = Fingerprint.Combine(Fingerprint.Seed, (ulong)roots.Count);
        try
        {
            foreach (uint root in roots)
            {
                hash = Fingerprint.Combine(hash, Visit(root, behind: false));
            }

            for (int i = 0; i < _visits.Count; i++)
            {
                if (!TryDigestType((uint)(_visits[i] >> 1), (_visits[i] & 1) != 0, names, ref hash))
                {
                    return false;
                }
            }
        }
        catch (InvalidImageException)
        {
            // Reading it in earnest says what is wrong, if it is a type at all.
            return false;
        }

        hash = Fingerprint.Last(hash, (ulong)_visits.Count);
        return true;
    }

    private ulong Visit(ulong offset, bool behind) => (ulong)_visits!.IndexOf((offset << 1) | (behind ? 1u : 0));

    // One DIE with all that stands in it. What is met through a pointer or in a prototype is cut as the linker cuts it.
    private bool TryDigestType(uint offset, bool behind, in IndexedNames names, ref ulong hash)
    {
        _reader.Seek(offset);
        int depth = 0;
        do
        {
            ulong code = _reader.ReadUleb();
            if (code == 0)
            {
                depth--;
                hash = Fingerprint.Combine(hash, ulong.MaxValue);
                continue;
            }

            ref readonly Abbreviation a = ref Find(code);
            if (!IsDigestible(a.Action, depth) || _digestLeft-- <= 0)
            {
                return false;
            }

            if (depth == 0 && behind && a.Action is DieAction.Composite or DieAction.Enumeration && DigestName(a, offset, ref hash))
            {
                return true;
            }

            hash = Fingerprint.Combine(hash, a.Tag | (a.HasChildren ? 1ul << 16 : 0));
            if (!_reader.TryDigest(_table, a, names, ref hash, out ulong target))
            {
                return false;
            }

            if (target >= (ulong)_unit.LengthBytes)
            {
                return false;
            }

            if (target != 0)
            {
                bool targetBehind = a.Action switch
                {
                    DieAction.Member => false,
                    DieAction.Parameter or DieAction.Prototype => true,
                    _ => behind || a.Tag == DW_TAG_pointer_type,
                };
                hash = Fingerprint.Combine(hash, Visit(target, targetBehind));
            }

            depth += a.HasChildren ? 1 : 0;
        }
        while (depth > 0);

        return true;
    }

    // A struct, union or enumeration with a name, met through a pointer, is its name.
    private bool DigestName(in Abbreviation a, uint offset, ref ulong hash)
    {
        _reader.Decode(_table, a, ref _die);
        if (_die.ClassOf(DieField.Name) == ValueClass.String && _die[DieField.Name] is var place and not 0)
        {
            hash = Fingerprint.Combine(Fingerprint.Combine(hash, a.Tag | (1ul << 17)), place);
            return true;
        }

        _ = NameOf(DieField.Name, out ulong name);
        if (name != 0)
        {
            hash = Fingerprint.Combine(Fingerprint.Combine(hash, a.Tag | (1ul << 18)), name);
            return true;
        }

        _reader.Seek(offset);
        _ = _reader.ReadUleb();
        return false;
    }

    private static bool IsDigestible(DieAction action, int depth) => action switch
    {
        DieAction.BaseType or DieAction.Reference or DieAction.Composite or DieAction.Enumeration or DieAction.Array
            or DieAction.Prototype or DieAction.Unspecified => true,
        DieAction.Member or DieAction.Enumerator or DieAction.Subrange or DieAction.Parameter or DieAction.UnspecifiedParameters
            or DieAction.Annotation or DieAction.Ignore => depth > 0,
        _ => false,
    };
}
