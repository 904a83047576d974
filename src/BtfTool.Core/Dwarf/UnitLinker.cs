using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Turns the references of a scanned unit into row numbers, importing what they lead to outside of what was scanned, and settles what
/// depends on the types referred to: the place of legacy bitfields, the sign of enumerations.
/// </summary>
internal sealed class UnitLinker
{
    private readonly DwarfFile _file;
    private readonly UnitScanner _scanner;
    private readonly TypeRows _rows;

    internal UnitLinker(DwarfFile file, UnitScanner scanner)
    {
        _file = file;
        _scanner = scanner;
        _rows = scanner.Rows;
    }

    /// <summary>Addresses of functions and variables that other units describe: the place of that DIE, and the address.</summary>
    internal List<(long Place, CodeAddress Address)> ForeignAddresses { get; } = [];

    /// <summary>
    /// As <see cref="Link()"/>, where what is met through pointers and in prototypes needs no more than its name.
    /// </summary>
    /// <exception cref="InvalidImageException">A reference leads to what is no type, or in a circle.</exception>
    internal void LinkRoots() => Link(cut: true);

    /// <summary>Links all rows. Cost: O(rows), those that are imported on the way included.</summary>
    /// <exception cref="InvalidImageException">A reference leads to what is no type, or in a circle.</exception>
    internal void Link() => Link(cut: false);

    private void Link(bool cut)
    {
        // This may import rows too, so it comes before they are linked.
        Complete();
        int members = 0, parameters = 0;
        for (int row = 0; row < _rows.Types.Count || members < _rows.Members.Count || parameters < _rows.Parameters.Count;)
        {
            // Imports append rows and elements, which are linked in their turn.
            for (; row < _rows.Types.Count; row++)
            {
                uint target = _rows.Types[row].Target;
                if (target != 0)
                {
                    ref readonly TypeRow type = ref _rows.Types[row];
                    bool behind = cut && (type.Is(RowFlags.Behind) || type.Kind is TypeKind.Pointer or TypeKind.FunctionPrototype);
                    uint linked = RowOf(target, behind);
                    _rows.Types[row].Target = linked;
                }
            }

            for (; members < _rows.Members.Count; members++)
            {
                uint linked = RowOf(_rows.Members[members].Target, behind: false);
                _rows.Members[members].Target = linked;
            }

            for (; parameters < _rows.Parameters.Count; parameters++)
            {
                uint linked = RowOf(_rows.Parameters[parameters].Target, cut);
                _rows.Parameters[parameters].Target = linked;
            }
        }

        if (_scanner.HasOpaqueRows)
        {
            OpaqueSpread.Spread(_scanner);
        }

        ReplaceAliases();
        Settle();
    }

    private uint RowOf(uint reference, bool behind)
    {
        if (reference == 0)
        {
            return 0;
        }

        int row = _scanner.RowOf(reference, behind);
        if (row < 0)
        {
            InvalidImageException.Throw(_file.Path, ".debug_info", -1,
                $"a reference to 0x{reference:x} of the unit leads to what is no type");
        }

        return (uint)row + 1;
    }

    private void Complete()
    {
        foreach (Completion completion in _scanner.Completions)
        {
            if ((completion.Origin & TypeReference.ForeignBit) != 0)
            {
                // With LTO the code is in one unit and what it was compiled from in another.
                if (completion.Address.IsKnown)
                {
                    ForeignAddresses.Add((_scanner.PlaceOf(completion.Origin), completion.Address));
                }

                continue;
            }

            if (completion.Origin == 0)
            {
                continue;
            }

            int row = _scanner.RowOf(completion.Origin);
            if (row >= 0 && _rows.Types[row].Kind is TypeKind.Function or TypeKind.Variable)
            {
                ref TypeRow type = ref _rows.Types[row];
                type.Flags &= ~RowFlags.Declaration;
                if (!type.Is(RowFlags.HasAddress))
                {
                    type.SetAddress(completion.Address, type.Unit);
                }
            }
        }
    }

    // Rows that stand for their target (unspecified types, qualifiers that say nothing here) are gone over.
    private void ReplaceAliases()
    {
        bool any = false;
        foreach (ref readonly TypeRow type in _rows.Types.AsSpan())
        {
            any |= type.Is(RowFlags.Alias);
        }

        if (!any)
        {
            return;
        }

        foreach (ref TypeRow type in _rows.Types.AsSpan())
        {
            type.Target = Behind(type.Target);
        }

        foreach (ref MemberEntry member in _rows.Members.AsSpan())
        {
            member.Target = Behind(member.Target);
        }

        foreach (ref ParameterEntry parameter in _rows.Parameters.AsSpan())
        {
            parameter.Target = Behind(parameter.Target);
        }
    }

    private uint Behind(uint target)
    {
        for (int steps = 0; target != 0 && _rows.Types[(int)target - 1].Is(RowFlags.Alias); steps++)
        {
            if (steps > _file.Limits.MaxNesting)
            {
                InvalidImageException.Throw(_file.Path, ".debug_info", -1, "qualifiers refer to each other in a circle");
            }

            target = _rows.Types[(int)target - 1].Target;
        }

        return target;
    }

    private void Settle()
    {
        foreach (ref MemberEntry member in _rows.Members.AsSpan())
        {
            if (member.LegacyBitOffset != 0)
            {
                member.BitOffset += StorageBytes(member.Target) * 8;
            }
        }

        foreach (ref TypeRow type in _rows.Types.AsSpan())
        {
            if (type.Kind == TypeKind.Enum)
            {
                SettleEnumeration(ref type);
            }
        }
    }

    private ulong StorageBytes(uint target)
    {
        for (int steps = 0; target != 0 && steps <= _file.Limits.MaxNesting; steps++)
        {
            ref readonly TypeRow type = ref _rows.Types[(int)target - 1];
            if (type.Kind is TypeKind.Int or TypeKind.Enum or TypeKind.Enum64 && type.SizeBytes != 0)
            {
                return type.SizeBytes;
            }

            target = type.Target;
        }

        InvalidImageException.Throw(_file.Path, ".debug_info", -1, "a bitfield has no storage size, and its type is no integer");
        return 0;
    }

    private void SettleEnumeration(ref TypeRow type)
    {
        if (type.Target != 0)
        {
            bool isSigned = false;
            uint target = type.Target;
            for (int steps = 0; target != 0 && steps <= _file.Limits.MaxNesting; steps++)
            {
                ref readonly TypeRow underlying = ref _rows.Types[(int)target - 1];
                isSigned = underlying.Kind == TypeKind.Int && (underlying.Extra >> 24 & (uint)IntEncoding.Signed) != 0;
                type.SizeBytes = type.SizeBytes == 0 && underlying.Kind == TypeKind.Int ? underlying.SizeBytes : type.SizeBytes;
                target = underlying.Target;
            }

            type.Flags = isSigned ? type.Flags | RowFlags.Signed : type.Flags & ~RowFlags.Signed;

            // The graph says the sign; which integer type it came from does not make another enumeration.
            type.Target = 0;
        }

        type.Kind = type.SizeBytes > 4 ? TypeKind.Enum64 : TypeKind.Enum;
        bool signed = type.Is(RowFlags.Signed);
        foreach (ref EnumeratorEntry enumerator in _rows.Enumerators.AsSpan(type.First, type.Count))
        {
            if (signed && type.SizeBytes is > 0 and < 8 && enumerator.WidthBytes == type.SizeBytes)
            {
                int shift = 64 - (8 * (int)type.SizeBytes);
                enumerator.Value = enumerator.Value << shift >> shift;
            }

            if (type.SizeBytes <= 4)
            {
                enumerator.Value = (int)enumerator.Value;
            }
        }
    }
}
