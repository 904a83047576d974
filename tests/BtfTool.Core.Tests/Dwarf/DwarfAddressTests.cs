using System.Text;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Functions and variables lie where the symbols of their names lie.</summary>
public class DwarfAddressTests
{
    /// <summary>Compiled objects, relocatable and linked, with every way of saying an address.</summary>
    public static TheoryData<string, int> Files => new()
    {
        { "oracle/tun-ko/tun.ko.debug.gz", 90 },
        { "oracle/overlay-ko/overlay.ko.debug.gz", 150 },
        { "dwarf/functions.gcc-x86_64-dwarf4.o.gz", 5 },
        { "dwarf/functions.gcc-i686-dwarf2.o.gz", 5 },
        { "dwarf/functions.gcc-s390x-dwarf3.o.gz", 5 },
        { "dwarf/functions.clang-x86_64-dwarf5.o.gz", 5 },
        { "dwarf/functions.clang-s390x-dwarf4.o.gz", 5 },
        { "dwarf/tags.gcc-x86_64-zlib.o.gz", 2 },
        { "dwarf/bin/inline.clang-dwarf5-O2.o", 2 },
        { "dwarf/bin/inline.gcc-dwarf5-O2.o", 2 },
        { "dwarf/bin/packing.emit-relocs.elf", 1 },
        { "dwarf/bin/conflicts.mixed-r.o", 1 },
        { "dwarf/bin/lto.gcc-dwarf5.so", 1 },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Addresses_and_their_sections_are_those_of_the_symbols(string fixture, int atLeast)
    {
        byte[] bytes = Fixtures.Read(fixture);
        var wrong = new List<string>();
        int known = Check(ElfFile.Parse("test.elf", ByteRegion.FromBytes(bytes)), ReadDwarf.All(bytes).Graph, wrong, []);

        wrong.ShouldBeEmpty();
        known.ShouldBeGreaterThanOrEqualTo(atLeast);
    }

    /// <summary>For a kernel: BTFTOOL_DWARF_KERNEL names it.</summary>
    [Fact]
    public void Those_of_a_kernel_too()
    {
        string? path = Environment.GetEnvironmentVariable("BTFTOOL_DWARF_KERNEL");
        Assert.SkipWhen(path is null, "BTFTOOL_DWARF_KERNEL names no file");
        using FileImage image = FileImage.Open(path!);
        var elf = ElfFile.Parse(path!, image.Bytes);
        var wrong = new List<string>();
        var without = new List<string>();

        int known = Check(elf, DwarfReader.Read(DwarfFile.Open(elf, path!)).Graph, wrong, without);

        TestContext.Current.TestOutputHelper?.WriteLine($"{known} functions and variables; elsewhere: {wrong.Count}; without: {without.Count}, {string.Join(' ', without.Take(40))}");
        known.ShouldBeGreaterThan(30_000);

        // A weak function that another one overrides has a body too, and no symbol; DWARF does not say that it is weak.
        wrong.Count.ShouldBeLessThan(known / 500);
        wrong.ShouldAllBe(line => line.StartsWith("Function ", StringComparison.Ordinal));
        without.Count.ShouldBeLessThan(known / 100);
    }

    // Returns how many have an address; notes those that lie elsewhere, and the global functions that have a symbol and no address.
    private static int Check(ElfFile elf, TypeGraph graph, List<string> wrong, List<string> without)
    {
        Dictionary<string, HashSet<(ulong, string)>> symbols = SymbolsOf(elf);
        int known = 0;
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.Kind is not (TypeKind.Function or TypeKind.Variable))
            {
                continue;
            }

            if (type.TryGetAddress(out ulong address))
            {
                known++;
                (ulong, string) place = (address, graph.NameString(type.AddressSection));
                if (!symbols.TryGetValue(type.NameString, out HashSet<(ulong, string)>? places) || !places.Contains(place))
                {
                    wrong.Add($"{type.Kind} {type.NameString} at {place}, symbols at {string.Join(' ', places ?? [])}");
                }
            }
            else if (type.Kind == TypeKind.Function && type.Linkage == 1 && symbols.ContainsKey(type.NameString))
            {
                without.Add(type.NameString);
            }
        }

        return known;
    }

    // A copy that the compiler made of a function has a dot and more behind its name.
    private static Dictionary<string, HashSet<(ulong, string)>> SymbolsOf(ElfFile elf)
    {
        var symbols = new Dictionary<string, HashSet<(ulong, string)>>();
        ElfSymbols.TryRead(elf, ElfSectionType.SHT_SYMTAB, out ElfSymbols? table).ShouldBeTrue();
        foreach (ElfSymbol symbol in table!)
        {
            if (symbol.SectionIndex == ElfSymbol.Undefined || symbol.SectionIndex >= (uint)elf.Sections.Length)
            {
                continue;
            }

            string name = Encoding.UTF8.GetString(table.NameOf(symbol)).Split('.')[0];
            (ulong, string) place = (symbol.Value, elf.NameOf(elf.Sections[(int)symbol.SectionIndex]));
            _ = (symbols.TryGetValue(name, out HashSet<(ulong, string)>? known) ? known : symbols[name] = []).Add(place);
        }

        return symbols;
    }
}
