using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Functions and variables are those that pahole makes of the same DWARF.</summary>
public class DwarfFunctionTests
{
    private const string DwarfVariable = "BTFTOOL_DWARF_KERNEL";
    private const string BtfVariable = "BTFTOOL_DWARF_KERNEL_BTF";

    [Theory]
    [InlineData("tun-ko/tun.ko.debug.gz", "tun-ko/pahole-1.31.btf.gz")]
    [InlineData("overlay-ko/overlay.ko.debug.gz", "overlay-ko/pahole-1.31.btf.gz")]
    public void Modules_have_the_functions_that_pahole_encodes(string debug, string btf)
    {
        DwarfReadResult ours = ReadDwarf.All(Fixtures.Read("oracle/" + debug), new DwarfReadOptions { Strict = true });
        var comparison = new FunctionComparison(ours.Graph, Read.Graph(Fixtures.Read("oracle/" + btf)));

        comparison.Functions.ShouldBeGreaterThan(50);
        comparison.OfAssemblers.ShouldBeEmpty();
        comparison.Differences.ShouldBeEmpty();
    }

    /// <summary>For a kernel with its DWARF and the BTF made of it: BTFTOOL_DWARF_KERNEL and BTFTOOL_DWARF_KERNEL_BTF name them.</summary>
    [Fact]
    public void A_kernel_has_the_functions_and_variables_of_its_BTF()
    {
        string? path = Environment.GetEnvironmentVariable(DwarfVariable);
        string? btf = Environment.GetEnvironmentVariable(BtfVariable);
        Assert.SkipWhen(path is null || btf is null, $"{DwarfVariable} and {BtfVariable} name no files");

        using FileImage image = FileImage.Open(path!);
        DwarfReadResult ours = DwarfReader.Read(DwarfFile.Open(ElfFile.Parse(path!, image.Bytes), path!));
        var comparison = new FunctionComparison(ours.Graph, Read.Graph(File.ReadAllBytes(btf!)));

        TestContext.Current.TestOutputHelper?.WriteLine($"{comparison.Functions} functions, {comparison.Variables} variables, "
            + $"{comparison.OfAssemblers.Count} of assembly");
        comparison.Functions.ShouldBeGreaterThan(10_000);
        comparison.OfAssemblers.Count.ShouldBeLessThan(500);
        comparison.Differences.ShouldBeEmpty();
    }
}
