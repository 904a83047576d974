using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

/// <summary>Whatever a file may be may come out of a pipe.</summary>
public class StandardInputTests : WorkFolder
{
    private static readonly string[] s_inputs =
        ["raw", "ELF", "gz", "xz", "lzma", "zst", "lz4", "lz4-legacy", "bz2", "x86 image", "zboot image", "arm64 image", "s390 image"];

    public static TheoryData<string> Inputs => [.. s_inputs];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Every_format_is_read_from_a_pipe(string kind)
    {
        string file = Write("input", InputOf(kind));
        string plain = Write("plain.o", KernelImageAssembler.Kernel());

        foreach (string command in (string[])["show --all -f", "dump", "header -f"])
        {
            RunResult expected = BtfToolProcess.RunShell($"{BtfToolProcess.InShell} {command} {plain}");
            RunResult piped = BtfToolProcess.RunShell($"cat {file} | {BtfToolProcess.InShell} {command} -");

            piped.ExitCode.ShouldBe(0, piped.Errors);
            piped.Output.ShouldBe(expected.Output, command);
            piped.Output.Length.ShouldBeGreaterThan(100);
        }
    }

    [Theory]
    [InlineData("printf ''", "the file is empty")]
    [InlineData("printf 'some text'", "it begins with the text \"some text\"")]
    [InlineData("head -c 1500 input", "cut short")]
    public void What_cannot_be_used_is_said_of_standard_input(string command, string message)
    {
        Write("input", InputOf("x86 image"));

        RunResult run = BtfToolProcess.RunShell($"cd {PathTo(".")} && {command} | {BtfToolProcess.InShell} show x -f -");

        run.ExitCode.ShouldBe(3);
        run.OutputBytes.ShouldBeEmpty();
        run.Errors.ShouldMatch(@"\Abtftool: error: standard input: [^\n]+\n\z");
        run.Errors.ShouldContain(message);
    }

    private static byte[] InputOf(string kind)
    {
        byte[] btf = ElfSections.Find(KernelImageAssembler.Kernel(), ".BTF")!;
        return kind switch
        {
            "raw" => btf,
            "ELF" => KernelImageAssembler.Kernel(),
            "x86 image" => KernelImageAssembler.X86(KernelImageAssembler.Packed("lz4-legacy")),
            "zboot image" => KernelImageAssembler.Zboot(KernelImageAssembler.Packed("gz")),
            "arm64 image" => KernelImageAssembler.Arm64(btf),
            "s390 image" => KernelImageAssembler.S390(KernelImageAssembler.Packed("zst")),
            _ => KernelImageAssembler.Packed(kind),
        };
    }
}
