using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>What is read of DWARF agrees with what pahole makes of it, and with itself.</summary>
public class DwarfOracleTests
{
    private static readonly DwarfReadOptions TypesOnly = new() { Functions = false, Variables = false, Strict = true };

    /// <summary>Compiled objects whose DWARF versions and encodings differ, the source being one.</summary>
    public static TheoryData<string, string> GccObjects => Objects("gcc-dwarf4",
        ["gcc-dwarf2", "gcc-dwarf3", "gcc-dwarf5", "gcc-dwarf5-64", "gcc-dwarf5-zlib", "gcc-dwarf5-zlib-gnu", "gcc-dwarf5-zstd"]);

    /// <summary>As <see cref="GccObjects"/>, for other targets.</summary>
    public static TheoryData<string, string> OtherObjects =>
    [
        .. Objects("gcc-i686-dwarf5", ["gcc-i686-dwarf2", "gcc-i686-dwarf5-zlib"]),
        .. Objects("gcc-s390x-dwarf5", ["gcc-s390x-dwarf2", "gcc-s390x-dwarf3-64", "gcc-s390x-dwarf5-64", "gcc-s390x-dwarf5-zlib"]),
        .. Objects("clang-s390x-dwarf5", ["clang-s390x-dwarf4"]),
        .. Objects("clang-dwarf5", ["clang-dwarf2", "clang-dwarf3", "clang-dwarf4", "clang-dwarf4-64"]),
    ];

    [Theory]
    [InlineData("tun-ko/tun.ko.debug.gz", "tun-ko/pahole-1.31.btf.gz")]
    [InlineData("overlay-ko/overlay.ko.debug.gz", "overlay-ko/pahole-1.31.btf.gz")]
    public void Modules_have_the_types_that_pahole_encodes(string debug, string btf)
    {
        DwarfReadResult ours = ReadDwarf.All(Fixtures.Read("oracle/" + debug), TypesOnly);
        TypeGraph theirs = Read.Graph(Fixtures.Read("oracle/" + btf));

        ours.Diagnostics.ShouldBeEmpty();
        TypeSpelling.Lines(ours.Graph, flatArrays: true).ShouldBe(TypeSpelling.Lines(theirs, flatArrays: true));

        // Prototypes are more there by those of functions; arrays fewer, as several dimensions are made one.
        TypeKind[] same = [TypeKind.Pointer, TypeKind.Forward, TypeKind.Const, TypeKind.Volatile, TypeKind.Restrict];
        foreach (TypeKind kind in same)
        {
            Count(ours.Graph, kind).ShouldBe(Count(theirs, kind), kind.ToString());
        }
    }

    [Theory]
    [InlineData("arrays")]
    [InlineData("bitfields")]
    [InlineData("functions")]
    [InlineData("nesting")]
    [InlineData("numbers")]
    [InlineData("packing")]
    [InlineData("tags")]
    public void Compiled_sources_have_the_types_that_pahole_encodes(string source)
    {
        TypeGraph ours = Graph(source == "numbers" ? "numbers.gcc-dwarf4-no-complex" : source + ".gcc-dwarf4");
        TypeGraph theirs = Btf(source + ".gcc-x86_64-pahole.o");

        // pahole 1.24 encodes floating point as integers.
        TypeSpelling.Lines(ours, true, baseTypes: false).ShouldBe(TypeSpelling.Lines(theirs, true, baseTypes: false));
    }

    [Theory]
    [MemberData(nameof(GccObjects))]
    [MemberData(nameof(OtherObjects))]
    public void The_version_of_DWARF_makes_no_difference(string one, string other)
    {
        Lines(one).ShouldBe(Lines(other));

        // DWARF 2 does not say the integer type of an enumeration, so there may be fewer of those; restrict came with DWARF 3, _Atomic with 5.
        static IEnumerable<string> Lines(string name) => TypeSpelling.Lines(Graph(name), baseTypes: false)
            .Select(line => line.Replace("Atomic ", "", StringComparison.Ordinal).Replace("Restrict ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_that_mean_different_things_in_two_units_are_kept_apart_as_pahole_does()
    {
        TypeGraph ours = Graph("conflicts.gcc-dwarf5-r");
        TypeGraph theirs = Btf("conflicts.gcc-x86_64-pahole.o");

        TypeSpelling.Lines(ours, flatArrays: true).ShouldBe(TypeSpelling.Lines(theirs, flatArrays: true));
        Count(ours, TypeKind.Struct).ShouldBe(Count(theirs, TypeKind.Struct));
    }

    [Theory]
    [InlineData("tun-ko/tun.ko.debug.gz")]
    [InlineData("overlay-ko/overlay.ko.debug.gz")]
    public void The_graph_is_the_same_whatever_the_number_of_jobs(string debug)
    {
        byte[] elf = Fixtures.Read("oracle/" + debug);
        string one = GraphText.Describe(ReadDwarf.All(elf, new DwarfReadOptions { Jobs = 1 }).Graph);

        for (int jobs = 2; jobs <= 5; jobs++)
        {
            GraphText.Describe(ReadDwarf.All(elf, new DwarfReadOptions { Jobs = jobs }).Graph).ShouldBe(one);
        }
    }

    [Fact]
    public void Big_endian_bitfields_of_the_legacy_encoding_lie_where_the_new_one_says()
    {
        // gcc says DW_AT_bit_offset in DWARF 3, DW_AT_data_bit_offset in DWARF 5.
        TypeGraph legacy = Graph("bitfields.gcc-s390x-dwarf3-64");
        TypeGraph data = Graph("bitfields.gcc-s390x-dwarf5");

        legacy.IsBigEndian.ShouldBeTrue();
        TypeSpelling.Lines(legacy).ShouldBe(TypeSpelling.Lines(data));
    }

    private static TheoryData<string, string> Objects(string reference, string[] variants)
    {
        var data = new TheoryData<string, string>();
        foreach (string path in Directory.EnumerateFiles(Fixtures.PathOf("dwarf/bin"), "*." + reference + ".o").Order(StringComparer.Ordinal))
        {
            string stem = Path.GetFileName(path).Split('.')[0];
            foreach (string variant in variants)
            {
                if (File.Exists(Fixtures.PathOf($"dwarf/bin/{stem}.{variant}.o")))
                {
                    data.Add($"{stem}.{variant}", $"{stem}.{reference}");
                }
            }
        }

        return data;
    }

    private static TypeGraph Graph(string name) => ReadDwarf.All(Fixtures.Read($"dwarf/bin/{name}.o"), TypesOnly).Graph;

    private static TypeGraph Btf(string name) => Read.Graph(ElfSections.Find(Fixtures.Read("bin/" + name), ".BTF").ShouldNotBeNull());

    private static int Count(TypeGraph graph, TypeKind kind)
    {
        int count = 0;
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            count += graph.KindOf(new TypeId(id)) == kind ? 1 : 0;
        }

        return count;
    }
}
