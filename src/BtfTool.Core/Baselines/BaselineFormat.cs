using System.Buffers;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

/// <summary>
/// The words of the format. A baseline is text: a first line that names it, a header of lines with <c>#</c>, then one block for each
/// type, sorted; a block begins in the first column.
/// <code>
/// int unsigned int: 4 @0123456789abcdef
/// int int: 4 signed @...
/// typedef u32 @... = unsigned int
/// enum e: 4 @... {
///  A = 0
/// }
/// struct s: 16 @... {
///  0 next: *struct s
///  8.0:3 flags: u32
///  12 -: union 4 {
///   0 a: [4]char
///   0 b: fn(*const struct s, ...) void
///  }
/// }
/// struct only_declared @...
/// func f @... = fn(*struct s) int
/// # end
/// </code>
/// Types are read from left to right: <c>*</c> pointer to, <c>[n]</c> array of n (all dimensions
/// together), <c>fn(...) T</c> function that returns T. What has no
/// name stands in place; <c>^n</c> is the n-th of those around. A name with anything but letters, digits, <c>_$.</c> and single spaces
/// is quoted. <c>name#2</c> is the second of several layouts of one name. The hash is XXH64 of what follows it in the block, with XXH64
/// of what stands before it as seed.
/// </summary>
internal static class BaselineFormat
{
    /// <summary>Deepest nesting of types that stand in place, and of prototypes.</summary>
    public const int MaxNesting = 200;

    /// <summary>How the first line of a baseline begins.</summary>
    public static ReadOnlySpan<byte> Magic => "# btftool layout baseline 1\n"u8;

    /// <summary>The last line, which says that nothing is missing.</summary>
    public static ReadOnlySpan<byte> End => "# end\n"u8;

    private static readonly SearchValues<byte> s_bare =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$. "u8);

    /// <summary>Whether a name is written without quotes.</summary>
    public static bool IsBare(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && (name[0] is (byte)'_' or (byte)'$' || char.IsAsciiLetter((char)name[0])) && !name.ContainsAnyExcept(s_bare)
        && name[^1] != (byte)' ' && name.IndexOf("  "u8) < 0 && !BeginsWithKeyword(name);

    /// <summary>How many bytes of a text a name without quotes takes, spaces behind it included.</summary>
    public static int BareLength(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAnyExcept(s_bare);
        return end < 0 ? text.Length : end;
    }

    /// <summary>Where names are looked up: one place for base types and typedefs, which C looks up in one place too.</summary>
    public static BaselineSpace SpaceOf(TypeView type) => type.Kind switch
    {
        TypeKind.Struct => BaselineSpace.Struct,
        TypeKind.Union => BaselineSpace.Union,
        TypeKind.Forward => type.Flag ? BaselineSpace.Union : BaselineSpace.Struct,
        TypeKind.Enum or TypeKind.Enum64 => BaselineSpace.Enum,
        TypeKind.Function => BaselineSpace.Function,
        _ => BaselineSpace.Ordinary,
    };

    private static bool BeginsWithKeyword(ReadOnlySpan<byte> name)
    {
        int end = name.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = end < 0 ? name : name[..end];
        return word.Length <= 8 && (word.SequenceEqual("struct"u8) || word.SequenceEqual("union"u8) || word.SequenceEqual("enum"u8)
            || word.SequenceEqual("const"u8) || word.SequenceEqual("volatile"u8) || word.SequenceEqual("atomic"u8)
            || word.SequenceEqual("fn"u8) || word.SequenceEqual("void"u8) || word.SequenceEqual("static"u8) || word.SequenceEqual("extern"u8));
    }
}

/// <summary>A space of names, in the order of a baseline.</summary>
internal enum BaselineSpace : byte
{
    Ordinary,
    Enum,
    Function,
    Struct,
    Union,
}
