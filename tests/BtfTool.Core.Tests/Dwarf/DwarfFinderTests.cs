using System.Text;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.DwarfAttribute;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Finding one name gives what reading everything gives, without reading everything.</summary>
public class DwarfFinderTests
{
    private const ushort Member = 0x0d;
    private const ushort Pointer = 0x0f;
    private const ushort Struct = 0x13;
    private const ushort Typedef = 0x16;

    [Theory]
    [InlineData("oracle/tun-ko/tun.ko.debug.gz")]
    [InlineData("oracle/overlay-ko/overlay.ko.debug.gz")]
    [InlineData("dwarf/bin/nesting.clang-dwarf5.o")]
    [InlineData("dwarf/bin/bitfields.gcc-s390x-dwarf3-64.o")]
    public void Every_name_of_a_file_is_found_as_the_whole_graph_has_it(string fixture)
    {
        DwarfFile file = ReadDwarf.File(Fixtures.Read(fixture));
        TypeGraph whole = DwarfReader.Read(file, new DwarfReadOptions { Functions = false, Variables = false }).Graph;
        var byName = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        for (uint id = 1; id < whole.TypeCount; id++)
        {
            TypeView type = whole[new TypeId(id)];
            if ((type.IsComposite || type.Kind == TypeKind.Typedef || (type.IsEnum && type.ElementsInList > 0)) && !type.IsAnonymous)
            {
                byName.TryAdd(type.NameString, []);
                byName[type.NameString].Add(Layout(type));
            }
        }

        // Every seventh of the many is enough.
        foreach ((string name, List<string> expected) in byName.Where((_, i) => byName.Count < 100 || i % 7 == 0))
        {
            DwarfFindResult found = DwarfFinder.Find(file, name);

            found.Types.Select(t => Layout(found.Graph[t.Type])).Distinct().Order(StringComparer.Ordinal)
                .ShouldBe(expected.Distinct().Order(StringComparer.Ordinal), name);
            found.Types.ShouldAllBe(t => t.UnitCount > 0);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_layouts_are_found_with_what_they_contain_and_the_names_of_what_they_point_to(bool bigEndian)
    {
        var d = new DieTreeAssembler(4, bigEndian);
        Unit(d, 4);
        Unit(d, 8);
        Unit(d, 4);

        DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(d.ToElf()), "wanted");

        found.Types.Count.ShouldBe(2);
        found.Types[0].UnitCount.ShouldBe(2);
        found.Types[1].UnitCount.ShouldBe(1);
        found.Types[0].FirstUnit.ShouldBe("unit.c");
        TypeSpelling.Body(found.Graph[found.Types[0].Type]).ShouldBe("Struct wanted 12 { inside@0:0 Struct inside; to@32:0 *(Struct other declared); }");
        ReadDwarf.Type(found.Graph, "inside").SizeBytes.ShouldBe(4ul);
        found.Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public void The_first_unit_is_enough_where_that_is_asked_for()
    {
        var d = new DieTreeAssembler();
        Unit(d, 4);
        Unit(d, 8);

        DwarfFinder.Find(ReadDwarf.File(d.ToElf()), "wanted", firstOnly: true).Types.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("")]
    [InlineData("anted")]
    public void A_name_that_nothing_defines_is_not_found(string name)
    {
        var d = new DieTreeAssembler();
        Unit(d, 4);

        DwarfFinder.Find(ReadDwarf.File(d.ToElf()), name).Types.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("s")]
    [InlineData("ab")]
    [InlineData("abc")]
    [InlineData("a_name_of_many_letters")]
    public void Names_of_any_length_are_found_in_any_form(string name)
    {
        foreach (ushort form in (ushort[])[0x08, 0x0e])
        {
            var d = new DieTreeAssembler();
            d.BeginUnit();
            d.Die(Struct, new DwarfAttribute(0x03, form, "prefix_" + name), Size(1));
            d.Die(Struct, new DwarfAttribute(0x03, form, name), Size(3));
            d.EndUnit();

            DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(d.ToElf()), name);

            found.Graph[found.Types.ShouldHaveSingleItem().Type].SizeBytes.ShouldBe(3ul);
        }
    }

    [Fact]
    public void A_name_may_be_the_end_of_another_string()
    {
        // "wanted" lies in "unwanted" only, as linkers arrange it.
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Die(Struct, new DwarfAttribute(0x03, 0x0e, "unwanted"), Size(1));
        d.Die(Struct, new DwarfAttribute(0x03, 0x0e, 3L), Size(2));
        d.EndUnit();

        DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(d.ToElf()), "wanted");

        found.Graph[found.Types.ShouldHaveSingleItem().Type].SizeBytes.ShouldBe(2ul);
    }

    [Fact]
    public void Names_by_index_are_found()
    {
        var d = new DieTreeAssembler(version: 5);
        d.BeginUnit();
        d.Die(Struct, new DwarfAttribute(0x03, 0x0e, "indexed"), Size(1));
        d.Die(Struct, new DwarfAttribute(0x03, 0x25, 0L), Size(2));
        d.EndUnit();
        byte[] elf = d.RawSection(".debug_str_offsets", [8, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0]).ToElf();

        DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(elf), "indexed");

        found.Types.Select(t => found.Graph[t.Type].SizeBytes).ShouldBe([1ul, 2ul]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Units_that_say_the_same_count_whatever_they_say_besides(int jobs)
    {
        var d = new DieTreeAssembler();
        for (int unit = 0; unit < 40; unit++)
        {
            d.BeginUnit();
            for (int i = 0; i < unit; i++)
            {
                d.Die(Struct, Name($"other{i}"), Size(i));
            }

            // What is behind the pointer differs, and so does what stands inside in every tenth unit.
            DwarfLabel basic = d.Base("int", unit % 10 == 9 ? 8 : 4);
            DwarfLabel far = unit % 2 == 0 ? d.Die(Struct, Name("far"), Declared) : d.Die(Struct, Name("far"), Size(unit));
            DwarfLabel pointer = d.Die(Pointer, Type(far));
            DwarfLabel inside = d.Open(Struct, Name("inside"), Size(8));
            d.Die(Member, Name("x"), Type(basic), At(0));
            d.Close();
            d.Open(Struct, new DwarfAttribute(0x03, 0x0e, "wanted"), Size(16));
            d.Die(Member, Name("inside"), Type(inside), At(0));
            d.Die(Member, Name("to"), Type(pointer), At(8));
            d.Close();
            d.EndUnit();
        }

        DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(d.ToElf()), "wanted", new DwarfReadOptions { Jobs = jobs });

        found.Types.Count.ShouldBe(2);
        SizeOfInnermost(found, 0).ShouldBe(4ul);
        SizeOfInnermost(found, 1).ShouldBe(8ul);
        found.Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public void Bytes_that_look_like_a_definition_and_are_none_are_told_from_one()
    {
        // The bytes of the struct, whose abbreviation is the second, stand in a block too, where nothing defines anything.
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Die(Struct, new DwarfAttribute(0x03, 0x08, "wanted"), Size(5));
        byte[] same = [2, .. "wanted"u8, 0, 5];
        d.Die(0x34, Name("v"), new DwarfAttribute(0x02, 0x0a, same));
        d.EndUnit();

        DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(d.ToElf()), "wanted");

        found.Graph[found.Types.ShouldHaveSingleItem().Type].SizeBytes.ShouldBe(5ul);
        found.Types[0].UnitCount.ShouldBe(1);
        found.Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public void What_looks_like_a_mention_and_is_none_is_stepped_over()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        d.Open(0x2e, Name("wanted"));
        d.Die(0x34, Name("wanted"), Type(i));
        d.Close();
        d.Open(Struct, Name("other"), Size(4));
        d.Die(Member, Name("wanted"), Type(i), At(0));
        d.Close();
        d.Die(Struct, Name("wanted"), Declared);
        d.Die(Typedef, Name("wanted"), Type(i));
        d.EndUnit();

        DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(d.ToElf()), "wanted");

        found.Graph.KindOf(found.Types.ShouldHaveSingleItem().Type).ShouldBe(TypeKind.Typedef);
    }

    [Fact]
    public void A_damaged_unit_is_told_and_others_are_searched()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Die(0x34, Name("wanted"));
        d.Raw(100);
        d.Die(Struct, Name("wanted"), Size(1));
        d.EndUnit();
        Unit(d, 4);

        DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(d.ToElf()), "wanted");

        found.Types.ShouldHaveSingleItem();
        found.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("abbreviation 100");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    public void The_search_finds_what_a_plain_loop_finds(int patterns)
    {
        var random = new Random(patterns);
        byte[] text = "needle\0"u8.ToArray();
        var numbers = new HashSet<uint>();
        while (numbers.Count < patterns)
        {
            numbers.Add((uint)random.Next(0, 0x4000));
        }

        byte[] block = new byte[5000];
        for (int i = 0; i < block.Length; i++)
        {
            block[i] = (byte)random.Next(0, i % 3 == 0 ? 64 : 2);
        }

        text.CopyTo(block, 777);
        text.CopyTo(block, block.Length - text.Length);
        var expected = new List<long>();
        for (int at = 0; at < block.Length - 2; at++)
        {
            bool isText = block.AsSpan(at).StartsWith(text);
            if (isText || (at + 4 <= block.Length && numbers.Contains(BitConverter.ToUInt32(block, at))))
            {
                expected.Add(at + 100);
            }
        }

        List<long>? hits = null;
        new PatternSearch(text, numbers).FindAll(block, block.Length, 100, ref hits);

        hits.ShouldBe(expected);
    }

    private static ulong SizeOfInnermost(DwarfFindResult found, int type)
    {
        TypeView inside = found.Graph[found.Graph[found.Types[type].Type].Members[0].Type];
        return found.Graph[inside.Members[0].Type].SizeBytes;
    }

    private static void Unit(DieTreeAssembler d, long insideSize)
    {
        d.BeginUnit();
        DwarfLabel i = d.Base("int", insideSize);
        d.Open(Struct, Name("other"), Size(4));
        d.Die(Member, Name("x"), Type(i), At(0));
        d.Close();
        DwarfLabel other = d.Die(Struct, Name("other"), Declared);
        d.Open(Struct, Name("inside"), Size(insideSize));
        d.Die(Member, Name("x"), Type(i), At(0));
        d.Close();
        DwarfLabel inside = d.Open(Struct, Name("inside"), Size(insideSize));
        d.Die(Member, Name("x"), Type(i), At(0));
        d.Close();
        DwarfLabel pointer = d.Die(Pointer, Type(other));
        d.Open(Struct, new DwarfAttribute(0x03, 0x0e, "wanted"), Size(8 + insideSize));
        d.Die(Member, Name("inside"), Type(inside), At(0));
        d.Die(Member, Name("to"), Type(pointer), At(insideSize));
        d.Close();
        d.EndUnit();
    }

    // Pointees are declarations here and definitions there.
    private static string Layout(TypeView type) => new StringBuilder(TypeSpelling.Body(type)).Replace(" declared", "").ToString();
}
