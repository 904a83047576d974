using BtfTool.Core.Layout;

namespace BtfTool.Core.Checks;

/// <summary>Names of processors: several mean one.</summary>
internal static class CheckArch
{
    /// <summary>Whether a name is one that is known.</summary>
    public static bool IsKnown(string name) => TargetMachine.Of(name) is not null;

    /// <summary>Whether two names mean the same processor.</summary>
    public static bool AreSame(string a, string b) => string.Equals(Canonical(a), Canonical(b), StringComparison.Ordinal);

    private static string Canonical(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.ToLowerInvariant() switch
        {
            "x86-64" or "amd64" or "x64" or "x86_64" => "x86_64",
            "i486" or "i586" or "i686" or "x86" or "i386" => "i386",
            "arm64" or "aarch64" => "aarch64",
            "armv7l" or "arm" => "arm",
            "s390" or "s390x" => "s390x",
            "ppc64" or "ppc64le" or "ppc64el" or "powerpc64" or "powerpc64le" => "ppc64",
            "powerpc" or "ppc" => "ppc",
            "riscv" or "riscv64" => "riscv64",
            "loongarch" or "loongarch64" => "loongarch64",
            "sparcv9" or "sparc64" => "sparc64",
            var other => other,
        };
    }
}
