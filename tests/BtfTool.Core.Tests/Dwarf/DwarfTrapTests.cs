using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>
/// What is easily read wrongly, one by one: in files that compilers wrote, and in assembled ones where no compiler at hand writes it.
/// Each type is read with the whole graph and by its name.
/// </summary>
public class DwarfTrapTests
{
    /// <summary>File, type, and what it is.</summary>
    public static TheoryData<string, string, string> Compiled => new()
    {
        // 1 and 2: the legacy way and the new one, in either byte order; a field across its storage.
        { "bitfields.gcc-dwarf2.o", "run_packed", "Struct run_packed 15 { a@0:3 u32; b@3:30 u32; c@40:0 u8; d@48:5 u16; e@53:61 u64; }" },
        { "bitfields.clang-dwarf5.o", "run_packed", "Struct run_packed 15 { a@0:3 u32; b@3:30 u32; c@40:0 u8; d@48:5 u16; e@53:61 u64; }" },
        { "bitfields.gcc-dwarf5.o", "run_packed", "Struct run_packed 15 { a@0:3 u32; b@3:30 u32; c@40:0 u8; d@48:5 u16; e@53:61 u64; }" },
        { "bitfields.clang-s390x-dwarf4.o", "run_packed", "Struct run_packed 15 { a@0:3 u32; b@3:30 u32; c@40:0 u8; d@48:5 u16; e@53:61 u64; }" },
        { "bitfields.clang-aarch64_be-dwarf4.o", "run", "Struct run 4 { a@0:1 u32; b@1:2 u32; c@3:3 u32; d@6:4 u32; e@10:22 u32; }" },
        { "bitfields.gcc-dwarf5.o", "run_union",
            "Union run_union 8 { a@0:1 u32; b@0:31 u32; c@0:64 u64; d@0:0 u8; @0:0 Struct  1 { e@0:4 u8; f@4:4 u8; }; }" },
        // 3: expressions of DWARF 2; 5: unions have no places.
        { "nesting.gcc-dwarf2.o", "anonymous",
            "Struct anonymous 24 { a@0:0 int; @64:0 Union  8 { b@0:0 int; @0:0 Struct  4 { c@0:0 short int; @16:0 Union  2 { d@0:0 char; "
                + "@0:0 Struct  2 { e@0:0 char; f@8:0 char; }; }; }; g@0:0 long int; }; named@128:0 Struct  4 { h@0:0 int; }; }" },
        // 6: storage from the type: bool, enumerations.
        { "bitfields.gcc-dwarf4.o", "run_bool", "Struct run_bool 3 { a@0:1 boolean; b@1:1 boolean; whole@8:0 boolean; c@16:1 boolean; }" },
        { "bitfields.clang-dwarf3.o", "run_enum",
            "Struct run_enum 12 { a@0:2 Enum colour; b@2:3 Enum level; whole@32:0 Enum colour; c@64:8 Enum colour; }" },
        // 8 and 9: bounds and counts, no elements, some at run time.
        { "arrays.gcc-dwarf5.o", "zero_middle",
            "Struct zero_middle 24 { a@0:0 int; mark@64:0 [0]long int; b@64:0 int; at@96:0 [0]char; c@96:0 char; none@128:0 [0]Struct item; "
                + "d@128:0 short int; }" },
        { "arrays.clang-dwarf5.o", "zero_middle",
            "Struct zero_middle 24 { a@0:0 int; mark@64:0 [0]long; b@64:0 int; at@96:0 [0]char; c@96:0 char; none@128:0 [0]Struct item; "
                + "d@128:0 short; }" },
        { "arrays.gcc-dwarf5.o", "zero_dims", "Struct zero_dims 4 { a@0:0 [0][3]int; b@0:0 [3][0]int; c@0:0 int; }" },
        { "arrays.clang-dwarf4.o", "dimensions",
            "Struct dimensions 224 { a@0:0 [2]int; b@64:0 [2][3]int; c@256:0 [2][3][5]char; d@512:0 [2][2]Struct item; e@768:0 matrix; "
                + "f@1152:0 *(row); g@1216:0 [2]*(row); h@1344:0 *([5]matrix); i@1408:0 name_t; j@1536:0 [2]Const name_t; }" },
        { "arrays.gcc-dwarf2-strict.o", "flexible", "Struct flexible 4 { count@0:0 int; items@32:0 [0]Struct item; }" },
        { "vla.gcc-dwarf5.o", "fixed", "Struct fixed 16 { a@0:0 [3]int; tail@96:0 char; }" },
        { "vla.clang-dwarf5.o", "fixed", "Struct fixed 16 { a@0:0 [3]int; tail@96:0 char; }" },
        // 11: no type of an enumeration.
        { "enums.gcc-dwarf2-strict.o", "negative", "Enum negative 4 signed { MINUS=-1 ZERO=0 PLUS=1 }" },
        { "enums.gcc-dwarf2-strict.o", "small", "Enum small 1 unsigned { S0=0 S1=255 }" },
        { "enums.gcc-dwarf5.o", "small_signed", "Enum small_signed 1 signed { T0=-128 T1=127 }" },
        { "enums.clang-dwarf5.o", "big_unsigned", "Enum64 big_unsigned 8 unsigned { EVERYTHING=-1 NOTHING=0 }" },
        // 12: complex, vectors, integers of any width, qualifiers.
        { "encodings.gcc-dwarf5.o", "vectors", "Struct vectors 80 { a@0:0 char; b@128:0 four_ints; c@256:0 two_floats; d@384:0 [2]four_ints; }" },
        { "encodings.clang-dwarf5.o", "vectors", "Struct vectors 80 { a@0:0 char; b@128:0 four_ints; c@256:0 two_floats; d@384:0 [2]four_ints; }" },
        { "encodings.gcc-dwarf5.o", "complexes",
            "Struct complexes 80 { a@0:0 complex float; b@64:0 complex double; c@256:0 complex long double; d@512:0 complex int; }" },
        { "encodings.clang-dwarf5.o", "any_width",
            "Struct any_width 48 { a@0:0 _BitInt; b@64:0 unsigned _BitInt; c@128:0 _BitInt; d@256:0 unsigned _BitInt; e@320:0 char; }" },
        { "encodings.gcc-dwarf5.o", "decimals", "Struct decimals 32 { a@0:0 _Decimal32; b@64:0 _Decimal64; c@128:0 _Decimal128; }" },
        // 13 to 15: types in functions and in declarations; several layouts of a name.
        { "inline.gcc-dwarf5-O2.o", "inside", "Struct inside 8 { x@0:0 short int; y@32:0 int; }" },
        { "conflicts.gcc-dwarf5-r.o", "per_unit",
            "Struct per_unit 4 { from_a@0:0 int; } | Struct per_unit 16 { from_b@0:0 long int; more@64:0 char; }" },
        { "cxx.gcc-dwarf5.o", "nested", "Struct nested 16 { n@0:0 long int; c@64:0 char; }" },
        { "cxx.clang-dwarf5.o", "nested", "Struct nested 16 { n@0:0 long; c@64:0 char; }" },
        // 16: across units.
        { "lto.gcc-dwarf2.so", "shared", "Struct shared 16 { a@0:0 int; b@64:0 *(Struct only_in_b); }" },
        { "lto.clang-dwarf5.so", "only_in_a", "Struct only_in_a 24 { s@0:0 Struct shared; c@128:0 char; }" },
        // 21 to 23: relocated, compressed, 64-bit DWARF, other widths and orders.
        { "packing.gcc-dwarf5-zlib.o", "packed_outer", "Struct packed_outer 35 { a@0:0 char; b@8:0 Struct natural; c@264:0 short int; }" },
        { "packing.gcc-dwarf5-zlib-gnu.o", "packed_outer", "Struct packed_outer 35 { a@0:0 char; b@8:0 Struct natural; c@264:0 short int; }" },
        { "packing.gcc-dwarf5-zstd.o", "packed_outer", "Struct packed_outer 35 { a@0:0 char; b@8:0 Struct natural; c@264:0 short int; }" },
        { "bitfields.gcc-s390x-dwarf5-64.o", "run", "Struct run 4 { a@0:1 u32; b@1:2 u32; c@3:3 u32; d@6:4 u32; e@10:22 u32; }" },
        { "packing.gcc-m32-dwarf4.o", "natural",
            "Struct natural 28 { a@0:0 char; b@16:0 short int; c@32:0 char; d@64:0 int; e@96:0 char; f@128:0 long long int; g@192:0 char; }" },
        { "packing.gcc-i686-dwarf5.o", "natural",
            "Struct natural 28 { a@0:0 char; b@16:0 short int; c@32:0 char; d@64:0 int; e@96:0 char; f@128:0 long long int; g@192:0 char; }" },
        { "packing.gcc-s390x-dwarf5-zlib.o", "natural",
            "Struct natural 32 { a@0:0 char; b@16:0 short int; c@32:0 char; d@64:0 int; e@96:0 char; f@128:0 long long int; g@192:0 char; }" },
        { "loops.clang-m68k-dwarf5.o", "list_head", "Struct list_head 8 { next@0:0 *(Struct list_head); prev@32:0 *(Struct list_head); }" },
        { "loops.clang-mips64eln32-dwarf5.o", "list_head", "Struct list_head 8 { next@0:0 *(Struct list_head); prev@32:0 *(Struct list_head); }" },
    };

    /// <summary>Assembled program, type, and what it is.</summary>
    public static TheoryData<string, string, string> Assembled => new()
    {
        { nameof(DwarfTraps.MemberLocationsInFormsOfLists), "s",
            "Struct s 65540 { at_4@32:0 int; at_8@64:0 int; at_12@96:0 int; at_65536@524288:0 int; }" },
        { nameof(DwarfTraps.MembersWithoutLocation), "u", "Union u 4 { a@0:0 int; b@0:3 int; }" },
        { nameof(DwarfTraps.MembersWithoutLocation), "with_static", "Struct with_static 4 { a@0:0 int; }" },
        { nameof(DwarfTraps.ArraysWithoutBound), "flexible", "Struct flexible 4 { count@0:0 int; data@32:0 [0]int; }" },
        { nameof(DwarfTraps.ArraysWithoutBound), "middle", "Struct middle 8 { a@0:0 int; mark@32:0 [0]int; b@32:0 int; }" },
        { nameof(DwarfTraps.ArraysWithoutBound), "nested", "Struct nested 4 { count@0:0 int; rows@32:0 [0][2]int; }" },
        { nameof(DwarfTraps.ArraysWithoutBound), "u", "Union u 4 { a@0:0 int; all@0:0 [0]int; }" },
        { nameof(DwarfTraps.BoundsInOddForms), "s",
            "Struct s 24 { a@0:0 int; empty_sdata@32:0 [0]int; empty_data8@32:0 [0]int; empty_data4@32:0 [4294967296]int; "
                + "from_one@32:0 [3]int; counted@128:0 [2]int; }" },
        { nameof(DwarfTraps.BoundsInOddForms), "by_expression", "Typedef by_expression [0]int" },
        { nameof(DwarfTraps.BoundsInOddForms), "by_reference", "Typedef by_reference [0]int" },
        { nameof(DwarfTraps.EnumerationsWithoutType), "negative", "Enum negative 4 signed { MINUS=-1 ONE=1 }" },
        { nameof(DwarfTraps.EnumerationsWithoutType), "positive", "Enum positive 4 unsigned { TOP=-1 }" },
        { nameof(DwarfTraps.EnumerationsWithoutType), "byte", "Enum byte 1 unsigned { HIGH=255 }" },
        { nameof(DwarfTraps.EnumerationsWithoutType), "wide", "Enum64 wide 8 signed { ALL=-1 LOW=-9223372036854775808 }" },
        { nameof(DwarfTraps.SparseCodesAndIndirectForms), "s", "Struct s 8 { a@0:0 int; b@32:0 int; }" },
        { nameof(DwarfTraps.UnspecifiedTypes), "s", "Struct s 16 { to_nothing@0:0 *(void); wide@64:0 _BitInt(37); }" },
        { nameof(DwarfTraps.UnspecifiedTypes), "nothing", "Typedef nothing void" },
        { nameof(DwarfTraps.UnspecifiedTypes), "named", "Typedef named void" },
    };

    [Theory]
    [MemberData(nameof(Compiled))]
    public void A_compiled_type_is_read_as_it_is(string file, string type, string expected) =>
        ShouldBe(DwarfFixtures.Read(file), type, expected);

    [Theory]
    [MemberData(nameof(Assembled))]
    public void An_assembled_type_is_read_as_it_is(string program, string type, string expected) =>
        ShouldBe(DwarfTraps.WellFormed[program]().ToElf(), type, expected);

    [Theory]
    [InlineData(2, 4, false)]
    [InlineData(2, 8, false)]
    [InlineData(2, 8, true)]
    [InlineData(3, 4, false)]
    [InlineData(3, 8, true)]
    [InlineData(5, 8, true)]
    public void References_across_units_are_as_large_as_an_address_in_version_2_and_as_an_offset_later(int version, int addressBytes, bool is64)
    {
        byte[] elf = DwarfTraps.ReferencesAcrossUnits(version, addressBytes, is64).ToElf(is64: addressBytes == 8);

        ShouldBe(elf, "s", "Struct s 8 { a@0:0 int; bits@32:3 int; }");
    }

    [Fact]
    public void A_form_that_nobody_knows_costs_its_unit_and_not_the_others()
    {
        DwarfReadResult result = ReadDwarf.All(DwarfTraps.UnknownFormInOneUnit().ToElf());

        TypeSpelling.Body(ReadDwarf.Type(result.Graph, "s")).ShouldBe("Struct s 4 { a@0:0 int; }");
        result.UnitCount.ShouldBe(2);
        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("form 0x5f is not known");
    }

    [Theory]
    [InlineData("packing.gcc-dwarf4.o")]
    [InlineData("packing.gcc-dwarf5.o")]
    [InlineData("packing.clang-dwarf4.o")]
    [InlineData("packing.clang-dwarf5.o")]
    [InlineData("packing.gcc-i686-dwarf5.o")]
    [InlineData("packing.gcc-s390x-dwarf5.o")]
    public void Declared_alignments_are_those_of_the_source(string file)
    {
        TypeGraph graph = ReadDwarf.All(DwarfFixtures.Read(file)).Graph;
        MemberList members = ReadDwarf.Type(graph, "aligned_member").Members;

        members[0].DeclaredAlignmentBytes.ShouldBe(0u);
        members[1].DeclaredAlignmentBytes.ShouldBe(8u);
        members[3].DeclaredAlignmentBytes.ShouldBe(64u);
        ReadDwarf.Type(graph, "aligned_type").DeclaredAlignmentBytes.ShouldBe(32u);
        ReadDwarf.Type(graph, "aligned_union").DeclaredAlignmentBytes.ShouldBe(16u);
    }

    [Theory]
    [InlineData("bitfields.gcc-dwarf5.o")]
    [InlineData("bitfields.gcc-s390x-dwarf5.o")]
    public void Bitfields_lie_at_the_same_bits_whichever_way_they_are_said(string reference)
    {
        bool isBig = reference.Contains("s390x", StringComparison.Ordinal);
        string[] others = [.. DwarfFixtures.Readable.Where(f => f.StartsWith("bitfields.", StringComparison.Ordinal)
            && (f.Contains("s390x", StringComparison.Ordinal) || f.Contains("_be", StringComparison.Ordinal)) == isBig
            && !f.Contains("i686", StringComparison.Ordinal))];
        string[] expected = Places(reference);

        expected.Length.ShouldBeGreaterThan(50);
        others.Length.ShouldBeGreaterThan(4);
        foreach (string file in others)
        {
            Places(file).ShouldBe(expected, file);
        }

        // clang does not call a bitfield what is as wide as its type, and ARM places zero-width fields otherwise.
        static string[] Places(string file)
        {
            TypeGraph graph = ReadDwarf.All(DwarfFixtures.Read(file), new DwarfReadOptions { Strict = true }).Graph;
            var places = new List<string>();
            for (uint id = 1; id < graph.TypeCount; id++)
            {
                TypeView type = graph[new TypeId(id)];
                if (type.IsComposite && !type.IsAnonymous && type.NameString is not ("run_whole" or "run_union" or "run_break" or "run_first"))
                {
                    foreach (MemberView m in type.Members)
                    {
                        places.Add($"{type.NameString}.{m.NameString} {m.BitOffset}:{m.BitSize}");
                    }
                }
            }

            return [.. places.Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public void Data_of_a_debug_file_is_read_with_the_sections_that_have_no_bytes_left_there()
    {
        string[] separate = [.. DwarfFixtures.Readable.Where(f => f.EndsWith(".debug", StringComparison.Ordinal) && f.StartsWith("pair", StringComparison.Ordinal))];

        separate.Length.ShouldBe(3);
        TypeSpelling.Lines(Graph("pair-arrays.so.debug")).ShouldBe(TypeSpelling.Lines(Graph("arrays.gcc-dwarf5.o")));
        TypeSpelling.Lines(Graph("pair-packing.so.debug")).ShouldBe(TypeSpelling.Lines(Graph("packing.gcc-dwarf5.o")));
        TypeSpelling.Lines(Graph("pair-module.ko.debug")).ShouldBe(TypeSpelling.Lines(Graph("loops.gcc-dwarf5.o")));

        static TypeGraph Graph(string file) => ReadDwarf.All(DwarfFixtures.Read(file), new DwarfReadOptions { Strict = true }).Graph;
    }

    [Fact]
    public void What_is_linked_with_its_relocations_kept_is_read_as_the_objects_are()
    {
        IReadOnlyList<string> linked = TypeSpelling.Lines(ReadDwarf.All(DwarfFixtures.Read("packing.emit-relocs.elf")).Graph);

        linked.ShouldBeSubsetOf([.. TypeSpelling.Lines(ReadDwarf.All(DwarfFixtures.Read("packing.gcc-dwarf5.o")).Graph),
            .. TypeSpelling.Lines(ReadDwarf.All(DwarfFixtures.Read("enums.gcc-dwarf5.o")).Graph)]);
        linked.ShouldContain(l => l.StartsWith("Struct packed_outer 35 ", StringComparison.Ordinal));
        linked.ShouldContain(l => l.StartsWith("Struct holder ", StringComparison.Ordinal));
    }

    [Fact]
    public void What_dwz_moved_into_partial_units_is_read_as_before()
    {
        IReadOnlyList<string> whole = TypeSpelling.Lines(ReadDwarf.All(DwarfFixtures.Read("packing.dwz.elf"), new DwarfReadOptions { Strict = true }).Graph);
        string[] expected = [.. TypeSpelling.Lines(ReadDwarf.All(DwarfFixtures.Read("packing.gcc-dwarf4.o")).Graph)
            .Where(l => l.StartsWith("Struct ", StringComparison.Ordinal))];

        expected.ShouldBeSubsetOf(whole);
    }

    private static void ShouldBe(byte[] elf, string type, string expected)
    {
        DwarfFile file = ReadDwarf.File(elf);
        TypeGraph whole = DwarfReader.Read(file, new DwarfReadOptions { Strict = true }).Graph;
        var bodies = new List<string>();
        for (uint id = 1; id < whole.TypeCount; id++)
        {
            TypeView view = whole[new TypeId(id)];
            if (view.NameString == type && view.Kind is not TypeKind.Forward)
            {
                bodies.Add(TypeSpelling.Body(view));
            }
        }

        string.Join(" | ", bodies).ShouldBe(expected);
        if (whole[ReadDwarf.Type(whole, type).Id].Kind is TypeKind.Struct or TypeKind.Union or TypeKind.Typedef or TypeKind.Enum or TypeKind.Enum64)
        {
            DwarfFindResult found = DwarfFinder.Find(file, type, new DwarfReadOptions { Strict = true });
            string.Join(" | ", found.Types.Select(t => TypeSpelling.Body(found.Graph[t.Type]))).Replace(" declared", "", StringComparison.Ordinal)
                .ShouldBe(expected.Replace(" declared", "", StringComparison.Ordinal));
        }
    }
}
