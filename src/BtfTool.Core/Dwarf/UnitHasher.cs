using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Fingerprints of the types of a unit. A struct, union or enumeration with a name counts by kind and name where another type refers
/// to it, so that fingerprints end there and need no look at other units; its own fingerprint takes all that it says. What this cut
/// does not tell apart, <see cref="VariantResolver"/> does.
/// </summary>
internal sealed class UnitHasher
{
    private const byte Open = 1;
    private const byte Done = 2;

    private readonly DwarfFile _file;
    private readonly TypeRows _rows;
    private readonly Dictionary<ulong, int> _byName = [];
    private RowList<int> _stack = new(256);

    internal UnitHasher(DwarfFile file, TypeRows rows)
    {
        _file = file;
        _rows = rows;
    }

    /// <summary>Gives each row its fingerprint. Cost: O(rows and elements).</summary>
    /// <exception cref="InvalidImageException">Types without names contain each other in a circle.</exception>
    internal void HashAll()
    {
        Span<TypeRow> types = _rows.Types.AsSpan();
        _byName.Clear();
        for (int row = 0; row < types.Length; row++)
        {
            if (types[row].Is(RowFlags.Named))
            {
                NameReference(types, row);
            }
        }

        for (int row = 0; row < types.Length; row++)
        {
            if (types[row].State != Done)
            {
                HashFrom(types, row);
            }
        }
    }

    private void NameReference(Span<TypeRow> types, int row)
    {
        ref TypeRow type = ref types[row];

        // An enumeration of any size, and whether or not it is defined.
        TypeKind kind = type.Kind == TypeKind.Enum64 ? TypeKind.Enum : type.Kind;
        type.ReferenceHash = Fingerprint.Last(type.NameHash, (ulong)kind);
        if (type.Is(RowFlags.Declaration) || _byName.TryAdd(type.ReferenceHash, row))
        {
            return;
        }

        int known = _byName[type.ReferenceHash];
        if (ShallowHash(type) == ShallowHash(types[known]))
        {
            return;
        }

        // Two types of one name: the one in a function is referred to by those that mean it only.
        ref TypeRow hiding = ref type;
        if (!type.Is(RowFlags.Local) && types[known].Is(RowFlags.Local))
        {
            _byName[type.ReferenceHash] = row;
            hiding = ref types[known];
        }

        hiding.ReferenceHash = Fingerprint.Last(ShallowHash(hiding), hiding.ReferenceHash);
        hiding.Flags |= RowFlags.Pinned;
    }

    // What a type says without the types it refers to.
    private ulong ShallowHash(in TypeRow type)
    {
        ulong hash = Fingerprint.Combine(Fingerprint.Combine(type.NameHash, type.SizeBytes), (ulong)type.Count);
        if (type.Kind is TypeKind.Struct or TypeKind.Union)
        {
            foreach (ref readonly MemberEntry m in _rows.Members.AsSpan(type.First, type.Count))
            {
                hash = Fingerprint.Combine(Fingerprint.Combine(hash ^ m.NameHash, m.BitOffset), m.BitSize);
            }
        }
        else
        {
            foreach (ref readonly EnumeratorEntry e in _rows.Enumerators.AsSpan(type.First, type.Count))
            {
                hash = Fingerprint.Combine(hash ^ e.NameHash, (ulong)e.Value);
            }
        }

        return hash;
    }

    private void HashFrom(Span<TypeRow> types, int root)
    {
        // Most types come behind those that they refer to, or refer to one with a name.
        if (TryHash(types, root))
        {
            return;
        }

        _stack.Count = 0;
        _stack.Add(root);
        while (_stack.Count > 0)
        {
            int row = _stack[_stack.Count - 1];
            ref TypeRow type = ref types[row];
            if (type.State == Done)
            {
                _stack.Count--;
            }
            else if (TryHash(types, row))
            {
                _stack.Count--;
            }
            else
            {
                type.State = Open;
                PushMissing(types, type);
            }
        }
    }

    private void PushMissing(Span<TypeRow> types, in TypeRow type)
    {
        PushMissing(types, type.Target);
        if (type.Kind is TypeKind.Struct or TypeKind.Union)
        {
            foreach (ref readonly MemberEntry member in _rows.Members.AsSpan(type.First, type.Count))
            {
                PushMissing(types, member.Target);
            }
        }
        else if (type.Kind == TypeKind.FunctionPrototype)
        {
            foreach (ref readonly ParameterEntry parameter in _rows.Parameters.AsSpan(type.First, type.Count))
            {
                PushMissing(types, parameter.Target);
            }
        }
    }

    private void PushMissing(Span<TypeRow> types, uint target)
    {
        if (target == 0 || types[(int)target - 1].ReferenceHash != 0)
        {
            return;
        }

        if (types[(int)target - 1].State == Open)
        {
            InvalidImageException.Throw(_file.Path, ".debug_info", -1, "types without a name refer to each other in a circle");
        }

        _stack.Add((int)target - 1);
    }

    // False when a type that this one refers to has no fingerprint yet.
    private bool TryHash(Span<TypeRow> types, int row)
    {
        ref TypeRow type = ref types[row];
        bool ok = true;
        ulong hash = Fingerprint.Combine(
            Fingerprint.Combine(type.NameHash ^ Fingerprint.Seed, (ulong)type.Kind | ((ulong)IdentityFlags(type.Flags) << 8)),
            Reference(types, type.Target, ref ok) ^ ((ulong)type.Extra << 32));
        switch (type.Kind)
        {
            case TypeKind.Struct or TypeKind.Union:
                foreach (ref readonly MemberEntry m in _rows.Members.AsSpan(type.First, type.Count))
                {
                    hash = Fingerprint.Combine(hash ^ m.NameHash, Reference(types, m.Target, ref ok));
                    hash = Fingerprint.Combine(hash, m.BitOffset);
                    if ((m.BitSize | m.AlignmentBytes) != 0)
                    {
                        hash = Fingerprint.Combine(hash ^ Fingerprint.Mark, m.BitSize | ((ulong)m.AlignmentBytes << 32));
                    }

                }

                break;
            case TypeKind.Enum or TypeKind.Enum64:
                foreach (ref readonly EnumeratorEntry e in _rows.Enumerators.AsSpan(type.First, type.Count))
                {
                    hash = Fingerprint.Combine(hash ^ e.NameHash, (ulong)e.Value);
                }

                break;
            case TypeKind.FunctionPrototype:
                foreach (ref readonly ParameterEntry p in _rows.Parameters.AsSpan(type.First, type.Count))
                {
                    hash = Fingerprint.Combine(hash ^ p.NameHash, Reference(types, p.Target, ref ok));
                }

                break;
        }

        if (!ok)
        {
            return false;
        }

        bool hasAddress = type.Kind is TypeKind.Function or TypeKind.Variable;
        hash = Fingerprint.Combine(hash, hasAddress ? 0 : type.SizeBytes);
        hash = type.AlignmentBytes == 0 ? hash : Fingerprint.Combine(hash ^ Fingerprint.Mark, type.AlignmentBytes);
        type.Hash = Fingerprint.Last(hash, (ulong)type.Count);
        type.ReferenceHash = type.Is(RowFlags.Named) ? type.ReferenceHash : type.Hash;
        type.State = Done;
        return true;
    }

    private static ulong Reference(Span<TypeRow> types, uint target, ref bool ok)
    {
        if (target == 0)
        {
            return 1;
        }

        ulong hash = types[(int)target - 1].ReferenceHash;
        ok &= hash != 0;
        return hash;
    }

    /// <summary>The flags that tell types apart.</summary>
    internal static RowFlags IdentityFlags(RowFlags flags) => flags & (RowFlags.Declaration | RowFlags.Signed | RowFlags.Union | RowFlags.Pinned);
}
