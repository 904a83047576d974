using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.DwarfAttribute;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Each construct of C as compilers say it, in all the ways that they do.</summary>
public class DwarfConstructTests
{
    private const ushort Array = 0x01;
    private const ushort Member = 0x0d;
    private const ushort Struct = 0x13;
    private const ushort Subrange = 0x21;

    [Theory]
    [InlineData(2, false, false, 4)]
    [InlineData(3, true, true, 8)]
    [InlineData(4, false, true, 8)]
    [InlineData(5, true, false, 4)]
    [InlineData(5, false, true, 8)]
    public void Headers_of_every_version_byte_order_and_width_are_read(int version, bool bigEndian, bool is64, int addressBytes)
    {
        var d = new DieTreeAssembler(version, bigEndian, is64, addressBytes);
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        d.Open(Struct, new DwarfAttribute(0x03, 0x0e, "pair"), Size(8));
        d.Die(Member, Name("a"), Type(i), At(0));
        d.Die(Member, Name("b"), new DwarfAttribute(0x49, 0x10, i), At(4));
        d.Close();
        d.EndUnit();

        TypeGraph graph = ReadDwarf.Graph(d);

        TypeSpelling.Lines(graph).ShouldBe(["Int int 4 Signed 32", "Struct pair 8 { a@0:0 int; b@32:0 int; }"]);
        graph.IsBigEndian.ShouldBe(bigEndian);
        graph.PointerSizeBytes.ShouldBe(addressBytes);
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 26)]
    public void Legacy_bitfields_count_from_the_top_of_their_storage_in_little_endian_files(bool bigEndian, int legacyOffset)
    {
        // Bits 3 to 5 of the storage at byte 4 in big-endian counting, 29 - 3 in the other.
        var d = new DieTreeAssembler(2, bigEndian);
        d.BeginUnit();
        DwarfLabel i = d.Base("unsigned int", 4, encoding: 7);
        DwarfLabel typedefed = d.Die(0x16, Name("u32"), Type(i));
        DwarfAttribute[] place = [At(4), new(0x0d, 0x0b, 3L), new(0x0c, 0x0b, (long)legacyOffset)];
        d.Open(Struct, Name("s"), Size(8));
        d.Die(Member, [Name("said"), Type(i), Size(4), .. place]);
        d.Die(Member, [Name("of_type"), Type(typedefed), .. place]);
        d.Close();
        d.EndUnit();

        MemberList members = ReadDwarf.Type(ReadDwarf.Graph(d), "s").Members;
        ulong expected = bigEndian ? 32ul + 26 : 32 + 32 - 3 - 3;

        members[0].BitOffset.ShouldBe(expected);
        members[1].BitOffset.ShouldBe(expected);
        members[1].BitSize.ShouldBe(3u);
    }

    [Fact]
    public void Members_are_placed_by_constants_of_any_form_and_by_sums()
    {
        var d = new DieTreeAssembler(3);
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        d.Open(Struct, Name("s"), Size(100));
        d.Die(Member, Name("none"), Type(i));
        d.Die(Member, Name("block"), Type(i), new DwarfAttribute(0x38, 0x0a, new byte[] { 0x23, 0x80, 0x01 }));
        d.Die(Member, Name("sum"), Type(i), new DwarfAttribute(0x38, 0x0a, new byte[] { 0x10, 8, 0x22, 0x23, 4 }));
        d.Die(Member, Name("data4"), Type(i), new DwarfAttribute(0x38, 0x06, 16L));
        d.Die(Member, Name("data8"), Type(i), new DwarfAttribute(0x38, 0x07, 20L));
        d.Die(Member, Name("data_bits"), Type(i), new DwarfAttribute(0x6b, 0x05, 333L), new DwarfAttribute(0x0d, 0x0b, 7L));
        d.Die(Member, Name("static"), Type(i), new DwarfAttribute(0x3f, 0x0c, 1L));
        d.Die(Member, Name("indirect"), Type(i), new DwarfAttribute(0x38, 0x16, new DwarfAttribute(0, 0x05, 24L)));
        d.Die(Member, Name("implicit"), Type(i), new DwarfAttribute(0x38, 0x21, 28L), new DwarfAttribute(0x88, 0x0b, 16L));
        d.Close();
        d.EndUnit();

        TypeGraph graph = ReadDwarf.Graph(d);

        TypeSpelling.Lines(graph, baseTypes: false).ShouldHaveSingleItem().ShouldBe("Struct s 100 { none@0:0 int; block@1024:0 int; "
            + "sum@96:0 int; data4@128:0 int; data8@160:0 int; data_bits@333:7 int; indirect@192:0 int; implicit@224:0 int; }");
        graph.Has(Facet.DeclaredAlignment).ShouldBeTrue();
        ReadDwarf.Type(graph, "s").Members[7].DeclaredAlignmentBytes.ShouldBe(16u);
    }

    [Fact]
    public void Arrays_have_a_bound_a_count_or_no_length()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        (string Name, DwarfAttribute? Bound)[] bounds =
        [
            ("upper", new(0x2f, 0x0b, 255L)), ("count", new(0x37, 0x05, 300L)), ("none", null), ("minus_one", new(0x2f, 0x0d, -1L)),
            ("minus_one_of_64_bits", new(0x2f, 0x07, -1L)), ("count_of_minus_one", new(0x37, 0x0d, -1L)),
            ("computed", new(0x2f, 0x18, new byte[] { 0x30 })), ("variable", new(0x2f, 0x13, i)),
        ];
        foreach ((string name, DwarfAttribute? bound) in bounds)
        {
            DwarfLabel array = d.Open(Array, Type(i));
            d.Die(Subrange, bound is null ? [Type(i)] : [bound]);
            d.Close();
            d.Die(0x16, Name(name), Type(array));
        }

        d.EndUnit();

        TypeSpelling.Lines(ReadDwarf.Graph(d), baseTypes: false).ShouldBe([
            "Typedef computed [0]int", "Typedef count [300]int", "Typedef count_of_minus_one [0]int", "Typedef minus_one [0]int",
            "Typedef minus_one_of_64_bits [0]int", "Typedef none [0]int", "Typedef upper [256]int", "Typedef variable [0]int"]);
    }

    [Fact]
    public void Dimensions_nest_the_outermost_first_and_lower_bounds_count()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        DwarfLabel array = d.Open(Array, Type(i));
        d.Die(Subrange, new DwarfAttribute(0x2f, 0x0b, 2L));
        d.Die(Subrange, new DwarfAttribute(0x37, 0x0b, 4L));
        d.Die(Subrange, new DwarfAttribute(0x22, 0x0b, 10L), new DwarfAttribute(0x2f, 0x0b, 14L));
        d.Close();
        d.Die(0x16, Name("cube"), Type(array));
        d.EndUnit();

        TypeSpelling.Lines(ReadDwarf.Graph(d), baseTypes: false).ShouldBe(["Typedef cube [3][4][5]int"]);
    }

    [Fact]
    public void Enumerations_get_their_sign_from_their_type_or_from_their_values()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel u = d.Base("unsigned char", 1, encoding: 8);
        DwarfLabel s = d.Base("signed char", 1, encoding: 6);
        Enumeration(d, "of_unsigned", [Type(u)], new(0x1c, 0x0b, 200L));
        Enumeration(d, "of_signed", [Type(s), Size(1)], new(0x1c, 0x0b, 200L));
        Enumeration(d, "inferred", [Size(4)], new(0x1c, 0x0d, -5L));
        Enumeration(d, "inferred_unsigned", [Size(4)], new(0x1c, 0x06, 0xffffffffL));
        Enumeration(d, "wide", [Size(8)], new(0x1c, 0x07, -2L));
        Enumeration(d, "said", [Size(4), new(0x3e, 0x0b, 5L)], new(0x1c, 0x0b, 1L));
        d.EndUnit();

        TypeSpelling.Lines(ReadDwarf.Graph(d), baseTypes: false).ShouldBe([
            "Enum inferred 4 signed { v=-5 }", "Enum inferred_unsigned 4 unsigned { v=-1 }", "Enum of_signed 1 signed { v=-56 }",
            "Enum of_unsigned 1 unsigned { v=200 }", "Enum said 4 signed { v=1 }", "Enum64 wide 8 unsigned { v=-2 }"]);
    }

    [Fact]
    public void Types_inside_types_do_not_mix_their_members()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        d.Open(Struct, Name("outer"), Size(12));
        d.Die(Member, Name("a"), Type(i), At(0));
        DwarfLabel inner = d.Open(0x17, Size(4));
        d.Die(Member, Name("b"), Type(i));
        d.Close();
        d.Die(Member, Type(inner), At(4));
        d.Die(Member, Name("c"), Type(i), At(8));
        d.Close();
        d.EndUnit();

        TypeSpelling.Lines(ReadDwarf.Graph(d), baseTypes: false).ShouldBe([
            "Struct outer 12 { a@0:0 int; @32:0 Union  4 { b@0:0 int; }; c@64:0 int; }", "Union  4 { b@0:0 int; }"]);
    }

    [Fact]
    public void Qualifiers_that_say_nothing_and_types_without_content_are_gone_over()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        DwarfLabel packed = d.Die(0x2d, Type(i));
        DwarfLabel unspecified = d.Die(0x3b, Name("unspecified"));
        d.Die(0x16, Name("a"), Type(packed));
        d.Die(0x16, Name("b"), Type(unspecified));
        DwarfLabel prototype = d.Open(0x15, Type(packed));
        d.Die(0x05, Type(packed));
        d.Die(0x18);
        d.Close();
        d.Die(0x16, Name("f"), Type(prototype));
        d.EndUnit();

        TypeSpelling.Lines(ReadDwarf.Graph(d), baseTypes: false).ShouldBe(["Typedef a int", "Typedef b void", "Typedef f fn(int,void)->int"]);
    }

    [Fact]
    public void Functions_and_variables_have_linkage_address_and_parameters()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        d.Open(0x2e, Name("main"), Type(i), new DwarfAttribute(0x3f, 0x19, 0L), new DwarfAttribute(0x11, 0x01, 0x401000L));
        d.Die(0x05, Name("argc"), Type(i));
        d.Open(0x0b);
        d.Open(Struct, Name("local"), Size(1));
        d.Close();
        d.Close();
        d.Die(0x18);
        d.Close();
        DwarfLabel inlined = d.Open(0x2e, Name("inlined"), new DwarfAttribute(0x20, 0x0b, 1L));
        d.Die(0x05, Name("x"), Type(i));
        d.Close();
        d.Die(0x2e, new DwarfAttribute(0x31, 0x13, inlined), new DwarfAttribute(0x11, 0x01, 0x402000L));
        DwarfLabel declared = d.Die(0x34, Name("counter"), Type(i), new DwarfAttribute(0x3f, 0x19, 0L), Declared);
        d.Die(0x34, new DwarfAttribute(0x47, 0x13, declared),
            new DwarfAttribute(0x02, 0x18, new byte[] { 3, 0, 0x10, 0, 0, 0, 0, 0, 0 }));
        d.Die(0x34, Name("elsewhere"), Type(i), Declared);
        d.Die(0x34, Name("own"), Type(i), new DwarfAttribute(0x02, 0x18, new byte[] { 3, 1, 0, 0, 0, 0, 0, 0, 0x80 }));
        d.EndUnit();

        TypeGraph graph = ReadDwarf.Graph(d);

        graph.Has(Facet.Address).ShouldBeTrue();
        TypeSpelling.Spell(graph, ReadDwarf.Type(graph, "main").Id).ShouldBe("Function main 1 fn(int,void)->int");
        Address(graph, "main").ShouldBe(0x401000ul);
        Address(graph, "inlined").ShouldBe(0x402000ul);
        Address(graph, "counter").ShouldBe(0x1000ul);
        Address(graph, "own").ShouldBe(0x8000000000000001ul);
        ReadDwarf.Type(graph, "counter").Linkage.ShouldBe(1u);
        ReadDwarf.Type(graph, "own").Linkage.ShouldBe(0u);
        ReadDwarf.Type(graph, "local").Kind.ShouldBe(TypeKind.Struct);
        Should.Throw<ArgumentException>(() => ReadDwarf.Type(graph, "elsewhere"));
    }

    [Fact]
    public void A_struct_whose_size_is_computed_has_a_name_and_no_layout()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        d.Open(Struct, Name("vla"), new DwarfAttribute(0x0b, 0x18, new byte[] { 0x30 }));
        d.Die(Member, Name("n"), Type(i), At(0));
        d.Close();
        d.EndUnit();

        ReadDwarf.Type(ReadDwarf.Graph(d), "vla").Kind.ShouldBe(TypeKind.Forward);
    }

    [Fact]
    public void A_type_in_a_copy_of_a_function_is_the_type_it_was_copied_from()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Open(0x2e, Name("f"), new DwarfAttribute(0x20, 0x0b, 1L));
        DwarfLabel original = d.Open(Struct, Name("local"), Size(4));
        d.Close();
        d.Close();
        d.Open(0x2e, Name("copy"));
        DwarfLabel copy = d.Die(Struct, new DwarfAttribute(0x31, 0x13, original));
        d.Die(0x16, Name("of_copy"), Type(copy));
        d.Close();
        d.EndUnit();

        TypeSpelling.Lines(ReadDwarf.Graph(d)).ShouldBe(["Struct local 4 { }", "Typedef of_copy Struct local"]);
    }

    [Fact]
    public void Units_and_languages_can_be_chosen()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit(language: 0x0c);
        d.Base("of_c99", 4);
        d.EndUnit();
        d.BeginUnit(language: 0x1d);
        d.Base("of_c11", 4);
        d.EndUnit();
        byte[] elf = d.ToElf();

        TypeSpelling.Lines(ReadDwarf.All(elf, new DwarfReadOptions { LanguageFilter = l => l == 0x0c }).Graph).Count.ShouldBe(1);
        TypeSpelling.Lines(ReadDwarf.All(elf, new DwarfReadOptions { UnitFilter = n => n == "unit.c" }).Graph).Count.ShouldBe(2);
        TypeSpelling.Lines(ReadDwarf.All(elf, new DwarfReadOptions { UnitFilter = n => n == "other.c" }).Graph).ShouldBeEmpty();
    }

    private static ulong Address(TypeGraph graph, string name) =>
        ReadDwarf.Type(graph, name).TryGetAddress(out ulong address) ? address : 0;

    private static void Enumeration(DieTreeAssembler d, string name, DwarfAttribute[] attributes, DwarfAttribute value)
    {
        d.Open(0x04, [Name(name), .. attributes]);
        d.Die(0x28, Name("v"), value);
        d.Close();
    }
}
