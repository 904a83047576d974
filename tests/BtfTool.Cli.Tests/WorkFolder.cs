namespace BtfTool.Cli.Tests;

/// <summary>A folder of its own for one test, gone at the end.</summary>
public abstract class WorkFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("btftool-test-");

    protected string[] FilesInFolder => [.. _folder.EnumerateFileSystemInfos().Select(f => f.Name).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string PathTo(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file and returns its path.</summary>
    protected string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(PathTo(name), bytes);
        return PathTo(name);
    }
}
