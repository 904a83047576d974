namespace BtfTool.Core.IO;

/// <summary>How a whole file is compressed.</summary>
internal enum CompressionFormat
{
    /// <summary>Not in a way that is known here.</summary>
    None,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip,

    /// <summary>xz; decompressed by the system's liblzma.</summary>
    Xz,

    /// <summary>Zstandard (RFC 8878); decompressed by the system's libzstd.</summary>
    Zstd,

    /// <summary>bzip2; decompressed by the system's libbz2.</summary>
    Bzip2,

    /// <summary>LZ4, the frame format; decompressed by the system's liblz4.</summary>
    Lz4,

    /// <summary>LZ4, the older frame format that kernels use.</summary>
    Lz4Legacy,

    /// <summary>LZMA, the format before xz (<c>.lzma</c>); decompressed by the system's liblzma.</summary>
    Lzma,

    /// <summary>lzop; recognised only.</summary>
    Lzop,
}
