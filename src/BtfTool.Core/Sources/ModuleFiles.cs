using System.IO.Enumeration;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Sources;

/// <summary>Which files of a folder are kernel modules, and what the modules are called.</summary>
internal static class ModuleFiles
{
    private static readonly string[] s_compressed = [".gz", ".xz", ".zst"];
    private static readonly string[] s_modules = [".ko", ".ko.debug", ".btf"];

    /// <summary>
    /// The modules below a folder, by name and then by path: <c>.ko</c>, <c>.ko.debug</c> and <c>.btf</c>, each also compressed, at any
    /// depth; and, in the folder itself, raw BTF without an extension, as <c>/sys/kernel/btf</c> has it. Links to folders are not
    /// followed (<c>build</c> leads out of the modules, and rings never end). Cost: a walk over the folder.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <param name="kernelPath">The kernel, which is no module.</param>
    /// <exception cref="InvalidImageException">There is no such folder.</exception>
    internal static IReadOnlyList<string> Below(string directory, string kernelPath)
    {
        if (!Directory.Exists(directory))
        {
            InvalidImageException.Throw(directory, "", -1, File.Exists(directory) ? "is a file, and a folder of modules is needed" : "no such folder");
        }

        string kernel = Path.GetFullPath(kernelPath);
        var walk = new FileSystemEnumerable<string>(directory, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && IsModule(ref entry),
        };
        return [.. walk.Where(path => Path.GetFullPath(path) != kernel).OrderBy(NameOf, StringComparer.Ordinal).ThenBy(path => path, StringComparer.Ordinal)];
    }

    /// <summary>What the kernel calls a module: the name of its file without extensions, with underscores.</summary>
    internal static string NameOf(string path)
    {
        string name = WithoutCompression(Path.GetFileName(path));
        string? extension = Array.Find(s_modules, known => name.EndsWith(known, StringComparison.Ordinal));
        return (extension is null ? name : name[..^extension.Length]).Replace('-', '_');
    }

    private static string WithoutCompression(string name)
    {
        string? packed = Array.Find(s_compressed, known => name.EndsWith(known, StringComparison.Ordinal));
        return packed is null ? name : name[..^packed.Length];
    }

    private static bool IsModule(ref FileSystemEntry entry)
    {
        if (entry.FileName.Contains('.'))
        {
            string name = WithoutCompression(entry.FileName.ToString());
            return Array.Exists(s_modules, known => name.Length > known.Length && name.EndsWith(known, StringComparison.Ordinal));
        }

        return entry.Directory.SequenceEqual(entry.RootDirectory) && !entry.FileName.SequenceEqual("vmlinux") && BeginsAsBtf(entry.ToSpecifiedFullPath());
    }

    private static bool BeginsAsBtf(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> start = stackalloc byte[2];
            return file.CanSeek && file.Read(start) == start.Length && BtfFile.IsBtf(start);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
