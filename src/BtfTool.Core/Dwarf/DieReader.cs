using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Goes over the DIEs of a unit: the bytes of one after the other, each decoded by its compiled abbreviation. Every bound is checked
/// before a byte is touched. Holds pointers: the file must stay open.
/// </summary>
internal unsafe struct DieReader
{
    private readonly byte* _unit;
    private readonly byte* _end;
    private readonly byte* _section;
    private readonly bool _swap;
    private readonly DwarfFile _file;
    private byte* _at;

    internal DieReader(DwarfFile file, in DwarfUnit unit)
    {
        _file = file;
        ByteRegion info = file.Sections.Info.Slice(unit.Offset, unit.LengthBytes);
        _section = file.Sections.Info.Start;
        _unit = info.Start;
        _end = _unit + unit.LengthBytes;
        _at = _unit + unit.HeaderBytes;
        _swap = file.IsBigEndian == BitConverter.IsLittleEndian;
    }

    /// <summary>Byte offset of the next byte in the unit.</summary>
    internal readonly uint Offset => (uint)(_at - _unit);

    internal readonly bool AtEnd => _at >= _end;

    /// <summary>Goes to a byte of the unit.</summary>
    internal void Seek(ulong offset)
    {
        if (offset >= (ulong)(_end - _unit))
        {
            Fail($"offset 0x{offset:x} is not in the unit, which has {_end - _unit} bytes");
        }

        _at = _unit + offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong ReadUleb()
    {
        if (_at < _end && *_at < 0x80)
        {
            return *_at++;
        }

        return ReadLongUleb();
    }

    /// <summary>Checks that this many bytes are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Need(int bytes)
    {
        if (bytes > _end - _at)
        {
            Fail($"{bytes} bytes expected, {_end - _at} remain in the unit");
        }
    }

    /// <summary>Four bytes in this machine's order, of those that <see cref="Need"/> was asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly uint PeekU32(int distance) => Unsafe.ReadUnaligned<uint>(_at + distance);

    /// <summary>Goes over a DIE, its code read already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Skip(AbbreviationTable table, in Abbreviation a)
    {
        if (a.FixedBytes >= 0)
        {
            Advance(a.FixedBytes);
        }
        else
        {
            SkipSteps(table, a);
        }
    }

    /// <summary>Decodes a DIE, its code read already.</summary>
    internal void Decode(AbbreviationTable table, in Abbreviation a, ref DieRecord die)
    {
        die.Clear();
        foreach (ref readonly AbbreviationStep step in table.Steps.Slice(a.FirstStep, a.StepCount))
        {
            Advance(step.SkipBytes);
            if (step.Op >= StepOp.Indirect)
            {
                ReadIndirect(step, ref die);
                continue;
            }

            ulong value = step.Op == StepOp.Implicit ? (ulong)table.ConstantAt(step.Constant) : ReadValue(step.Op);
            if (step.Field != DieField.None)
            {
                die.Set(step.Field, value, step.Class);
            }
        }

        Advance(a.TailBytes);
    }

    /// <summary>
    /// Byte offset in the unit of the value of an attribute; 0 when it has none, or one that its form does not have in the DIE. Cost: the
    /// attributes before it. The reader stays where it is.
    /// </summary>
    internal uint PlaceOf(AbbreviationTable table, uint dieOffset, DieField field)
    {
        DieReader again = this;
        again.Seek(dieOffset);
        if (!table.TryGet(again.ReadUleb(), out int index))
        {
            return 0;
        }

        ref readonly Abbreviation a = ref table[index];
        foreach (ref readonly AbbreviationStep step in table.Steps.Slice(a.FirstStep, a.StepCount))
        {
            again.Advance(step.SkipBytes);
            if (step.Field == field)
            {
                return again.Offset;
            }

            DieRecord unused = default;
            if (step.Op >= StepOp.Indirect)
            {
                again.ReadIndirect(step, ref unused);
            }
            else if (step.Op != StepOp.Implicit)
            {
                _ = again.ReadValue(step.Op);
            }
        }

        return 0;
    }

    /// <summary>
    /// Takes what a DIE says into a fingerprint, its code read already: values with what they are of, no references inside the unit.
    /// </summary>
    /// <param name="table">The unit's abbreviations.</param>
    /// <param name="a">That of the DIE.</param>
    /// <param name="names">Finds names that are said by index.</param>
    /// <param name="hash">The fingerprint.</param>
    /// <param name="target">The reference inside the unit, 0 for none.</param>
    /// <returns>False when it has what cannot be told so: more than one reference, forms that stand in the DIE.</returns>
    internal bool TryDigest(AbbreviationTable table, in Abbreviation a, in IndexedNames names, ref ulong hash, out ulong target)
    {
        target = 0;
        ulong digest = hash;
        foreach (ref readonly AbbreviationStep step in table.Steps.Slice(a.FirstStep, a.StepCount))
        {
            Advance(step.SkipBytes);
            if (step.Op >= StepOp.Indirect)
            {
                return false;
            }

            byte* at = _at;
            ulong value = step.Op == StepOp.Implicit ? (ulong)table.ConstantAt(step.Constant) : ReadValue(step.Op);
            if (step.Field is DieField.None or DieField.Sibling)
            {
                continue;
            }

            ulong what = ((ulong)step.Field << 56) | ((ulong)step.Class << 48);
            switch (step.Class)
            {
                case ValueClass.Reference:
                    if (target != 0 || value == 0)
                    {
                        return false;
                    }

                    target = value;
                    value = 0;
                    break;
                case ValueClass.InfoString or ValueClass.Block:
                    for (; _at - at > 8; at += 8)
                    {
                        digest = Fingerprint.Combine(digest, Unsafe.ReadUnaligned<ulong>(at));
                    }

                    for (value = 0; at < _at; at++)
                    {
                        value = (value << 8) | *at;
                    }

                    break;
                case ValueClass.StringIndex:
                    value = names.OffsetOf(value);
                    break;
                case ValueClass.AddressIndex or ValueClass.Supplementary or ValueClass.Signature:
                    return false;
            }

            digest = Fingerprint.Combine(digest ^ what, value);
        }

        Advance(a.TailBytes);
        hash = digest;
        return true;
    }

    private void SkipSteps(AbbreviationTable table, in Abbreviation a)
    {
        foreach (ref readonly AbbreviationStep step in table.Steps.Slice(a.FirstStep, a.StepCount))
        {
            Advance(step.SkipBytes);
            if (step.Op >= StepOp.Indirect)
            {
                DieRecord unused = default;
                ReadIndirect(step, ref unused);
            }
            else if (step.Op != StepOp.Implicit)
            {
                _ = ReadValue(step.Op);
            }
        }

        Advance(a.TailBytes);
    }

    /// <summary>The bytes of a block that was read as a value: a section offset of where its length stands behind.</summary>
    internal readonly ReadOnlySpan<byte> BlockAt(ulong value)
    {
        long offset = (long)(value >> 24);
        int length = (int)(value & 0xffffff);
        byte* start = _unit + offset;
        return start >= _unit && start <= _end && length <= _end - start ? new ReadOnlySpan<byte>(start, length) : default;
    }

    [DoesNotReturn]
    internal readonly void Fail(string rule) =>
        InvalidImageException.Throw(_file.Path, ".debug_info", (_at < _end ? _at : _end) - _section, rule);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Advance(long bytes)
    {
        if (bytes > _end - _at)
        {
            Fail($"{bytes} bytes expected, {_end - _at} remain in the unit");
        }

        _at += bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong ReadValue(StepOp op)
    {
        byte* at = _at;
        switch (op)
        {
            case StepOp.Fixed1:
                Advance(1);
                return *at;
            case StepOp.Fixed2:
                Advance(2);
                ushort two = Unsafe.ReadUnaligned<ushort>(at);
                return _swap ? BinaryPrimitives.ReverseEndianness(two) : two;
            case StepOp.Fixed4:
                Advance(4);
                uint four = Unsafe.ReadUnaligned<uint>(at);
                return _swap ? BinaryPrimitives.ReverseEndianness(four) : four;
            case StepOp.Fixed8:
                Advance(8);
                ulong eight = Unsafe.ReadUnaligned<ulong>(at);
                return _swap ? BinaryPrimitives.ReverseEndianness(eight) : eight;
            default:
                return ReadOther(op);
        }
    }

    private ulong ReadOther(StepOp op)
    {
        switch (op)
        {
            case StepOp.Fixed3:
                byte* at = _at;
                Advance(3);
                return _file.IsBigEndian ? (uint)((at[0] << 16) | (at[1] << 8) | at[2]) : (uint)((at[2] << 16) | (at[1] << 8) | at[0]);
            case StepOp.Uleb:
                return ReadUleb();
            case StepOp.Sleb:
                return ReadSleb();
            case StepOp.InlineString:
                return ReadString();
            case StepOp.Block1:
                return ReadBlock(ReadValue(StepOp.Fixed1));
            case StepOp.Block2:
                return ReadBlock(ReadValue(StepOp.Fixed2));
            case StepOp.Block4:
                return ReadBlock(ReadValue(StepOp.Fixed4));
            case StepOp.BlockUleb:
                return ReadBlock(ReadUleb());
            default:
                return 0;
        }
    }

    private void ReadIndirect(in AbbreviationStep from, ref DieRecord die)
    {
        ulong form = from.Op == StepOp.Unknown ? (ulong)from.Constant : ReadUleb();
        DieField field = from.Field;
        var step = new AbbreviationStep();
        _ = _file.TryFindUnit(_unit - _section, out DwarfUnit unit);
        int bytes = DwarfForms.Describe(form, unit, ref step);
        if (bytes == DwarfForms.Unknown)
        {
            Fail($"form 0x{form:x} is not known");
        }

        if (step.Op == StepOp.Indirect || form == DwarfConstants.DW_FORM_implicit_const)
        {
            Fail($"form 0x{form:x} cannot stand here (DW_FORM_indirect)");
        }

        if (bytes == 16)
        {
            Advance(bytes);
            return;
        }

        ulong value = step.Op == StepOp.Implicit ? 1 : ReadValue(step.Op);
        if (field != DieField.None)
        {
            die.Set(field, value, step.Class);
        }
    }

    private ulong ReadString()
    {
        byte* start = _at;
        int length = new ReadOnlySpan<byte>(start, (int)(_end - start)).IndexOf((byte)0);
        if (length < 0)
        {
            Fail("a string does not end in the unit");
        }

        _at += length + 1;
        return (ulong)(start - _section);
    }

    // A block as a value: where it begins in the unit, and its length, of which the first 16 MiB count.
    private ulong ReadBlock(ulong length)
    {
        byte* start = _at;
        if (length > (ulong)(_end - _at))
        {
            Fail($"a block of {length} bytes, {_end - _at} remain in the unit");
        }

        _at += length;
        return ((ulong)(start - _unit) << 24) | Math.Min(length, 0xffffff);
    }

    private ulong ReadLongUleb()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = (byte)ReadValue(StepOp.Fixed1);
            value |= shift < 64 ? (ulong)(b & 0x7f) << shift : 0;
            if (b < 0x80)
            {
                return value;
            }
        }
    }

    private ulong ReadSleb()
    {
        ulong value = 0;
        for (int shift = 0; ;)
        {
            byte b = (byte)ReadValue(StepOp.Fixed1);
            value |= shift < 64 ? (ulong)(b & 0x7f) << shift : 0;
            shift += 7;
            if (b < 0x80)
            {
                return shift < 64 && (b & 0x40) != 0 ? value | (ulong.MaxValue << shift) : value;
            }
        }
    }
}
