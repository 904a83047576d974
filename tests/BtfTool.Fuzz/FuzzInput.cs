using BtfTool.Core.IO;

namespace BtfTool.Fuzz;

/// <summary>The bytes of one case, in memory that is used again for the next: one per thread.</summary>
internal sealed class FuzzInput
{
    private readonly byte[] _bytes;

    /// <summary>Makes room.</summary>
    public FuzzInput(int capacityBytes) => _bytes = GC.AllocateUninitializedArray<byte>(capacityBytes, pinned: true);

    /// <summary>Length in bytes, at most the capacity.</summary>
    public int Length { get; set; }

    /// <summary>Most bytes there can be.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>The bytes.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>The memory, bytes behind the length included.</summary>
    public Span<byte> Room => _bytes;

    /// <summary>Starts from bytes; what does not fit is left out.</summary>
    public void Load(ReadOnlySpan<byte> bytes)
    {
        Length = Math.Min(bytes.Length, Capacity);
        bytes[..Length].CopyTo(_bytes);
    }

    /// <summary>The bytes as a file.</summary>
    public FileImage Image() => FileImage.FromRegion("fuzz", ByteRegion.FromPinned(_bytes, Length));
}
