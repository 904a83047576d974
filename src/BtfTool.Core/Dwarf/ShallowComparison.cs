using System.Runtime.CompilerServices;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Compares two types of one fingerprint by what they say themselves: kind, name, size, and the names, places and values of what they
/// list, exactly; the types that they refer to are compared by their own fingerprints only. An unlucky fingerprint splits a type then,
/// where it would make one of two.
/// </summary>
internal readonly struct ShallowComparison(DwarfNames names)
{
    /// <summary>False when two rows of one fingerprint are not the same after all, as far as kind, name, size and count tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool MayBeAlike(in TypeRow x, in TypeRow y) => x.NameHash == y.NameHash && x.Kind == y.Kind && x.Count == y.Count
        && (x.SizeBytes == y.SizeBytes || x.Kind is TypeKind.Function or TypeKind.Variable);

    /// <summary>True when two rows say the same. Cost: O(elements), and the bytes of names that lie at different places.</summary>
    internal bool AreAlike(in TypeRow x, TypeRows ofX, in TypeRow y, TypeRows ofY)
    {
        if (!MayBeAlike(x, y) || x.Extra != y.Extra || x.AlignmentBytes != y.AlignmentBytes
            || UnitHasher.IdentityFlags(x.Flags) != UnitHasher.IdentityFlags(y.Flags) || !AreSame(x.Name, y.Name))
        {
            return false;
        }

        return x.Count == 0 || x.Kind switch
        {
            TypeKind.Struct or TypeKind.Union => HaveSameMembers(ofX.Members.AsSpan(x.First, x.Count), ofY.Members.AsSpan(y.First, y.Count)),
            TypeKind.Enum or TypeKind.Enum64 => HaveSameValues(ofX.Enumerators.AsSpan(x.First, x.Count), ofY.Enumerators.AsSpan(y.First, y.Count)),
            TypeKind.FunctionPrototype => HaveSameNames(ofX.Parameters.AsSpan(x.First, x.Count), ofY.Parameters.AsSpan(y.First, y.Count)),
            _ => true,
        };
    }

    private bool HaveSameMembers(ReadOnlySpan<MemberEntry> x, ReadOnlySpan<MemberEntry> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i].BitOffset != y[i].BitOffset || x[i].BitSize != y[i].BitSize || x[i].AlignmentBytes != y[i].AlignmentBytes
                || !AreSame(x[i].Name, y[i].Name))
            {
                return false;
            }
        }

        return true;
    }

    private bool HaveSameValues(ReadOnlySpan<EnumeratorEntry> x, ReadOnlySpan<EnumeratorEntry> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i].Value != y[i].Value || !AreSame(x[i].Name, y[i].Name))
            {
                return false;
            }
        }

        return true;
    }

    private bool HaveSameNames(ReadOnlySpan<ParameterEntry> x, ReadOnlySpan<ParameterEntry> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            if (!AreSame(x[i].Name, y[i].Name))
            {
                return false;
            }
        }

        return true;
    }

    // Linkers store each name once, so that the bytes are rarely looked at.
    private bool AreSame(ulong x, ulong y) => x == y || (x != 0 && y != 0 && names.AreEqual(x, y));
}
