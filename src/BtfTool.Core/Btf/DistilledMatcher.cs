using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Btf;

/// <summary>
/// Finds for each type of a distilled base the type of a kernel that it stands for. The rules are those by which the kernel loads a
/// module (facts: btf_relocate of libbpf 1.6): a name and a kind; for integers, floating point types and enumerations the size as well;
/// for structs and unions the size where the kernel has several of the name, or where the module holds one by value. Here that is also
/// so behind a typedef, a qualifier or an array, because the layouts of the module would be wrong all the same. Two candidates are one
/// too many.
/// </summary>
internal sealed class DistilledMatcher
{
    private readonly BtfFile _split;
    private readonly BaseTypeIndex _kernel;
    private readonly string _kernelPath;
    private readonly List<TypeId> _candidates = [];

    /// <summary>Prepares to match the base of a split file.</summary>
    /// <param name="split">The file; its base is the distilled one.</param>
    /// <param name="kernel">The types of the kernel.</param>
    /// <param name="kernelPath">The kernel, for messages.</param>
    internal DistilledMatcher(BtfFile split, BaseTypeIndex kernel, string kernelPath)
    {
        _split = split;
        _kernel = kernel;
        _kernelPath = kernelPath;
    }

    /// <summary>The kernel's type for each type of the distilled base, by id; void is void. Cost: linear in both files.</summary>
    /// <exception cref="InvalidImageException">A type has none or several, or is none that a distilled base can have.</exception>
    internal uint[] Match()
    {
        BtfFile distilled = _split.Base!;
        var map = new uint[distilled.EndId];
        bool[] isEmbedded = new EmbeddedTypes(_split).Find();
        foreach (BtfRecord record in distilled)
        {
            map[record.Id] = MatchOne(record, NameOf(record), isEmbedded[record.Id]).Value;
        }

        return map;
    }

    private ReadOnlySpan<byte> NameOf(BtfRecord record)
    {
        if (!_split.Base!.TryGetString(record.NameOffset, out ReadOnlySpan<byte> name) || name.IsEmpty || !CanBeDistilled(record.Kind))
        {
            InvalidImageException.Throw(_split.Path, ".BTF.base", -1,
                $"type {record.Id} ({record.Kind}) is none that a distilled base can have: named integers, structs, unions, enumerations and forwards");
        }

        return name;
    }

    private TypeId MatchOne(BtfRecord record, ReadOnlySpan<byte> name, bool isEmbedded)
    {
        _kernel.Find(name, _candidates);
        int composites = _candidates.Count(id => _kernel.Graph[id].IsComposite);
        TypeId match = default;
        foreach (TypeId id in _candidates)
        {
            if (!Fits(record, _kernel.Graph[id], composites > 1, isEmbedded))
            {
                continue;
            }

            if (!match.IsVoid)
            {
                Fail(record, name, $"may be either of its types {match} and {id}");
            }

            match = id;
        }

        if (match.IsVoid)
        {
            Fail(record, name, Reason(record, isEmbedded));
        }

        return match;
    }

    private static bool Fits(BtfRecord distilled, TypeView type, bool isAmbiguous, bool isEmbedded)
    {
        if (type.IsComposite && isAmbiguous && type.SizeBytes != SizeOf(distilled))
        {
            return false;
        }

        return distilled.Kind switch
        {
            BtfKind.BTF_KIND_FWD => type.Kind == (distilled.KindFlag ? TypeKind.Union : TypeKind.Struct)
                || (type.Kind == TypeKind.Forward && type.Flag == distilled.KindFlag),
            BtfKind.BTF_KIND_INT => type.Kind == TypeKind.Int && type.SizeBytes == SizeOf(distilled)
                && (uint)type.IntEncoding == distilled.Payload[0] >> 24,
            BtfKind.BTF_KIND_FLOAT => type.Kind == TypeKind.Float && type.SizeBytes == SizeOf(distilled),

            // One of 64-bit values is distilled as one of 32-bit values with its size.
            BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64 => type.IsEnum && type.SizeBytes == SizeOf(distilled),
            _ => (int)type.Kind == (int)distilled.Kind && (!isEmbedded || type.SizeBytes == SizeOf(distilled)),
        };
    }

    private string Reason(BtfRecord record, bool isEmbedded)
    {
        if (_candidates.Count == 0)
        {
            return "is not there";
        }

        IEnumerable<string> there = _candidates.Select(id => Describe(_kernel.Graph[id])).Distinct().Take(3);
        string here = Describe((TypeKind)record.Kind, record.KindFlag, SizeOf(record),
            record.Kind == BtfKind.BTF_KIND_INT ? (IntEncoding)(record.Payload[0] >> 24) : default);
        bool isHeld = isEmbedded && record.Kind is (BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION);
        return $"is {string.Join(" and ", there)} there, and {here} in the module{(isHeld ? ", which holds one by value" : "")}";
    }

    private static string Describe(TypeView type) => Describe(type.Kind, type.Flag, type.SizeBytes, type.IntEncoding);

    private static string Describe(TypeKind kind, bool flag, ulong sizeBytes, IntEncoding encoding)
    {
        string word = kind switch
        {
            TypeKind.Int => encoding.HasFlag(IntEncoding.Bool) ? "a boolean" : encoding.HasFlag(IntEncoding.Signed) ? "a signed integer"
                : encoding.HasFlag(IntEncoding.Char) ? "a character" : "an unsigned integer",
            TypeKind.Float => "a floating point type",
            TypeKind.Struct => "a struct",
            TypeKind.Union => "a union",
            TypeKind.Forward => flag ? "a declared union" : "a declared struct",
            _ => "an enum",
        };
        return kind == TypeKind.Forward ? word
            : string.Create(CultureInfo.InvariantCulture, $"{word} of {sizeBytes:N0} byte{(sizeBytes == 1 ? "" : "s")}");
    }

    private static ulong SizeOf(BtfRecord record) => record.Kind == BtfKind.BTF_KIND_FWD ? 0 : record.SizeOrType;

    private static bool CanBeDistilled(BtfKind kind) => kind is BtfKind.BTF_KIND_INT or BtfKind.BTF_KIND_FLOAT or BtfKind.BTF_KIND_STRUCT
        or BtfKind.BTF_KIND_UNION or BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64 or BtfKind.BTF_KIND_FWD;

    [DoesNotReturn]
    private void Fail(BtfRecord record, ReadOnlySpan<byte> name, string reason)
    {
        string word = record.Kind switch
        {
            BtfKind.BTF_KIND_INT or BtfKind.BTF_KIND_FLOAT => "type",
            BtfKind.BTF_KIND_STRUCT => "struct",
            BtfKind.BTF_KIND_UNION => "union",
            BtfKind.BTF_KIND_FWD => record.KindFlag ? "union" : "struct",
            _ => "enum",
        };
        InvalidImageException.Throw(_split.Path, ".BTF.base", -1,
            $"cannot be laid onto {_kernelPath}: {word} {Encoding.UTF8.GetString(name)} {reason}");
    }
}
