using System.Runtime.InteropServices;

namespace BtfTool.Core.Types;

// Rows of the side tables. Pack = 4 keeps a row at the sum of its fields.

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct MemberRow
{
    /// <summary>Largest offset in bits that a row holds: 32 TiB.</summary>
    public const ulong MaxBitOffset = (1UL << OffsetBits) - 1;

    /// <summary>Largest width of a bitfield.</summary>
    public const uint MaxBitSize = ushort.MaxValue;

    private const int OffsetBits = 48;

    private ulong _place;
    public uint Name;
    public uint Type;

    public readonly ulong BitOffset => _place & MaxBitOffset;

    public readonly uint BitSize => (uint)(_place >> OffsetBits);

    public void SetPlace(ulong bitOffset, uint bitSize) => _place = bitOffset | ((ulong)bitSize << OffsetBits);
}

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EnumeratorRow
{
    public ulong Value;
    public uint Name;
}

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ParameterRow
{
    public uint Name;
    public uint Type;
}

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ArrayRow
{
    public ulong Count;
    public uint Element;
    public uint Index;
}

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct SectionEntryRow
{
    public ulong Offset;
    public ulong Size;
    public uint Type;
}
