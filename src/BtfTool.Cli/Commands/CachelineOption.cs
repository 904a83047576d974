using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using BtfTool.Core.Sources;

namespace BtfTool.Cli.Commands;

/// <summary>
/// <c>--cacheline</c> and <c>--arch</c> of commands whose answer depends on the line: where the first is not given it is that of the
/// processor, as Linux is built for it.
/// </summary>
internal sealed class CachelineOption
{
    private readonly Option<int> _cacheline = new("--cacheline")
    {
        Description = "Bytes of a cache line [default: that of the processor, 64 where it is not known]",
        HelpName = "N",
    };

    private readonly Option<string?> _arch = new("--arch")
    {
        Description = "The processor, where the file does not say it: x86_64, aarch64, s390x, ppc64, ...",
        HelpName = "NAME",
    };

    public IEnumerable<Option> All => [_cacheline, _arch];

    public void Validate(CommandResult result)
    {
        if (result.GetResult(_cacheline) is { Tokens.Count: 1 } line
            && !(int.TryParse(line.Tokens[0].Value, out int bytes) && bytes is > 0 and <= 1 << 20 && int.IsPow2(bytes)))
        {
            result.AddError("--cacheline takes a power of two, at most 1048576.");
        }

        if (result.GetResult(_arch) is { Tokens.Count: 1 } arch && CachelineDefault.OfMachine(arch.Tokens[0].Value) is null)
        {
            string typed = arch.Tokens[0].Value;
            string hint = UsageErrors.Suggestion(CachelineDefault.Machines, typed);
            result.AddError($"--arch does not know '{typed}'{(hint.Length > 0 ? hint : ": name a processor such as x86_64 or s390x, or give --cacheline.")}");
        }
    }

    /// <summary>Bytes of a line for what is asked.</summary>
    public int BytesOf(ParseResult r, TypeSource source) => r.GetResult(_cacheline) is { Implicit: false }
        ? r.GetValue(_cacheline)
        : r.GetValue(_arch) is { } arch ? CachelineDefault.OfMachine(arch) ?? CachelineDefault.Bytes : CachelineDefault.Of(source);
}

/// <summary>
/// Cache lines by processor. Source of the numbers: <c>L1_CACHE_SHIFT</c> of Linux, for the usual configuration where there are several.
/// </summary>
internal static class CachelineDefault
{
    public const int Bytes = 64;

    /// <summary>Names of processors, to suggest them.</summary>
    public static IReadOnlyList<string> Machines { get; } =
    [
        "x86_64", "i386", "aarch64", "arm64", "arm", "riscv", "s390x", "ppc64", "ppc64le", "ppc", "mips", "sparc64", "sparc", "loongarch",
        "alpha", "m68k", "xtensa", "csky", "arc", "parisc",
    ];

    /// <summary>Bytes of a line on a processor; null where the name means nothing.</summary>
    public static int? OfMachine(string name) => name switch
    {
        "s390" or "s390x" => 256,
        "ppc64" or "ppc64le" or "powerpc64" => 128,
        "mips" or "mips64" or "ppc" or "powerpc" or "sparc" or "sh" or "xtensa" or "nios2" => 32,
        "m68k" or "parisc" => 16,
        "x86-64" or "x86_64" or "x86" or "i386" or "i686" or "aarch64" or "arm64" or "arm" or "riscv" or "riscv64" or "sparc64" or "loongarch"
            or "loongarch64" or "alpha" or "arc" or "csky" or "bpf" => Bytes,
        _ => null,
    };

    /// <summary>Bytes of a line on the processor of a file; of what the running kernel shows, on that of this machine.</summary>
    public static int Of(TypeSource source)
    {
        string? machine = SourceFacts.MachineOf(source);
        if (machine is null && source.Path.StartsWith("/sys/kernel/", StringComparison.Ordinal))
        {
            machine = RuntimeInformation.OSArchitecture switch
            {
                Architecture.S390x => "s390x",
                Architecture.Ppc64le => "ppc64",
                _ => null,
            };
        }

        return machine is null ? Bytes : OfMachine(machine) ?? Bytes;
    }
}
