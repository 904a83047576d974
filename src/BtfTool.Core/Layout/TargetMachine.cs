namespace BtfTool.Core.Layout;

/// <summary>What of a processor matters to how objects lie in its memory.</summary>
/// <param name="Name">The name that was asked for; empty where it is not known.</param>
/// <param name="CachelineBytes">Bytes of a cache line, as the kernel aligns to them; a power of two.</param>
/// <param name="PageBytes">Bytes of a page, as distributions configure it; a power of two.</param>
public readonly record struct TargetMachine(string Name, int CachelineBytes, int PageBytes)
{
    /// <summary>Names that <see cref="Of"/> knows, one for each processor.</summary>
    public const string Words = "x86_64, i386, aarch64, arm, riscv64, s390x, ppc64, ppc, mips, loongarch64, sparc64, alpha, parisc, m68k, "
        + "sh, arc, xtensa, csky, openrisc, microblaze, nios2, bpf";

    /// <summary>What is taken where nothing is known: lines of 64 bytes, pages of 4096.</summary>
    public static TargetMachine Unknown { get; } = new("", 64, KmallocBuckets.PageBytes);

    /// <summary>A processor by the name that the kernel, a compiler or an ELF file has for it; null for a name that none has.</summary>
    /// <param name="name">In lower or upper case.</param>
    public static TargetMachine? Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.ToLowerInvariant() switch
        {
            "s390" or "s390x" => new TargetMachine(name, 256, 4096),
            "ppc64" or "ppc64le" or "ppc64el" or "powerpc64" or "powerpc64le" => new TargetMachine(name, 128, 65536),
            "loongarch" or "loongarch64" => new TargetMachine(name, 64, 16384),
            "sparc64" or "sparcv9" or "alpha" => new TargetMachine(name, 64, 8192),
            "x86_64" or "x86-64" or "amd64" or "x64" or "x86" or "i386" or "i486" or "i586" or "i686" or "aarch64" or "arm64" or "arm"
                or "armv7l" or "riscv" or "riscv32" or "riscv64" or "ppc" or "powerpc" or "mips" or "mipsel" or "mips64" or "mips64el"
                or "sparc" or "parisc" or "m68k" or "sh" or "arc" or "xtensa" or "csky" or "openrisc" or "microblaze" or "nios2" or "bpf"
                => new TargetMachine(name, 64, 4096),
            _ => null,
        };
    }
}
