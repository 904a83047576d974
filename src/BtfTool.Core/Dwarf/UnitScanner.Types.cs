using BtfTool.Core.Types;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>What each kind of DIE becomes.</summary>
internal sealed partial class UnitScanner
{
    // Rows that the scan made: those behind it were imported one by one and are not in the map.
    private int _scannedRows;

    private void Take(in Abbreviation a, uint offset)
    {
        int row = -1;
        switch (a.Action)
        {
            case DieAction.Member:
                int members = _openMembers.Count;
                TakeMember();
                row = _openMembers.Count > members ? _stack[_stack.Count - 1].Row : -1;
                break;
            case DieAction.Enumerator:
                TakeEnumerator();
                break;
            case DieAction.Parameter:
                int parameters = _openParameters.Count;
                TakeParameter();
                row = _openParameters.Count > parameters ? _stack[_stack.Count - 1].Row : -1;
                break;
            case DieAction.UnspecifiedParameters:
                TakeVariadic();
                break;
            case DieAction.Subrange:
                TakeSubrange();
                break;
            case DieAction.Annotation:
                TakeAnnotation(offset);
                break;
            case DieAction.Subprogram:
                row = TakeSubprogram(offset);
                break;
            case DieAction.Variable:
                row = TakeVariable(offset);
                break;
            case DieAction.Unsupported:
                row = TakeUnsupported(a.Tag, offset);
                break;
            default:
                row = TakeType(a, offset);
                break;
        }

        if (a.HasChildren && !(_behind && row >= 0 && Rows.Types[row].Is(RowFlags.Named)))
        {
            // What is in a type of which nothing is told says nothing either, but for types.
            bool says = row >= 0 && (Rows.Types[row].Flags & (RowFlags.Opaque | RowFlags.Alias)) != (RowFlags.Opaque | RowFlags.Alias);
            Push(says ? a.Action : DieAction.Scope, row);
        }
    }

    private int TakeType(in Abbreviation a, uint offset)
    {
        if (_die.Has(DieField.Signature))
        {
            RejectUnsupported("references to type units (-fdebug-types-section) are");
        }

        if (_die.Has(DieField.AbstractOrigin))
        {
            // A copy of a function has copies of its types, which say no more than where the type is.
            int row = AddRow(TypeKind.Void, offset, RowFlags.Alias, out _);
            Rows.Types[row].Target = ReferenceOf(DieField.AbstractOrigin);
            return row;
        }

        switch (a.Action)
        {
            case DieAction.Reference:
                return TakeReference(a.Tag, offset);
            case DieAction.Composite:
                return TakeComposite(a.Tag == DW_TAG_union_type, offset);
            case DieAction.Enumeration:
                return TakeEnumeration(offset);
            case DieAction.BaseType:
                return TakeBaseType(offset);
            case DieAction.Array:
                return TakeArray(offset);
            case DieAction.Prototype:
                return TakePrototype(offset);
            case DieAction.Unspecified:
                return AddOpaque(offset);
            default:
                return -1;
        }
    }

    private int AddRow(TypeKind kind, uint offset, RowFlags flags, out ulong hash)
    {
        ulong name = NameOf(DieField.Name, out hash);
        if (name == 0 && _die.Has(DieField.Specification))
        {
            name = NameOfDeclaration(out hash);
        }

        CountRow();
        int row = Rows.Types.Count;
        ref TypeRow type = ref Rows.Types.Add();
        type.Kind = kind;
        type.Flags = flags | (Parent() is DieAction.Scope or DieAction.Subprogram ? RowFlags.Local : 0) | (_behind ? RowFlags.Behind : 0);
        type.Offset = offset;
        type.Unit = _unit.Index;
        type.Name = name;
        type.NameHash = hash;
        type.AlignmentBytes = (uint)Math.Min(_die[DieField.Alignment], uint.MaxValue);
        Register(row, offset);
        return row;
    }

    private void Register(int row, uint offset)
    {
        if (_scanning)
        {
            ref int cell = ref _map[offset / MapGranularity];

            // The first row of a cell stays; one of an earlier unit lies outside of this one's rows or elsewhere.
            if (cell < 0 || cell >= row || Rows.Types[cell].Offset / MapGranularity != offset / MapGranularity)
            {
                cell = row;
            }

            _scannedRows = row + 1;
        }
        else
        {
            _imported[((_unit.Offset + offset) << 1) | (_behind ? 1L : 0)] = row;
        }
    }

    private int AddSynthetic(TypeKind kind, uint offset)
    {
        CountRow();
        int row = Rows.Types.Count;
        ref TypeRow type = ref Rows.Types.Add();
        type.Kind = kind;
        type.Flags = RowFlags.Synthetic | (_behind ? RowFlags.Behind : 0);
        type.Offset = offset;
        type.Unit = _unit.Index;
        if (_scanning)
        {
            _scannedRows = row + 1;
        }

        return row;
    }

    // References inside the unit that is being scanned are offsets; all others go through a list.
    private uint ReferenceOf(DieField field)
    {
        ulong value = _die[field];
        switch (_die.ClassOf(field))
        {
            case ValueClass.None:
                return 0;
            case ValueClass.Reference:
                if (value < (ulong)_unit.HeaderBytes || value >= (ulong)_unit.LengthBytes)
                {
                    _reader.Fail($"a reference to 0x{value:x}, which is not in the unit");
                }

                return _unit.Index == _own.Index && value < TypeReference.DirectBit ? (uint)value : Foreign(_unit.Offset + (long)value);
            case ValueClass.GlobalReference:
                if (value >= (ulong)_file.Sections.Info.Length)
                {
                    _reader.Fail($"a reference to 0x{value:x}, which is not in the section");
                }

                return Foreign((long)value);
            case ValueClass.Signature:
                RejectUnsupported("references to type units (-fdebug-types-section) are");
                return 0;
            case ValueClass.Supplementary:
                RejectUnsupported("references to a supplementary file (dwz) are");
                return 0;
            default:
                _reader.Fail("a reference is of no form of references");
                return 0;
        }
    }

    private uint Foreign(long absolute)
    {
        if (_foreign.Count > 0 && _foreign[_foreign.Count - 1] == absolute)
        {
            return TypeReference.ForeignBit | (uint)(_foreign.Count - 1);
        }

        _foreign.Add(absolute);
        return TypeReference.ForeignBit | (uint)(_foreign.Count - 1);
    }

    private int TakeReference(ushort tag, uint offset)
    {
        TypeKind kind = tag switch
        {
            // A reference of C++ is a pointer as far as its layout goes.
            DW_TAG_pointer_type or DW_TAG_reference_type or DW_TAG_rvalue_reference_type => TypeKind.Pointer,
            DW_TAG_typedef => TypeKind.Typedef,
            DW_TAG_const_type => TypeKind.Const,
            DW_TAG_volatile_type => TypeKind.Volatile,
            DW_TAG_restrict_type => TypeKind.Restrict,
            DW_TAG_atomic_type => TypeKind.Atomic,
            _ => TypeKind.Void,
        };
        int row = AddRow(kind, offset, kind == TypeKind.Void ? RowFlags.Alias : RowFlags.None, out _);
        ref TypeRow type = ref Rows.Types[row];
        type.Target = ReferenceOf(DieField.Type);
        if (kind != TypeKind.Typedef)
        {
            type.Name = type.NameHash = 0;
            type.AlignmentBytes = 0;
        }

        return row;
    }

    private int TakeComposite(bool isUnion, uint offset)
    {
        TypeKind kind = isUnion ? TypeKind.Union : TypeKind.Struct;
        int row = AddRow(kind, offset, RowFlags.None, out ulong hash);
        ref TypeRow type = ref Rows.Types[row];
        type.Flags |= hash != 0 ? RowFlags.Named : 0;
        type.Flags |= isUnion ? RowFlags.Union : 0;
        type.Flags |= _die.Flag(DieField.Declaration) || (_behind && hash != 0) ? RowFlags.Declaration : 0;
        type.Flags |= _die.Has(DieField.ByteSize) ? 0 : RowFlags.Unsized;
        if (_die.TryConstant(DieField.ByteSize, out type.SizeBytes) || !_die.Has(DieField.ByteSize))
        {
            if (_die.Has(DieField.ContainingType))
            {
                MakeOpaque(row, "virtual functions and bases are");
            }

            return row;
        }

        // It has an array of variable length inside (GNU C): no layout holds for all of its objects.
        MakeOpaque(row, ComputedSizes);
        return row;
    }

    private bool IsComputed(DieField field) => _die.Has(field) && !_die.TryConstant(field, out _);

    private int TakeEnumeration(uint offset)
    {
        if (IsComputed(DieField.ByteSize))
        {
            return AddOpaque(offset);
        }

        int row = AddRow(TypeKind.Enum, offset, RowFlags.None, out ulong hash);
        ref TypeRow type = ref Rows.Types[row];
        type.Flags |= hash != 0 ? RowFlags.Named : 0;
        type.Flags |= _die.Flag(DieField.Declaration) || (_behind && hash != 0) ? RowFlags.Declaration : 0;
        if (_die.TryConstant(DieField.Encoding, out ulong encoding))
        {
            type.Flags |= RowFlags.SignKnown | (encoding is DW_ATE_signed or DW_ATE_signed_char ? RowFlags.Signed : 0);
        }

        type.SizeBytes = _die[DieField.ByteSize];
        if (type.Is(RowFlags.Declaration) && type.SizeBytes == 0)
        {
            // The size that an enumeration has unless its values need more; encoders of BTF write the same (observed: pahole 1.31).
            type.SizeBytes = 4;
        }

        type.Target = ReferenceOf(DieField.Type);
        return row;
    }

    private int TakeBaseType(uint offset)
    {
        if (IsComputed(DieField.ByteSize))
        {
            return AddOpaque(offset);
        }

        ulong encoding = _die[DieField.Encoding];
        bool isFloat = encoding is DW_ATE_float or DW_ATE_complex_float or DW_ATE_imaginary_float or DW_ATE_decimal_float;
        int row = AddRow(isFloat ? TypeKind.Float : TypeKind.Int, offset, RowFlags.None, out _);
        ref TypeRow type = ref Rows.Types[row];
        ulong size = _die[DieField.ByteSize];
        ulong bits = _die.TryConstant(DieField.BitSize, out ulong said) ? said : size * 8;
        if (size == 0 && bits != 0)
        {
            size = (bits + 7) / 8;
        }

        type.SizeBytes = size;
        if (!isFloat)
        {
            IntEncoding holds = encoding switch
            {
                DW_ATE_signed or DW_ATE_signed_char or DW_ATE_signed_fixed => IntEncoding.Signed,
                DW_ATE_boolean => IntEncoding.Bool,
                _ => IntEncoding.None,
            };
            type.Extra = ((uint)holds << 24) | (uint)Math.Min(bits, ushort.MaxValue);
        }

        return row;
    }

    private int TakeArray(uint offset)
    {
        if (_die.Has(DieField.Stride))
        {
            return AddOpaque(offset);
        }

        int row = AddRow(TypeKind.Array, offset, RowFlags.None, out _);
        ref TypeRow type = ref Rows.Types[row];
        type.Name = type.NameHash = 0;
        type.Target = ReferenceOf(DieField.Type);
        return row;
    }

    private void TakeSubrange()
    {
        if (Parent() == DieAction.Array)
        {
            _dimensions.Add(ElementCount());
            CountSynthetic(_dimensions.Count - _stack[_stack.Count - 1].DimensionStart);
        }
    }

    // Without a bound, with one that is computed, or with one of -1, the array has no length of its own.
    private ulong ElementCount()
    {
        if (_die.Has(DieField.Count))
        {
            // clang says -1 for a flexible array (observed: clang 14, DWARF 4 and 5).
            return _die.TryConstant(DieField.Count, out ulong count) && (long)count >= 0 ? count : 0;
        }

        if (!_die.TryConstant(DieField.UpperBound, out ulong upper))
        {
            return 0;
        }

        _ = _die.TryConstant(DieField.LowerBound, out ulong lower);
        bool isMinusOne = _unit.AddressBytes == 4 && upper == uint.MaxValue;
        long elements = isMinusOne ? 0 : (long)(upper - lower + 1);
        return elements < 0 ? 0 : (ulong)elements;
    }

    private int TakePrototype(uint offset)
    {
        int row = AddRow(TypeKind.FunctionPrototype, offset, RowFlags.None, out _);
        ref TypeRow type = ref Rows.Types[row];
        type.Name = type.NameHash = 0;
        type.Target = ReferenceOf(DieField.Type);
        return row;
    }
}
