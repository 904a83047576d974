using System.Diagnostics;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.Dw;

namespace BtfTool.Core.Tests.TestKit;

/// <summary>What the assembler writes is DWARF, as tools that are not ours read it.</summary>
public class DwarfAssemblerTests
{
    /// <summary>Versions, 32-bit and 64-bit formats (DWARF 2 has the first only), byte orders.</summary>
    public static TheoryData<int, bool, bool> Formats => new()
    {
        { 2, false, false }, { 2, false, true },
        { 3, false, false }, { 3, false, true }, { 3, true, false }, { 3, true, true },
        { 4, false, false }, { 4, false, true }, { 4, true, false }, { 4, true, true },
        { 5, false, false }, { 5, false, true }, { 5, true, false }, { 5, true, true },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void Readelf_reads_every_entry_without_a_warning(int version, bool dwarf64, bool bigEndian)
    {
        string said = Run("readelf", DwarfSamples.Everything(version, dwarf64, bigEndian), "--debug-dump=info,abbrev,str,line", "--wide");

        said.ShouldNotContain("Warning");
        said.ShouldNotContain("Error");
        said.ShouldContain("DW_TAG_structure_type");
        said.ShouldContain("inner");
        if (version == 5)
        {
            said.ShouldContain("by_index");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Llvm_finds_no_mistake_in_the_units(int version, bool dwarf64, bool bigEndian)
    {
        string said = Run("llvm-dwarfdump", DwarfSamples.Everything(version, dwarf64, bigEndian), "--debug-info", "--diff");

        said.ShouldNotContain("error");
        said.ShouldNotContain("invalid");
        said.ShouldContain("DW_TAG_structure_type");
        foreach (string name in version == 5 ? (string[])["x", "x2", "x3", "x4", "by_index", "inner", "int"] : ["inner", "int"])
        {
            said.ShouldContain($"\"{name}\"");
        }
    }

    /// <summary>The names of the traps.</summary>
    public static TheoryData<string> Traps => [.. DwarfTraps.WellFormed.Keys];

    [Theory]
    [MemberData(nameof(Traps))]
    public void Other_tools_read_what_is_allowed_and_rare(string name)
    {
        DwarfAssembler d = DwarfTraps.WellFormed[name]();

        string readelf = Run("readelf", d, "--debug-dump=info", "--wide");
        readelf.ShouldNotContain("Warning");
        readelf.ShouldContain("DW_TAG_base_type");
        if (name != nameof(DwarfTraps.MemberLocationsInFormsOfLists))
        {
            // llvm-dwarfdump 14 takes those for lists of locations.
            Run("llvm-dwarfdump", d, "--debug-info").ShouldNotContain("error");
        }
    }

    [Fact]
    public void A_form_that_nobody_knows_is_one_for_other_tools_too()
    {
        Run("readelf", DwarfTraps.UnknownFormInOneUnit(), "--debug-dump=info").ShouldContain("Unrecognized form: 0x5f");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Type_units_are_found_by_their_signature(int version)
    {
        var d = new DwarfAssembler();
        DwarfUnitDraft types = d.TypeUnit(version, 0x1122334455667788).Top(a => a.Language(12));
        DieDraft i = types.Base("int", 4, DW_ATE_signed);
        types.TypeDie = types.Struct("shared", 4).Member("a", i, 0);
        d.Unit(version).Top(a => a.Name("a.c").Language(12)).Die(DW_TAG_variable, a => a.Name("v").Signature(DW_AT_type, types.Signature));

        Run("llvm-dwarfdump", d, "--debug-info", "--debug-types").ShouldContain("name = 'shared', type_signature = 0x1122334455667788");
        Run("readelf", d, "--debug-dump=info").ShouldContain("signature: 0x1122334455667788");
    }

    [Fact]
    public void References_across_units_and_shared_or_sparse_abbreviations_are_read()
    {
        var d = new DwarfAssembler();
        DwarfUnitDraft first = d.Unit(4).Top(a => a.Name("a.c"));
        first.AbbreviationCodes = index => 0x100000UL - (ulong)(index * 777);
        DieDraft i = first.Base("int", 4, DW_ATE_signed);
        first.Struct("s", 4).Member("a", i, 0);
        DwarfUnitDraft second = d.Unit(4).Top(a => a.Name("b.c"));
        second.AbbreviationsOf = first;
        second.Die(DW_TAG_const_type, a => a.Type(i, DW_FORM_ref_addr));

        string said = Run("readelf", d, "--debug-dump=info");
        said.ShouldContain("(DW_TAG_const_type)");
        said.ShouldContain("Abbrev Number: 1048576");
        Run("llvm-dwarfdump", d, "--debug-info").ShouldContain("\"int\")");
    }

    [Theory]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, false, true)]
    public void A_relocatable_file_has_the_same_sections_once_it_is_relocated(bool is64, bool withAddends, bool compressed)
    {
        DwarfAssembler d = DwarfSamples.Everything(5, dwarf64: is64, bigEndian: !is64, addressBytes: is64 ? 8 : 4);
        // R_X86_64_32, R_X86_64_64; R_68K_32 where the file has 32 bits.
        var types = is64 ? new DwarfRelocations(10, 1, withAddends) : new DwarfRelocations(1, 1, withAddends);
        byte[] bytes = d.ToElf(is64, (ushort)(is64 ? 62 : 4), types, compressed);
        ElfFile elf = ElfFile.Parse("a.o", ByteRegion.FromBytes(bytes));

        foreach ((string name, byte[] expected) in d.ToSections())
        {
            elf.TryGetSection(name, out ElfSection section).ShouldBeTrue(name);
            ElfRelocator.Read(elf, section).AsSpan().ToArray().ShouldBe(expected, name);
        }

        elf.TryGetSection(".debug_info", out ElfSection info).ShouldBeTrue();
        elf.Read(info).AsSpan().SequenceEqual(d.ToSection(".debug_info")).ShouldBe(!withAddends);
    }

    [Fact]
    public void Sections_can_be_spoiled_and_trees_can_be_very_deep()
    {
        var d = new DwarfAssembler();
        DwarfUnitDraft u = d.Unit(5).Top(a => a.Name("a.c"));
        DieDraft at = u.Root;
        for (int i = 0; i < 100_000; i++)
        {
            at = at.Add(DW_TAG_lexical_block);
        }

        int whole = d.ToSection(".debug_info").Length;
        whole.ShouldBeGreaterThan(200_000);
        u.LengthAsWritten = 3;
        d.Spoil(".debug_info", b => b[..100]).ToSection(".debug_info").ShouldBe([3, 0, 0, 0, .. d.ToSection(".debug_info")[4..100]]);
    }

    private static string Run(string program, DwarfAssembler d, params string[] arguments)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, program))),
            $"{program} is not installed");
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, d.ToElf());
            var start = new ProcessStartInfo(program, [.. arguments, path]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string said = process.StandardOutput.ReadToEnd() + errors.Result;
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, said);
            return said;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
