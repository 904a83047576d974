using System.Numerics;
using BtfTool.Core.Types;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>What stands inside types, and where a type ends.</summary>
internal sealed partial class UnitScanner
{
    private RowList<MemberEntry> _openMembers = new(256);
    private RowList<EnumeratorEntry> _openEnumerators = new(256);
    private RowList<ParameterEntry> _openParameters = new(64);
    private bool _scanning;

    private void TakeMember()
    {
        if (Parent() != DieAction.Composite)
        {
            return;
        }

        // A static member takes no room in the struct; one that is declared only has no layout.
        int row = _stack[_stack.Count - 1].Row;
        if (_die.Flag(DieField.External) || _die.Flag(DieField.Declaration) || _die.Has(DieField.ConstValue)
            || Rows.Types[row].Is(RowFlags.Declaration))
        {
            return;
        }

        var member = new MemberEntry
        {
            Name = NameOf(DieField.Name, out ulong hash),
            NameHash = hash,
            Target = ReferenceOf(DieField.Type),
            AlignmentBytes = (uint)Math.Min(_die[DieField.Alignment], uint.MaxValue),
        };
        CountRow();
        if (TryPlaceMember(ref member))
        {
            _openMembers.Add(member);
        }
        else
        {
            MakeOpaque(row, ComputedPlaces);
        }
    }

    // The three ways of saying where a bitfield lies (DWARF 5 §5.7.6; DWARF 2 §5.6.6 for the legacy one).
    private bool TryPlaceMember(ref MemberEntry member)
    {
        if (!TryMemberLocation(out ulong location))
        {
            return false;
        }

        location *= 8;
        member.BitOffset = location;
        if (!_die.Has(DieField.BitSize))
        {
            member.BitOffset += _die.TryConstant(DieField.DataBitOffset, out ulong whole) ? whole : 0;
            return true;
        }

        if (!_die.TryConstant(DieField.BitSize, out ulong bits))
        {
            return false;
        }

        if (bits > uint.MaxValue)
        {
            _reader.Fail($"a bitfield of {bits} bits");
        }

        member.BitSize = (uint)bits;
        if (_die.TryConstant(DieField.DataBitOffset, out ulong data))
        {
            member.BitOffset = location + data;
        }
        else if (_die.TryConstant(DieField.BitOffset, out ulong legacy))
        {
            if (_file.IsBigEndian)
            {
                member.BitOffset = location + legacy;
            }
            else if (_die.TryConstant(DieField.ByteSize, out ulong storage))
            {
                member.BitOffset = location + (storage * 8) - legacy - bits;
            }
            else
            {
                // The storage is that of the type, which is found later.
                member.BitOffset = location - legacy - bits;
                member.LegacyBitOffset = 1;
            }
        }

        return true;
    }

    // Without a location a member lies at the beginning (DWARF 5 §5.7.6).
    private bool TryMemberLocation(out ulong bytes) =>
        _die.TryConstant(DieField.MemberLocation, out bytes) || !_die.Has(DieField.MemberLocation)
            || (_die.ClassOf(DieField.MemberLocation) == ValueClass.Block
                && TryEvaluate(_reader.BlockAt(_die[DieField.MemberLocation]), out bytes));

    // The address of the struct is on the stack; only sums with constants are places that are always the same.
    private static bool TryEvaluate(ReadOnlySpan<byte> expression, out ulong offset)
    {
        offset = 0;
        while (expression.Length > 0)
        {
            byte op = expression[0];
            if (op is not (DW_OP_plus_uconst or DW_OP_constu) || !TryUleb(expression[1..], out ulong value, out int length))
            {
                return false;
            }

            expression = expression[(1 + length)..];
            if (op == DW_OP_constu)
            {
                if (expression.Length == 0 || expression[0] != DW_OP_plus)
                {
                    return false;
                }

                expression = expression[1..];
            }

            offset += value;
        }

        return true;
    }

    private static bool TryUleb(ReadOnlySpan<byte> bytes, out ulong value, out int length)
    {
        value = 0;
        for (length = 0; length < bytes.Length && length < 10;)
        {
            byte b = bytes[length];
            value |= (ulong)(b & 0x7f) << (7 * length);
            length++;
            if (b < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private void TakeEnumerator()
    {
        if (Parent() != DieAction.Enumeration)
        {
            return;
        }

        ulong value = _die[DieField.ConstValue];
        ValueClass valueClass = _die.ClassOf(DieField.ConstValue);
        ref TypeRow type = ref Rows.Types[_stack[_stack.Count - 1].Row];
        if (valueClass is not (ValueClass.Constant or ValueClass.SignedConstant))
        {
            OpaqueTypes.Add(new OpaqueType(type.Name, type.NameHash, "enumerators of more than 64 bits are"));
            return;
        }

        if (!type.Is(RowFlags.SignKnown) && valueClass == ValueClass.SignedConstant && (long)value < 0)
        {
            type.Flags |= RowFlags.Signed;
        }

        CountRow();
        _openEnumerators.Add(new EnumeratorEntry
        {
            Name = NameOf(DieField.Name, out ulong hash),
            NameHash = hash,
            Value = (long)value,
            WidthBytes = (byte)(valueClass == ValueClass.Constant ? 8 - (BitOperations.LeadingZeroCount(value) / 8) : 0),
        });
    }

    private void TakeParameter()
    {
        if (_stack[_stack.Count - 1].Row < 0)
        {
            return;
        }

        CountRow();
        ref ParameterEntry parameter = ref _openParameters.Add();
        parameter.Name = NameOf(DieField.Name, out parameter.NameHash);
        parameter.Target = ReferenceOf(DieField.Type);
    }

    private void TakeVariadic()
    {
        if (Parent() is DieAction.Prototype or DieAction.Subprogram && _stack[_stack.Count - 1].Row >= 0)
        {
            CountRow();
            _openParameters.Add(default);
        }
    }

    private int TakeSubprogram(uint offset)
    {
        if (_die.Has(DieField.Specification) || _die.Has(DieField.AbstractOrigin))
        {
            uint origin = ReferenceOf(_die.Has(DieField.AbstractOrigin) ? DieField.AbstractOrigin : DieField.Specification);
            Completions.Add(new Completion(origin, AddressOfFunction(offset)));
            return -1;
        }

        if (_die.Flag(DieField.Declaration) || !_die.Has(DieField.Name))
        {
            return -1;
        }

        uint returned = ReferenceOf(DieField.Type);
        int row = AddRow(TypeKind.Function, offset, RowFlags.None, out _);
        int prototype = AddSynthetic(TypeKind.FunctionPrototype, offset);
        ref TypeRow type = ref Rows.Types[row];
        type.Target = TypeReference.ToRow(prototype);
        type.Extra = _die.Flag(DieField.External) ? 1u : 0;
        type.Flags |= _die.Flag(DieField.NoReturn) ? RowFlags.NoReturn : 0;
        type.SetAddress(AddressOfFunction(offset), _own.Index);
        type.AlignmentBytes = 0;
        Rows.Types[prototype].Target = returned;
        return row;
    }

    private int TakeVariable(uint offset)
    {
        CodeAddress address = AddressOf(DieField.Location, offset);
        if (_die.Has(DieField.Specification) || _die.Has(DieField.AbstractOrigin))
        {
            uint origin = ReferenceOf(_die.Has(DieField.Specification) ? DieField.Specification : DieField.AbstractOrigin);
            Completions.Add(new Completion(origin, address));
            return -1;
        }

        if (!_die.Has(DieField.Name))
        {
            return -1;
        }

        int row = AddRow(TypeKind.Variable, offset, RowFlags.None, out _);
        ref TypeRow type = ref Rows.Types[row];
        type.Target = ReferenceOf(DieField.Type);
        type.Extra = _die.Flag(DieField.External) ? 1u : 0;
        type.SetAddress(address, _own.Index);
        type.Flags |= _die.Flag(DieField.Declaration) ? RowFlags.Declaration : 0;
        type.AlignmentBytes = 0;
        return row;
    }

    // The list of children ends: what they said goes into the row.
    private void Close()
    {
        if (_stack.Count == 0)
        {
            return;
        }

        Context closed = _stack[_stack.Count - 1];
        _stack.Count--;
        switch (closed.Action)
        {
            case DieAction.Composite when Rows.Types[closed.Row].Is(RowFlags.Opaque):
                _openMembers.Count = closed.MemberStart;
                break;
            case DieAction.Composite when Rows.Types[closed.Row].Is(RowFlags.Unsized) && _openMembers.Count > closed.MemberStart:
                _openMembers.Count = closed.MemberStart;
                MakeOpaque(closed.Row, ComputedSizes);
                break;
            case DieAction.Composite:
                CloseList(ref Rows.Members, ref _openMembers, closed.MemberStart, closed.Row);
                break;
            case DieAction.Enumeration:
                CloseList(ref Rows.Enumerators, ref _openEnumerators, closed.EnumeratorStart, closed.Row);
                break;
            case DieAction.Prototype:
                CloseList(ref Rows.Parameters, ref _openParameters, closed.ParameterStart, closed.Row);
                break;
            case DieAction.Subprogram:
                // A function's prototype is the row behind it.
                CloseList(ref Rows.Parameters, ref _openParameters, closed.ParameterStart, closed.Row + 1);
                break;
            case DieAction.Array:
                CloseArray(closed);
                break;
            case DieAction.Reference when _tags.Count > closed.TagStart:
                CloseTagged(closed);
                break;
        }
    }

    // What a type lists waits until the type ends, so that its elements lie together whatever types are declared between them.
    private void CloseList<T>(ref RowList<T> list, ref RowList<T> open, int start, int row)
        where T : unmanaged
    {
        ref TypeRow type = ref Rows.Types[row];
        type.Count = open.Count - start;
        type.First = list.AddRange(open, start, type.Count);
        open.Count = start;
    }

    // An array of several dimensions is an array of arrays, the outermost first.
    private void CloseArray(in Context closed)
    {
        int row = closed.Row;
        for (int i = closed.DimensionStart; i < _dimensions.Count; i++)
        {
            if (i > closed.DimensionStart)
            {
                int inner = AddSynthetic(TypeKind.Array, Rows.Types[row].Offset);
                Rows.Types[inner].Target = Rows.Types[row].Target;
                Rows.Types[row].Target = TypeReference.ToRow(inner);
                row = inner;
            }

            Rows.Types[row].SizeBytes = _dimensions[i];
        }

        _dimensions.Count = closed.DimensionStart;
    }

    // clang 14 lists the tags from the one nearest to the base type; the pointer refers to the last.
    private void CloseTagged(in Context closed)
    {
        int row = closed.Row;
        for (int i = _tags.Count - 1; i >= closed.TagStart; i--)
        {
            ulong hash = _names.HashOf(_tags[i]);
            int tag = AddSynthetic(TypeKind.TypeTag, Rows.Types[closed.Row].Offset);
            ref TypeRow type = ref Rows.Types[tag];
            type.Name = _tags[i];
            type.NameHash = hash;
            type.Target = Rows.Types[row].Target;
            Rows.Types[row].Target = TypeReference.ToRow(tag);
            row = tag;
        }

        _tags.Count = closed.TagStart;
    }
}
