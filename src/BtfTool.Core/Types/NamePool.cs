using BtfTool.Core.IO;

namespace BtfTool.Core.Types;

/// <summary>
/// The names of one segment: bytes that the graph owns, or those of a mapping that stays as long as the process
/// (<see cref="ByteRegion.IsPermanent"/>). Spans of it never dangle.
/// </summary>
internal readonly unsafe struct NamePool
{
    private readonly byte[]? _own;
    private readonly byte* _permanent;

    internal NamePool(byte[] own)
    {
        _own = own;
        Length = own.Length;
    }

    private NamePool(ByteRegion permanent)
    {
        _permanent = permanent.Start;
        Length = (int)permanent.Length;
    }

    /// <summary>Number of bytes.</summary>
    internal int Length { get; }

    /// <summary>All bytes.</summary>
    internal ReadOnlySpan<byte> Span => _own is not null ? _own : new ReadOnlySpan<byte>(_permanent, Length);

    /// <summary>Names that lie in a region. Cost: a copy, unless the region is permanent.</summary>
    internal static NamePool Of(ByteRegion names) => names.IsPermanent ? new NamePool(names) : new NamePool(names.AsSpan().ToArray());
}
