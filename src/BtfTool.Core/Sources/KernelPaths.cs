namespace BtfTool.Core.Sources;

/// <summary>Where systems keep the kernel whose types are wanted; all paths are under <see cref="SourceOptions.SystemRoot"/>.</summary>
internal static class KernelPaths
{
    private const string SampleFile = "fixtures/oracle/linux-6.18/vmlinux.btf.gz";

    /// <summary>What the running kernel says of itself.</summary>
    internal static string Running(SourceOptions options) => Path.Combine(options.SystemRoot, "sys/kernel/btf/vmlinux");

    /// <summary>The release that is asked for or runs; null when it is not known.</summary>
    internal static string? Release(SourceOptions options)
    {
        if (options.KernelRelease is { } given)
        {
            return given;
        }

        try
        {
            string release = File.ReadAllText(Path.Combine(options.SystemRoot, "proc/sys/kernel/osrelease")).Trim();
            return release.Length == 0 || release.Contains('/', StringComparison.Ordinal) ? null : release;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The files of a release, best first (the order in which libbpf looks, and pahole's places).</summary>
    internal static IEnumerable<string> OfRelease(string root, string release)
    {
        yield return Path.Combine(root, $"boot/vmlinux-{release}");
        yield return Path.Combine(root, $"lib/modules/{release}/vmlinux-{release}");
        yield return Path.Combine(root, $"lib/modules/{release}/build/vmlinux");
        yield return Path.Combine(root, $"usr/lib/modules/{release}/kernel/vmlinux");
        yield return Path.Combine(root, $"usr/lib/debug/boot/vmlinux-{release}");
        yield return Path.Combine(root, $"usr/lib/debug/lib/modules/{release}/vmlinux");
        yield return Path.Combine(root, $"boot/vmlinuz-{release}");
    }

    /// <summary>What may be the kernel of a folder of modules, best first: one in it, or those of the release whose folder it is.</summary>
    internal static IEnumerable<string> OfModules(string directory, SourceOptions options)
    {
        yield return Path.Combine(directory, "vmlinux");
        string full = Path.GetFullPath(directory) + "/";
        int modules = full.IndexOf("/lib/modules/", StringComparison.Ordinal);
        int release = modules + "/lib/modules/".Length;
        if (modules < 0 || full.IndexOf('/', release) is not (> 0 and var end) || end == release)
        {
            yield break;
        }

        string root = full[..modules];
        root = root.EndsWith("/usr/lib/debug", StringComparison.Ordinal) ? root[..^"/usr/lib/debug".Length]
            : root.EndsWith("/usr", StringComparison.Ordinal) ? root[..^"/usr".Length] : root;
        string name = full[release..end];
        if (name == Release(options) && root == Path.GetFullPath(options.SystemRoot).TrimEnd('/'))
        {
            yield return Running(options);
        }

        foreach (string path in OfRelease(root + "/", name))
        {
            yield return path;
        }
    }

    /// <summary>The <c>vmlinux</c> beside a file of <c>/sys/kernel/btf</c>; null for other files and for vmlinux itself.</summary>
    internal static string? SiblingBase(string path, SourceOptions options)
    {
        string full = Path.GetFullPath(path);
        string running = Path.GetFullPath(Running(options));
        return Path.GetDirectoryName(full) == Path.GetDirectoryName(running) && full != running ? running : null;
    }

    /// <summary>A kernel that fits a module below <c>lib/modules/R</c>, when one is there; a guess by place, not by content.</summary>
    internal static string? SuggestBase(string path, SourceOptions options)
    {
        string full = Path.GetFullPath(path);
        foreach (string folder in (ReadOnlySpan<string>)["lib/modules/", "usr/lib/modules/", "usr/lib/debug/lib/modules/"])
        {
            string prefix = Path.GetFullPath(Path.Combine(options.SystemRoot, folder));
            if (!full.StartsWith(prefix, StringComparison.Ordinal) || full.IndexOf('/', prefix.Length) is not (> 0 and var end))
            {
                continue;
            }

            string release = full[prefix.Length..end];
            string running = Running(options);
            return release == Release(options) && File.Exists(running)
                ? running : OfRelease(options.SystemRoot, release).FirstOrDefault(File.Exists);
        }

        return null;
    }

    /// <summary>The repository's sample kernel; null when there is none.</summary>
    internal static string? Sample(SourceOptions options)
    {
        if (options.SampleDirectory is { } given)
        {
            return ExistingSample(given);
        }

        return SampleAbove(AppContext.BaseDirectory) ?? SampleAbove(Directory.GetCurrentDirectory());
    }

    private static string? SampleAbove(string? folder)
    {
        while (!string.IsNullOrEmpty(folder))
        {
            if (File.Exists(Path.Combine(folder, "BtfTool.sln")))
            {
                return ExistingSample(folder);
            }

            folder = Path.GetDirectoryName(folder);
        }

        return null;
    }

    private static string? ExistingSample(string folder)
    {
        string path = Path.Combine(folder, SampleFile);
        return File.Exists(path) ? path : null;
    }
}
