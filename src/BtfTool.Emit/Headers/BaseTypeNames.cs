using System.Buffers;
using System.Globalization;
using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// C names of base types that compilers call otherwise in their type information: those of C++, complex numbers, integers of any width.
/// Observed: gcc 12 (<c>complex float</c>), clang 14 (<c>complex</c>, <c>_BitInt</c>).
/// </summary>
internal static class BaseTypeNames
{
    private static readonly SearchValues<byte> s_notInIdentifiers = SearchValues.Create([.. Enumerable.Range(1, 127)
        .Where(c => c != '_' && !char.IsAsciiLetterOrDigit((char)c)).Select(c => (byte)c)]);

    /// <summary>
    /// A name that C can have for a struct, union, enumeration or typedef of another language, such as <c>pair&lt;int, 3&gt;</c>; the
    /// type's id makes it the only one. Null where the name is one of C.
    /// </summary>
    public static byte[]? Identifier(ReadOnlySpan<byte> name, uint id)
    {
        if (name.IndexOfAny(s_notInIdentifiers) < 0)
        {
            return null;
        }

        byte[] text = [.. name, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"_{id}"))];
        for (int at = 0; text.AsSpan(at).IndexOfAny(s_notInIdentifiers) is var next and >= 0; at += next)
        {
            text[at + next] = (byte)'_';
        }

        return text;
    }

    /// <summary>The name that a C compiler knows; null where it knows the one that the type has.</summary>
    public static byte[]? Respell(TypeView type)
    {
        ReadOnlySpan<byte> name = type.Name;
        if (name.SequenceEqual("bool"u8))
        {
            return [.. "_Bool"u8];
        }

        if (name.SequenceEqual("wchar_t"u8) || name.SequenceEqual("char16_t"u8) || name.SequenceEqual("char32_t"u8))
        {
            return Encoding.UTF8.GetBytes($"__{Encoding.UTF8.GetString(name).ToUpperInvariant().Replace("_T", "_TYPE", StringComparison.Ordinal)}__");
        }

        if (name.SequenceEqual("char8_t"u8))
        {
            return [.. "unsigned char"u8];
        }

        if (name.StartsWith("complex "u8))
        {
            return [.. "_Complex"u8, .. name["complex"u8.Length..]];
        }

        if (name.SequenceEqual("complex"u8))
        {
            return [.. type.SizeBytes switch { 8 => "_Complex float"u8, 16 => "_Complex double"u8, _ => "_Complex long double"u8 }];
        }

        return name.EndsWith("_BitInt"u8) && type.Kind == TypeKind.Int
            ? [.. name, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"({type.IntBits})"))] : null;
    }
}
