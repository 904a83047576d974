using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using BtfTool.Core.Layout;
using BtfTool.Core.Sources;

namespace BtfTool.Cli.Commands;

/// <summary>For which processor layouts are judged: <c>--cacheline</c>, <c>--arch</c>, else what the file is for.</summary>
internal sealed class LayoutTarget
{
    private readonly Option<int> _cacheline = new("--cacheline")
    {
        Description = "Bytes of a cache line [default: that of the processor, else 64]",
        HelpName = "N",
    };

    private readonly Option<string> _arch = new("--arch")
    {
        Description = "The processor, such as s390x, ppc64 or aarch64: its cache lines and pages [default: that of the file]",
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

        if (result.GetResult(_arch) is { Tokens.Count: 1 } arch && TargetMachine.Of(arch.Tokens[0].Value) is null)
        {
            result.AddError($"--arch does not know '{arch.Tokens[0].Value}': it takes {TargetMachine.Words}.");
        }
    }

    /// <summary>The processor that was named, that of the ELF file, or of the running kernel that of this machine.</summary>
    public TargetMachine MachineOf(ParseResult r, TypeSource source) =>
        TargetMachine.Of(r.GetValue(_arch) ?? source.Machine ?? OfRunningKernel(source) ?? "") ?? TargetMachine.Unknown;

    public int CachelineOf(ParseResult r, TargetMachine machine) =>
        r.GetResult(_cacheline) is { Implicit: false } ? r.GetValue(_cacheline) : machine.CachelineBytes;

    private static string? OfRunningKernel(TypeSource source) =>
        !source.Path.StartsWith("/sys/kernel/btf/", StringComparison.Ordinal) ? null : RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x86_64",
            Architecture.X86 => "i386",
            Architecture.Arm64 => "aarch64",
            Architecture.Arm or Architecture.Armv6 => "arm",
            Architecture.S390x => "s390x",
            Architecture.Ppc64le => "ppc64le",
            Architecture.LoongArch64 => "loongarch64",
            Architecture.RiscV64 => "riscv64",
            _ => null,
        };
}
