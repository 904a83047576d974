using BtfTool.Core.IO;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>Where functions and variables lie.</summary>
internal sealed partial class UnitScanner
{
    private CodeAddress _unitBase;
    private ulong _rangeListsBase;

    // Read of the root, which _die holds.
    private void NoteBases(uint offset)
    {
        _rangeListsBase = _die[DieField.RangeListsBase];
        _unitBase = default;
        if (_wantsFunctions)
        {
            _unitBase = AddressOf(DieField.LowPc, offset);
        }
    }

    // A function in several pieces has a list of ranges and no other address; the first is the one that it is entered at, as compilers
    // lay out (observed: gcc 12, clang 14).
    private CodeAddress AddressOfFunction(uint offset) => _die.Has(DieField.LowPc) || !_die.Has(DieField.Ranges)
        ? AddressOf(DieField.LowPc, offset)
        : _unit.Index != _own.Index ? default
        : new RangeLists(_file, _own, _rangeListsBase, _unitBase, IndexedAddress).First(_die[DieField.Ranges], _die.ClassOf(DieField.Ranges));

    private CodeAddress AddressOf(DieField field, uint offset)
    {
        ulong value = _die[field];
        switch (_die.ClassOf(field))
        {
            case ValueClass.Address:
                return new CodeAddress(value, SectionOfField(field, offset));
            case ValueClass.AddressIndex:
                return IndexedAddress(value);
            case ValueClass.Block when _reader.BlockAt(value) is { Length: > 1 } block && block[0] == DW_OP_addr
                && block.Length == 1 + _unit.AddressBytes:
                return new CodeAddress(RangeLists.AddressIn(block[1..], _file.IsBigEndian), SectionAt((value >> 24) + 1));
            case ValueClass.Block when _reader.BlockAt(value) is { Length: > 1 } block && block[0] is DW_OP_addrx or DW_OP_GNU_addr_index
                && TryUleb(block[1..], out ulong index, out int length) && block.Length == 1 + length:
                return IndexedAddress(index);
            default:
                return default;
        }
    }

    private CodeAddress IndexedAddress(ulong index)
    {
        ByteRegion addresses = _file.Sections.Addresses;
        ulong size = (ulong)_unit.AddressBytes;
        if (_unit.Index != _own.Index || _addressBase > (ulong)addresses.Length
            || index >= ((ulong)addresses.Length - _addressBase) / size)
        {
            return default;
        }

        ulong at = _addressBase + (index * size);
        ulong address = RangeLists.AddressIn(addresses.Span((long)at, (int)size), _file.IsBigEndian);
        return new CodeAddress(address, _file.Sections.AddressTargets?.SectionAt(at) ?? 0);
    }

    // The place of a value inside its DIE is not kept: in relocatable files the DIE is gone over again.
    private int SectionOfField(DieField field, uint offset) => _file.Sections.InfoTargets is null
        ? 0 : SectionAt(_reader.PlaceOf(_table, offset, field));

    private int SectionAt(ulong placeInUnit) =>
        _file.Sections.InfoTargets is { } targets ? targets.SectionAt((ulong)_unit.Offset + placeInUnit) : 0;
}

/// <summary>An address, and in a relocatable file the index of the section that it is an offset in.</summary>
internal readonly record struct CodeAddress
{
    internal CodeAddress(ulong value, int section)
    {
        Value = value;
        Section = section;
        IsKnown = true;
    }

    internal ulong Value { get; }

    internal int Section { get; }

    internal bool IsKnown { get; }

    internal bool IsBelow(in CodeAddress other) => Section != other.Section ? Section < other.Section : Value < other.Value;
}
