using System.Buffers.Binary;
using System.Numerics;

namespace BtfTool.Core.Compare;

/// <summary>Hashes of names.</summary>
internal static class NameHash
{
    /// <summary>A hash of a name. Cost: its length.</summary>
    public static ulong Of(ReadOnlySpan<byte> name, ulong seed = 0)
    {
        ulong hash = seed ^ ((ulong)name.Length << 56);
        while (name.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(name));
            name = name[8..];
        }

        ulong rest = 0;
        for (int i = 0; i < name.Length; i++)
        {
            rest |= (ulong)name[i] << (8 * i);
        }

        return Mix(hash ^ rest);
    }

    /// <summary>Spreads a number over all bits.</summary>
    public static ulong Mix(ulong value)
    {
        ulong high = Math.BigMul(value ^ 0xa0761d6478bd642f, 0x9e3779b97f4a7c15, out ulong low);
        return high ^ BitOperations.RotateLeft(low, 23);
    }
}
