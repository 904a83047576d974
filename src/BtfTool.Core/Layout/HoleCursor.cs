namespace BtfTool.Core.Layout;

/// <summary>
/// The walk over members that finds what lies between them: the last bit seen, and where the storage unit of the bitfields at hand
/// ends. Bits left over in a storage unit are a bit hole, whole bytes beyond it a hole: the words of pahole, whose walk this is
/// (observed: pahole 1.31). Offsets in bits unless named otherwise.
/// </summary>
internal struct HoleCursor
{
    /// <summary>End of what was walked.</summary>
    public long LastBit;

    /// <summary>End of the storage unit at hand; the struct's end before the first member.</summary>
    public long FieldEnd;

    /// <summary>Whether the last member was a bitfield.</summary>
    public bool InField;

    private long _fieldBits;

    /// <summary>Goes on over one member.</summary>
    /// <param name="bitOffset">Its first bit.</param>
    /// <param name="bitSize">Width of a bitfield, 0 for others.</param>
    /// <param name="storageByteOffset">Offset in bytes of the member, of the storage unit for bitfields.</param>
    /// <param name="sizeBytes">Size of its type in bytes.</param>
    /// <returns>What lies before it: bytes, negative where it overlaps the member before; and bits.</returns>
    public (long Bytes, long Bits) Step(long bitOffset, long bitSize, long storageByteOffset, long sizeBytes)
    {
        long bits = 0, bytes = 0;
        if (InField)
        {
            long tail = Math.Min(bitOffset, FieldEnd);
            bits = tail - LastBit;
            LastBit = tail;
        }

        if (bitSize != 0)
        {
            long unitStart = storageByteOffset * 8;
            if (LastBit < unitStart && unitStart <= bitOffset)
            {
                bytes = storageByteOffset - (LastBit / 8);
                LastBit = unitStart;
            }

            bits += bitOffset - LastBit;
        }
        else
        {
            bytes = (bitOffset / 8) - (LastBit / 8);
        }

        long end = bitOffset + (bitSize != 0 ? bitSize : sizeBytes * 8);
        LastBit = end;
        Advance(bitSize != 0, storageByteOffset, sizeBytes * 8, end);
        return (bytes, bits);
    }

    /// <summary>What lies behind the last member.</summary>
    /// <param name="sizeBits">Size of the struct.</param>
    public (long Bytes, long Bits) Finish(long sizeBits)
    {
        long bits = 0;
        if (InField)
        {
            long end = Math.Min(sizeBits, FieldEnd);
            bits = end - LastBit;
            LastBit = end;
        }

        return ((sizeBits / 8) - (LastBit / 8), bits);
    }

    private void Advance(bool isBitfield, long storageByteOffset, long unit, long end)
    {
        InField = isBitfield;
        if (!isBitfield)
        {
            _fieldBits = 0;
            FieldEnd = end;
        }
        else if (end > FieldEnd || unit > _fieldBits)
        {
            _fieldBits = unit;
            FieldEnd = (storageByteOffset * 8) + unit;
            FieldEnd += end > FieldEnd ? unit : 0;
        }
    }
}
