using System.Runtime.CompilerServices;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Alignment and size of types as bpftool infers them from BTF, which has no alignments: whether a struct must be packed, and where a
/// compiler would place a member by itself. Rules: libbpf 1.8.
/// </summary>
internal sealed class MemberLayout
{
    private const int MaxSizeSteps = 32;

    private readonly TypeColumns _types;
    private readonly EmissionBudget _budget;
    private readonly BpftoolDialect _dialect;
    private readonly uint _pointerBytes;
    private readonly bool _hasDeclaredAlignment;

    // Alignment plus 1; 0 is not known yet.
    private readonly byte[] _alignments;

    public MemberLayout(TypeColumns types, EmissionBudget budget, BpftoolDialect dialect)
    {
        _types = types;
        _budget = budget;
        _dialect = dialect;
        _pointerBytes = (uint)types.Graph.PointerSizeBytes;
        _alignments = new byte[types.Count];
        _hasDeclaredAlignment = types.Graph.Has(Facet.DeclaredAlignment) && !dialect.KnowsBtfOnly;
    }

    /// <summary>Alignment written in the source; 0 for none, and where the header is to have none.</summary>
    public uint DeclaredAlignmentBytes(uint id) => _hasDeclaredAlignment ? _types.View(id).DeclaredAlignmentBytes : 0;

    /// <summary>Alignment of a member written in the source.</summary>
    public uint DeclaredMemberAlignmentBytes(uint id, int member) =>
        _hasDeclaredAlignment ? _types.View(id).Members[member].DeclaredAlignmentBytes : 0;

    /// <summary>Natural alignment in bytes; 0 for what has no size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint AlignmentBytes(uint id)
    {
        uint known = _alignments[id];
        return known != 0 ? known - 1 : FindAlignment(id);
    }

    /// <summary>Whether a member of a type is left out because the type has no size, or no words in C.</summary>
    public bool LeavesOut(uint memberType) =>
        !_dialect.KeepsMembersWithoutSize
        && (_types.Has(memberType, TypeMarks.Undeclarable) || AlignmentBytes(memberType) == 0);

    /// <summary>Whether offsets or size of a struct can only come about with the packed attribute.</summary>
    public bool IsPacked(uint id)
    {
        // An alignment above 1 is found where nothing is out of place only, or is declared.
        if (AlignmentBytes(id) > 1 && DeclaredAlignmentBytes(id) == 0)
        {
            return false;
        }

        uint max = 1;
        foreach (ref readonly MemberRow member in _types.Members(id))
        {
            uint alignment = AlignmentBytes(member.Type);
            if (alignment != 0 && member.BitSize == 0 && !IsAligned(member.BitOffset, 8 * alignment))
            {
                return true;
            }

            max = Math.Max(max, alignment);
        }

        return !IsAligned(_types.DirectSize(id), max);
    }

    /// <summary>Size in bytes; 0 for what has none. Through references at most 32 steps are followed.</summary>
    public ulong SizeBytes(uint id)
    {
        // Most members are plain base types.
        if (_types.Kind(id) == TypeKind.Int)
        {
            return _types.DirectSize(id);
        }

        ulong count = 1;
        ulong limit = _dialect.WrapsBitOffsets ? uint.MaxValue : ulong.MaxValue / 8;
        for (int steps = 0; steps < MaxSizeSteps; steps++)
        {
            TypeKind kind = _types.Kind(id);
            switch (kind)
            {
                case TypeKind.Int or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Float or TypeKind.Struct or TypeKind.Union
                    or TypeKind.DataSection:
                    return Product(count, _types.DirectSize(id), limit);
                case TypeKind.Pointer:
                    return Product(count, _pointerBytes, limit);
                case TypeKind.Array:
                    ulong elements = _types.ElementCount(id);
                    if (count != 0 && elements > limit / count)
                    {
                        return 0;
                    }

                    count *= elements;
                    id = _types.Target(id);
                    break;
                case TypeKind.Typedef or TypeKind.TypeTag or TypeKind.Variable or TypeKind.DeclTag:
                case var _ when TypeColumns.IsQualifier(kind):
                    id = _types.DirectTarget(id);
                    break;
                default:
                    return 0;
            }
        }

        return 0;
    }

    private static ulong Product(ulong count, ulong size, ulong limit) => count != 0 && size > limit / count ? 0 : count * size;

    private uint FindAlignment(uint id)
    {
        // A struct that contains itself, or a reference that leads to itself, finds this.
        _alignments[id] = 1;
        _budget.Enter();
        TypeKind kind = _types.Kind(id);
        uint alignment = 0;
        switch (kind)
        {
            case TypeKind.Int or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Float:
                alignment = (uint)Math.Min(_pointerBytes, _types.DirectSize(id));
                break;
            case TypeKind.Pointer:
                alignment = _pointerBytes;
                break;
            case TypeKind.Typedef or TypeKind.TypeTag or TypeKind.Array:
            case var _ when TypeColumns.IsQualifier(kind):
                alignment = AlignmentBytes(_types.Target(id));
                break;
            case TypeKind.Struct or TypeKind.Union when !_types.Has(id, TypeMarks.Incomplete | TypeMarks.Undeclarable):
                alignment = ComputeAlignment(id);
                break;
        }

        // Of an alignment that is not known here no more comes than padding that is written out.
        uint declared = DeclaredAlignmentBytes(id);
        alignment = declared is > 0 and <= 128 && alignment > 0 ? Math.Max(declared, alignment) : alignment;
        _budget.Leave();
        _alignments[id] = (byte)(alignment + 1);
        return alignment;
    }

    private uint ComputeAlignment(uint id)
    {
        uint max = 1;
        foreach (ref readonly MemberRow member in _types.Members(id))
        {
            uint alignment = AlignmentBytes(member.Type);
            if (alignment == 0)
            {
                if (_dialect.KeepsMembersWithoutSize)
                {
                    return 0;
                }

                continue;
            }

            if (member.BitSize == 0 && !IsAligned(member.BitOffset, 8 * alignment))
            {
                return 1;
            }

            max = Math.Max(max, alignment);
        }

        return IsAligned(_types.DirectSize(id), max) ? max : 1;
    }

    // Nearly all units are powers of two, and a division takes long.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsAligned(ulong value, uint unit) =>
        (unit & (unit - 1)) == 0 ? (value & (unit - 1)) == 0 : value % unit == 0;
}
