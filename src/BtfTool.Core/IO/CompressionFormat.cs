namespace BtfTool.Core.IO;

/// <summary>How a whole file is compressed.</summary>
public enum CompressionFormat
{
    /// <summary>Not in a way that is known here.</summary>
    None,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip,

    /// <summary>xz; decompressed by the system's liblzma.</summary>
    Xz,

    /// <summary>Zstandard (RFC 8878); decompressed by the system's libzstd.</summary>
    Zstd,

    /// <summary>bzip2; recognised only.</summary>
    Bzip2,

    /// <summary>LZ4, the frame format; recognised only.</summary>
    Lz4,

    /// <summary>LZ4, the older frame format that kernels use; recognised only.</summary>
    Lz4Legacy,

    /// <summary>lzop; recognised only.</summary>
    Lzop,
}
