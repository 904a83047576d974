using System.IO.Compression;

namespace BtfTool.TestKit;

/// <summary>Finds and reads the files of <c>fixtures/</c>.</summary>
public static class Fixtures
{
    /// <summary>The folder with <c>BtfTool.sln</c>. (CallerFilePath is rewritten in deterministic builds, so it is searched for.)</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Full path of a fixture.</summary>
    public static string PathOf(string name) => Path.Combine(Root, "fixtures", name);

    /// <summary>The bytes of a fixture; those of a .gz decompressed.</summary>
    public static byte[] Read(string name)
    {
        byte[] bytes = File.ReadAllBytes(PathOf(name));
        if (!name.EndsWith(".gz", StringComparison.Ordinal))
        {
            return bytes;
        }

        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static string FindRoot()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "BtfTool.sln")))
        {
            at = Path.GetDirectoryName(at);
        }

        return at ?? throw new DirectoryNotFoundException("BtfTool.sln is in no folder above the tests");
    }
}
