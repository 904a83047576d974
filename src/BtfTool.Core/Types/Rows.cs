using System.Runtime.InteropServices;

namespace BtfTool.Core.Types;

// Rows of the side tables. Pack = 4 keeps a row at the sum of its fields.

[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct MemberRow
{
    public ulong BitOffset;
    public uint Name;
    public uint Type;
    public uint BitSize;
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
