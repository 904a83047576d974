using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.DwarfAttribute;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Damaged units and those of which something is not supported are left out, and it is said why.</summary>
public class DwarfDamageTests
{
    private const ushort Member = 0x0d;
    private const ushort Struct = 0x13;
    private const ushort Pointer = 0x0f;
    private const ushort Constant = 0x26;

    private static readonly Dictionary<string, (string Says, Action<DieTreeAssembler> Write)> Cases = new()
    {
        ["unknown form"] = ("form 0x7f is not known", d => d.Die(Pointer, new DwarfAttribute(0x49, 0x7f, 0L))),
        ["bad sibling"] = ("is not in the unit", d =>
        {
            d.Open(0x1d, new DwarfAttribute(0x01, 0x13, 0x7fffffL));
            d.Close();
        }
        ),
        ["unknown abbreviation"] = ("abbreviation 100 is not", d => d.Raw(100)),
        ["sparse abbreviation"] = ("abbreviation 2097151 is not", d => d.Raw(0xff, 0xff, 0x7f)),
        ["indirect form of no use"] = ("cannot stand here", d =>
            d.Die(Pointer, new DwarfAttribute(0x49, 0x16, new DwarfAttribute(0, 0x21, 0L)))),
        ["reference out of the unit"] = ("which is not in the unit", d => d.Die(Pointer, new DwarfAttribute(0x49, 0x13, 0x7fffffL))),
        ["reference out of the section"] = ("which is not in the section", d => d.Die(Pointer, new DwarfAttribute(0x49, 0x10, 0x7fffffL))),
        ["reference of another form"] = ("of no form of references", d => d.Die(Pointer, new DwarfAttribute(0x49, 0x0b, 7L))),
        ["reference to no type"] = ("leads to what is no type", d =>
        {
            DwarfLabel label = d.Die(0x0a, Name("label"));
            d.Die(Pointer, Type(label));
        }
        ),
        ["name behind the section"] = ("lies behind the end", d => d.Die(Pointer, new DwarfAttribute(0x03, 0x0e, 0x7fffffL))),
        ["name index behind the table"] = ("name 9 of the unit", d => d.Die(Pointer, new DwarfAttribute(0x03, 0x25, 9L))),
        ["wide bitfield"] = ("a bitfield of", d => OneMember(d, new DwarfAttribute(0x0d, 0x0f, 1L << 40))),
        ["legacy bitfield of no integer"] = ("has no storage size", d =>
            OneMember(d, new DwarfAttribute(0x0d, 0x0b, 3L), new DwarfAttribute(0x0c, 0x0b, 1L))),
        ["circle of pointers"] = ("in a circle", d => Circle(d, Pointer)),
        ["circle of unnamed structs"] = ("in a circle", d =>
        {
            DwarfLabel self = DieTreeAssembler.NewLabel();
            DieTreeAssembler.Place(self, d.Open(Struct, Size(8)));
            d.Die(Member, Type(self), At(0));
            d.Close();
        }
        ),
        ["circle of qualifiers that say nothing"] = ("qualifiers refer to each other", d => Circle(d, 0x2d)),
        ["list that does not end"] = ("the unit ends inside a list", d => d.Open(Struct, Name("open"), Size(1))),
        ["string that does not end"] = ("a string does not end", d =>
        {
            d.Die(Constant, new DwarfAttribute(0x03, 0x08, new ReadOnlyMemory<byte>([.. Enumerable.Repeat((byte)'x', 40)])));
        }
        ),
        ["block behind the unit"] = ("a block of", d =>
        {
            d.Die(0x34, new DwarfAttribute(0x02, 0x18, new ReadOnlyMemory<byte>([0x7f])));
        }
        ),
        ["signature of a declaration"] = ("references to type units", d => d.Die(Struct, new DwarfAttribute(0x69, 0x20, 1L), Declared)),
        ["reference by signature"] = ("references to type units", d => d.Die(Pointer, new DwarfAttribute(0x49, 0x20, 1L))),
        ["supplementary reference"] = ("supplementary file", d => d.Die(Pointer, new DwarfAttribute(0x49, 0x1c, 1L))),
        ["supplementary name"] = ("supplementary file", d => d.Die(Pointer, new DwarfAttribute(0x03, 0x1d, 1L))),
    };

    /// <summary>Names of the cases.</summary>
    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_damaged_unit_is_left_out_and_the_others_are_used(string name)
    {
        (string says, Action<DieTreeAssembler> write) = Cases[name];
        var d = new DieTreeAssembler(version: 5);
        d.BeginUnit();
        d.Base("before", 4);
        d.EndUnit();
        d.BeginUnit();
        d.Base("inside", 4);
        write(d);
        d.EndUnit(close: !name.Contains("does not end", StringComparison.Ordinal));
        d.BeginUnit();
        d.Base("behind", 4);
        d.EndUnit();
        byte[] elf = d.RawSection(".debug_str_offsets", new byte[16]).ToElf();

        DwarfReadResult result = ReadDwarf.All(elf);

        TypeSpelling.Lines(result.Graph).ShouldBe(["Int before 4 Signed 32", "Int behind 4 Signed 32"]);
        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain(says);
        result.Diagnostics[0].Message.ShouldContain("unit.c");
    }

    [Fact]
    public void Strict_reading_stops_at_the_first_damaged_unit()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Raw(100);
        d.EndUnit();

        Should.Throw<InvalidImageException>(() => ReadDwarf.Graph(d)).Message.ShouldContain("abbreviation 100");
    }

    [Fact]
    public void More_than_twenty_damaged_units_are_counted()
    {
        var d = new DieTreeAssembler();
        for (int i = 0; i < 25; i++)
        {
            d.BeginUnit();
            d.Raw(100);
            d.EndUnit();
        }

        DwarfReadResult result = ReadDwarf.All(d.ToElf());

        result.Diagnostics.Count.ShouldBe(21);
        result.Diagnostics[^1].Message.ShouldContain("5 more units");
    }

    [Fact]
    public void A_unit_of_a_language_that_is_not_read_is_named()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit(language: 0x1c);
        d.Base("u32", 4);
        d.EndUnit();
        d.BeginUnit(language: 0x8001);
        d.Base("none", 4);
        d.EndUnit();

        DwarfReadResult result = ReadDwarf.All(d.ToElf());

        result.Graph.TypeCount.ShouldBe(1);
        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("(unit.c): Rust");
    }

    [Fact]
    public void Type_units_and_split_units_are_named()
    {
        var d = new DieTreeAssembler(version: 5);
        d.BeginUnit(unitType: 2);
        d.EndUnit();
        d.BeginUnit(attributes: new DwarfAttribute(0x76, 0x08, "x.dwo"));
        d.EndUnit();

        DwarfReadResult result = ReadDwarf.All(d.ToElf());

        result.Diagnostics.Count.ShouldBe(2);
        result.Diagnostics.ShouldContain(m => m.Message.Contains("split DWARF", StringComparison.Ordinal));
    }

    [Fact]
    public void A_unit_that_does_not_begin_with_a_unit_is_left_out()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit(tag: Pointer);
        d.EndUnit();

        ReadDwarf.All(d.ToElf()).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("the first DIE has tag 0xf");
    }

    [Fact]
    public void A_name_that_does_not_end_is_told()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Die(Pointer, new DwarfAttribute(0x03, 0x1f, 0L));
        d.EndUnit();

        ReadDwarf.All(d.RawSection(".debug_line_str", "abc"u8.ToArray()).ToElf())
            .Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("does not end");
    }

    [Fact]
    public void A_reference_between_units_that_leads_to_no_unit_is_told()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.EndUnit(writtenLength: 5);
        d.BeginUnit();
        d.Die(Pointer, new DwarfAttribute(0x49, 0x10, 2L));
        d.EndUnit();

        ReadDwarf.All(d.ToElf()).Graph.TypeCount.ShouldBe(1);
    }

    [Fact]
    public void A_reference_into_a_unit_that_was_left_out_is_told()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit(writtenVersion: 9);
        DwarfLabel type = d.Base("int", 4);
        d.EndUnit();
        d.BeginUnit();
        d.Die(Pointer, new DwarfAttribute(0x49, 0x10, type));
        d.EndUnit();

        DwarfReadResult result = ReadDwarf.All(d.ToElf());

        result.Diagnostics[0].Message.ShouldContain("version 9");
        result.Diagnostics[1].Message.ShouldContain("leads to no unit");
    }

    [Fact]
    public void Headers_that_are_no_headers_end_the_section_or_lose_a_unit()
    {
        DwarfReadResult Spoiled(Action<DieTreeAssembler> spoil)
        {
            var d = new DieTreeAssembler();
            d.BeginUnit();
            d.Base("int", 4);
            d.EndUnit();
            spoil(d);
            return ReadDwarf.All(d.ToElf());
        }

        Spoiled(d => d.SpoilByte(10, 3)).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("addresses of 3 bytes");
        Spoiled(d => d.SpoilByte(0, 0xff)).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("the rest of the section is left out");
        Spoiled(d => d.Raw(1, 2)).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("behind the last unit");
        Spoiled(d => d.Raw(1, 0, 0, 0, 4)).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("bytes expected");
    }

    [Fact]
    public void Abbreviations_that_are_cut_short_or_not_there_are_told()
    {
        var d = new DieTreeAssembler();
        DwarfUnitDraft unit = d.BeginUnit();
        d.Base("int", 4);
        d.EndUnit();
        unit.AbbreviationsOffsetAsWritten = 0xff;
        ReadDwarf.All(d.ToElf()).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("the unit's abbreviations begin at 255");

        unit.AbbreviationsOffsetAsWritten = 0;
        d.Spoil(".debug_abbrev", bytes => [.. bytes[..2], 0x85, 0]);
        ReadDwarf.All(d.ToElf()).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("the section ends inside the table");
    }

    [Fact]
    public void A_unit_that_is_cut_inside_a_die_is_told()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Die(Pointer, new DwarfAttribute(0x49, 0x14, new ReadOnlyMemory<byte>(new byte[7])));
        d.EndUnit(close: false);

        ReadDwarf.All(d.ToElf()).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("remain in the unit");
    }

    [Fact]
    public void A_file_without_DWARF_is_refused()
    {
        byte[] elf = new ElfAssembler().Section(".text", new byte[4]).ToBytes();

        Should.Throw<InvalidImageException>(() => ReadDwarf.File(elf)).Message.ShouldContain("no .debug_info");
        DwarfSections.ArePresent(ElfFile.Parse("x", ByteRegion.FromBytes(elf))).ShouldBeFalse();
    }

    [Fact]
    public void More_types_than_the_limits_allow_are_refused()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Base("a", 1);
        d.Base("b", 1);
        d.EndUnit();
        ElfFile elf = ElfFile.Parse("x", ByteRegion.FromBytes(d.ToElf()));
        DwarfFile file = DwarfFile.Open(elf, "x", ReaderLimits.Default with { MaxTypes = 1 });

        Should.Throw<InvalidImageException>(() => DwarfReader.Read(file)).Message.ShouldContain("at most 1 are read");
    }

    private static void OneMember(DieTreeAssembler d, params DwarfAttribute[] attributes)
    {
        DwarfLabel type = d.Die(Struct, Name("inner"), Size(4));
        d.Open(Struct, Name("s"), Size(8));
        d.Die(Member, [Name("m"), Type(type), .. attributes]);
        d.Close();
    }

    private static void Circle(DieTreeAssembler d, ushort tag)
    {
        DwarfLabel second = DieTreeAssembler.NewLabel();
        DwarfLabel first = d.Die(tag, Type(second));
        DieTreeAssembler.Place(second, d.Die(tag, Type(first)));
    }
}
