using BtfTool.Core.Types;

namespace BtfTool.Core.Checks;

/// <summary>A member that a rule is about.</summary>
/// <param name="Name">The path as it was written.</param>
/// <param name="BitOffset">First bit.</param>
/// <param name="BitfieldBits">Width of a bitfield; 0 for others.</param>
/// <param name="SizeBytes">Size of its type.</param>
/// <param name="Type">Its type.</param>
internal readonly record struct CheckedMember(string Name, long BitOffset, int BitfieldBits, long SizeBytes, TypeId Type)
{
    public long EndBits => BitOffset + (BitfieldBits != 0 ? BitfieldBits : Math.Min(SizeBytes, (long.MaxValue - BitOffset) / 8) * 8);

    public long FirstLine(int cachelineBytes) => BitOffset / 8 / cachelineBytes;

    /// <summary>The line of the last bit; of a member without size that of its place.</summary>
    public long LastLine(int cachelineBytes) => Math.Max(EndBits - 1, BitOffset) / 8 / cachelineBytes;
}
