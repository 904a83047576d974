using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Values of enumerators, whatever width and sign their file gives them.</summary>
internal static class EnumValues
{
    /// <summary>The bits of a value that the size of the enumeration holds.</summary>
    public static ulong MaskOf(TypeView type) => type.SizeBytes is > 0 and < 8 ? (1ul << (int)(type.SizeBytes * 8)) - 1 : ulong.MaxValue;

    /// <summary>A value in 64 bits, of those that the size of the enumeration holds.</summary>
    public static ulong Widened(TypeView type, ulong value, bool isSigned)
    {
        int unused = type.SizeBytes is > 0 and < 8 ? 64 - (int)(type.SizeBytes * 8) : 0;
        return isSigned ? (ulong)((long)(value << unused) >> unused) : value << unused >> unused;
    }

    /// <summary>A value as C writes it.</summary>
    public static string TextOf(TypeView type, long value)
    {
        ulong mask = MaskOf(type);
        return type.Flag ? value.ToString(System.Globalization.CultureInfo.InvariantCulture)
            : ((ulong)value & mask).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
