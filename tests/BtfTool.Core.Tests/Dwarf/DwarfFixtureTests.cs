using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>The compiled DWARF in <c>fixtures/dwarf</c>: what compilers write can be opened, and relocated as another tool does it.</summary>
public class DwarfFixtureTests
{
    private const string Folder = DwarfFixtures.Folder;

    /// <summary>The binaries that have their debug information in them.</summary>
    public static TheoryData<string> WithDwarf =>
        [.. DwarfFixtures.All.Where(name => name is not ("pair-arrays.so" or "pair-packing.so" or "pair-module.ko"))];

    [Theory]
    [MemberData(nameof(WithDwarf))]
    public void Every_section_is_opened_and_relocated_and_there_is_debug_information(string name)
    {
        ElfFile elf = Open(name);
        bool isSplit = name.EndsWith(".dwo", StringComparison.Ordinal);
        elf.TryGetSection(isSplit ? ".debug_info.dwo" : ".debug_info", out ElfSection info).ShouldBe(!name.Contains("zlib-gnu", StringComparison.Ordinal));
        (ElfDebugLink.HasDebugInfo(elf) || isSplit).ShouldBeTrue();
        int found = 0;
        foreach (ElfSection section in elf.Sections)
        {
            if (section.HasBytes && section.Type is not (ElfSectionType.SHT_REL or ElfSectionType.SHT_RELA)
                && IsDebug(elf.NameOf(section)))
            {
                ElfRelocator.Read(elf, section).Length.ShouldBeGreaterThan(0);
                found++;
            }
        }

        found.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Theory]
    [MemberData(nameof(WithDwarf))]
    public void Relocated_sections_are_those_that_readelf_makes(string name)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/readelf"), "readelf is not installed");
        ElfFile elf = Open(name);
        ElfSection[] sections = [.. elf.Sections.ToArray().Where(s => s.HasBytes && s.SizeBytes > 0 && IsDebug(elf.NameOf(s)))];
        List<byte[]> expected = Dump(Fixtures.PathOf($"{Folder}/{name}"), sections, out string warnings);
        expected.Count.ShouldBe(sections.Length);
        for (int i = 0; i < sections.Length; i++)
        {
            // readelf 2.40 does not know the relocations of thread-local variables, and passes over the 64-bit ones of BPF.
            string section = elf.NameOf(sections[i]);
            bool isUnknown = warnings.Contains("unsupported reloc", StringComparison.Ordinal) && section == ".debug_info";
            if (!isUnknown && !(name.Contains("bpf", StringComparison.Ordinal) && section == ".debug_addr"))
            {
                ElfRelocator.Read(elf, sections[i]).AsSpan().ToArray().ShouldBe(expected[i], section);
            }
        }
    }

    [Theory]
    [InlineData("loops.clang-bpf-dwarf5.o")]
    [InlineData("loops.clang-bpfeb-dwarf5.o")]
    [InlineData("loops.clang-riscv64-dwarf5.o")]
    [InlineData("loops.clang-powerpc64-dwarf5.o")]
    public void Addresses_are_the_values_of_the_symbols_of_variables(string name)
    {
        ElfFile elf = Open(name);
        ElfSymbols.TryRead(elf, ElfSectionType.SHT_SYMTAB, out ElfSymbols? symbols).ShouldBeTrue();
        var expected = new List<ulong>();
        foreach (ElfSymbol symbol in symbols)
        {
            if (symbol.Type == 1)
            {
                expected.Add(symbol.Value);
            }
        }

        // DWARF 5 §7.27: length, version, address size, segment size; then the addresses.
        byte[] section = Section(name, ".debug_addr");
        IEnumerable<ulong> addresses = Enumerable.Range(1, (section.Length / 8) - 1).Select(i => elf.IsBigEndian
            ? BinaryPrimitives.ReadUInt64BigEndian(section.AsSpan(8 * i)) : BinaryPrimitives.ReadUInt64LittleEndian(section.AsSpan(8 * i)));
        addresses.Order().ShouldBe(expected.Order());
        expected.Count.ShouldBe(9);
    }

    [Fact]
    public void Compression_changes_nothing_of_what_is_read()
    {
        byte[] plain = Section("packing.gcc-dwarf5.o", ".debug_info");

        Section("packing.gcc-dwarf5-zlib.o", ".debug_info").ShouldBe(plain);
        Section("packing.gcc-dwarf5-zstd.o", ".debug_info").ShouldBe(plain);
        Section("packing.gcc-dwarf5-zlib-gnu.o", ".zdebug_info").ShouldBe(plain);
    }

    [Fact]
    public void A_linked_kernel_that_kept_its_relocations_is_not_relocated()
    {
        ElfFile elf = Open("packing.emit-relocs.elf");
        elf.Type.ShouldBe(ElfFileType.ET_EXEC);
        elf.TryGetSection(".rela.debug_info", out _).ShouldBeTrue();
        elf.TryGetSection(".debug_info", out ElfSection info).ShouldBeTrue();

        ElfRelocator.Read(elf, info).AsSpan().SequenceEqual(elf.ReadRaw(info).AsSpan()).ShouldBeTrue();
    }

    [Theory]
    [InlineData("oracle/tun-ko/tun.ko.debug.gz")]
    [InlineData("oracle/overlay-ko/overlay.ko.debug.gz")]
    public void Sections_of_kernel_modules_are_opened_and_relocated(string name)
    {
        ElfFile elf = ElfFile.Parse(name, ByteRegion.FromBytes(Fixtures.Read(name)));
        foreach (string section in (string[])[".debug_info", ".debug_abbrev", ".debug_str", ".debug_line"])
        {
            elf.TryGetSection(section, out ElfSection found).ShouldBeTrue(section);
            ElfRelocator.Read(elf, found).Length.ShouldBeGreaterThan(1000);
        }

        ElfSymbols.TryRead(elf, ElfSectionType.SHT_SYMTAB, out ElfSymbols? symbols).ShouldBeTrue();
        symbols.Count.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Every_file_of_the_fixtures_is_read_by_a_test()
    {
        HashSet<string> known = [.. DwarfFixtures.All];
        known.Count.ShouldBeGreaterThan(100);
        foreach (string file in Directory.EnumerateFiles(Fixtures.PathOf(Folder)).Select(p => Path.GetFileName(p)))
        {
            string binary = DwarfFixtures.Answers.Aggregate(file, (name, answer) => name.EndsWith(answer, StringComparison.Ordinal) ? name[..^answer.Length] : name);
            known.ShouldContain(binary, file);
            Fixtures.Read($"{Folder}/{file}").ShouldNotBeEmpty();
        }

        foreach (string source in Directory.EnumerateFiles(Fixtures.PathOf("dwarf/c")))
        {
            string stem = Path.GetFileNameWithoutExtension(source).Split('_')[0];
            known.ShouldContain(f => f.StartsWith(stem + ".", StringComparison.Ordinal), source);
        }
    }

    private static ElfFile Open(string name) => ElfFile.Parse(name, ByteRegion.FromBytes(Fixtures.Read($"{Folder}/{name}")));

    private static bool IsDebug(string name) =>
        name.StartsWith(".debug_", StringComparison.Ordinal) || name.StartsWith(".zdebug_", StringComparison.Ordinal);

    private static byte[] Section(string file, string name)
    {
        ElfFile elf = Open(file);
        elf.TryGetSection(name, out ElfSection section).ShouldBeTrue(file);
        return ElfRelocator.Read(elf, section).AsSpan().ToArray();
    }

    // "Hex dump of section '.debug_info':", then lines of an offset, 16 bytes in groups of four, and text.
    private static List<byte[]> Dump(string path, ElfSection[] sections, out string warnings)
    {
        IEnumerable<string> arguments = sections.SelectMany(s => (string[])["-R", s.Index.ToString(CultureInfo.InvariantCulture)]);
        var start = new ProcessStartInfo("/usr/bin/readelf", ["-z", "-W", .. arguments, path]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        var dumps = new List<List<byte>>();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("Hex dump", StringComparison.Ordinal))
            {
                dumps.Add([]);
            }
            else if (line.StartsWith("  0x", StringComparison.Ordinal))
            {
                int at = line.IndexOf(' ', 2) + 1;
                dumps[^1].AddRange(Convert.FromHexString(line.AsSpan(at, 35).ToString().Replace(" ", "", StringComparison.Ordinal)));
            }
        }

        warnings = errors.Result;
        process.WaitForExit();
        return [.. dumps.Select(d => d.ToArray())];
    }
}
