namespace BtfTool.Core.Sources;

/// <summary>
/// Where systems keep separate debug files; all paths are under <see cref="SourceOptions.SystemRoot"/>, except those below the folders
/// that the user names and beside the file itself. Source of the rules: GDB's manual, "Separate Debug Files"; observed: Debian's
/// linux-image-*-dbg, Fedora's kernel-debuginfo.
/// </summary>
internal static class DebugFilePaths
{
    private const string GlobalFolder = "usr/lib/debug";
    private static readonly string[] s_compressions = [".gz", ".xz", ".zst"];

    /// <summary>The folders with debug files: those that the user names, then the system's.</summary>
    internal static IEnumerable<string> Roots(SourceOptions options) =>
        options.DebugDirectories.Append(Path.Combine(options.SystemRoot, GlobalFolder));

    /// <summary>The files that a build id names.</summary>
    internal static IEnumerable<string> OfBuildId(SourceOptions options, ReadOnlyMemory<byte> id)
    {
        string hex = Convert.ToHexStringLower(id.Span);
        return Roots(options).Select(root => Path.Combine(root, ".build-id", hex[..2], hex[2..] + ".debug"));
    }

    /// <summary>The files that a debug link may mean: beside the file, in <c>.debug</c>, below the folders of debug files.</summary>
    internal static IEnumerable<string> OfLink(SourceOptions options, string path, string link)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        yield return Path.Combine(folder, link);
        yield return Path.Combine(folder, ".debug", link);
        foreach (string root in Roots(options))
        {
            yield return Path.Combine(root, BelowSystemRoot(options, folder), link);
        }

        foreach (string root in options.DebugDirectories)
        {
            yield return Path.Combine(root, link);
        }
    }

    /// <summary>
    /// The files beside the file (observed: elfutils), and at the same place below the folders of debug files: how kernels and their
    /// modules are packed.
    /// </summary>
    internal static IEnumerable<string> OfPlace(SourceOptions options, string path)
    {
        string full = Path.GetFullPath(path);
        yield return full + ".debug";
        yield return Path.Combine(Path.GetDirectoryName(full) ?? "/", ".debug", Path.GetFileName(full) + ".debug");
        string place = BelowSystemRoot(options, full);
        foreach (string compression in s_compressions)
        {
            if (place.EndsWith(".ko" + compression, StringComparison.Ordinal))
            {
                place = place[..^compression.Length];
            }
        }

        // A system whose /lib is a link to /usr/lib has two names for each module.
        string other = place.StartsWith("usr/lib/", StringComparison.Ordinal) ? place["usr/".Length..]
            : place.StartsWith("lib/", StringComparison.Ordinal) ? "usr/" + place : "";
        string kernel = Path.GetFileName(place);
        foreach (string root in Roots(options))
        {
            foreach (string at in (string[])[place, other])
            {
                if (at.Length > 0)
                {
                    yield return Path.Combine(root, at);
                    yield return Path.Combine(root, at + ".debug");
                }
            }

            if (kernel.StartsWith("vmlinux-", StringComparison.Ordinal) || kernel.StartsWith("vmlinuz-", StringComparison.Ordinal))
            {
                foreach (string file in OfKernel(root, kernel["vmlinux-".Length..]))
                {
                    yield return file;
                }
            }
        }
    }

    /// <summary>The files with the debug information of the kernel of a release, below one folder of debug files.</summary>
    internal static IEnumerable<string> OfKernel(string root, string release)
    {
        yield return Path.Combine(root, $"boot/vmlinux-{release}");
        yield return Path.Combine(root, $"boot/vmlinux-{release}.debug");
        yield return Path.Combine(root, $"lib/modules/{release}/vmlinux");
        yield return Path.Combine(root, $"lib/modules/{release}/vmlinux.debug");
        yield return Path.Combine(root, $"usr/lib/modules/{release}/vmlinux");
        yield return Path.Combine(root, $"usr/lib/modules/{release}/vmlinux.debug");
    }

    private static string BelowSystemRoot(SourceOptions options, string full)
    {
        string systemRoot = Path.GetFullPath(options.SystemRoot);
        string prefix = systemRoot.EndsWith('/') ? systemRoot : systemRoot + "/";
        return full.StartsWith(prefix, StringComparison.Ordinal) ? full[prefix.Length..] : full.TrimStart('/');
    }
}
