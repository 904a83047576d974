using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.DwarfAttribute;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>The name index has the names of the whole graph, without reading it.</summary>
public class DwarfNameIndexTests
{
    private const ushort Struct = 0x13;
    private const ushort Subprogram = 0x2e;

    [Theory]
    [InlineData("oracle/tun-ko/tun.ko.debug.gz")]
    [InlineData("oracle/overlay-ko/overlay.ko.debug.gz")]
    [InlineData("dwarf/bin/nesting.clang-dwarf5.o")]
    [InlineData("dwarf/bin/bitfields.gcc-s390x-dwarf3-64.o")]
    public void The_names_are_those_of_the_whole_graph(string fixture)
    {
        DwarfFile file = ReadDwarf.File(Fixtures.Read(fixture));
        TypeGraph graph = DwarfReader.Read(file, new DwarfReadOptions { Functions = false, Variables = false }).Graph;
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (KindOf(type) is { } kind && !type.IsAnonymous)
            {
                expected.Add($"{kind} {type.NameString}{(IsDeclared(type) ? " declared" : "")}");
            }

            foreach (EnumeratorView enumerator in type.Enumerators)
            {
                expected.Add($"{DwarfNameKind.Enumerator} {System.Text.Encoding.UTF8.GetString(enumerator.Name)}");
            }
        }

        DwarfNameIndex index = DwarfNameIndex.Read(file);

        string[] names = [.. Enumerable.Range(0, index.Count).Select(i => Describe(index, i))];
        names.ShouldBeUnique();
        names.Except(expected).ShouldBeEmpty();
        expected.Except(names).ShouldBeEmpty();
        index.Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public void More_names_than_types_are_allowed_are_not_read()
    {
        byte[] elf = Fixtures.Read("dwarf/bin/nesting.clang-dwarf5.o");
        var limits = ReaderLimits.Default with { MaxTypes = 1 };
        DwarfFile file = DwarfFile.Open(ElfFile.Parse("test.elf", ByteRegion.FromBytes(elf)), "test.elf", limits);
        NameCollector[] collectors = [new(file), new(file)];
        foreach (NameCollector collector in collectors)
        {
            collector.AddOther(1, 1, DwarfNameKind.Struct, false, file.Units[0], 11);
            Should.Throw<InvalidImageException>(() => collector.AddOther(2, 2, DwarfNameKind.Struct, false, file.Units[0], 12))
                .Message.ShouldContain("more than 1 names");
        }

        Should.Throw<InvalidImageException>(() => NameCollector.Merge(file, collectors)).Message.ShouldContain("2 names");
    }

    [Fact]
    public void A_unit_that_ends_inside_a_DIE_is_left_out()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Die(Struct, new DwarfAttribute(0x0b, 0x07, 8L));
        d.EndUnit(close: false);
        d.Spoil(".debug_info", info =>
        {
            byte[] cut = info[..^6];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(cut, (uint)cut.Length - 4);
            return cut;
        });

        DwarfNameIndex.Read(ReadDwarf.File(d.ToElf())).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("bytes expected");
    }

    [Fact]
    public void What_a_thread_throws_is_thrown_where_the_work_was_asked_for() =>
        Should.Throw<InvalidImageException>(() => Crew.Run(2, number =>
        {
            if (number == 1)
            {
                throw new InvalidImageException("x", "", -1, "broken");
            }
        })).Rule.ShouldBe("broken");

    [Theory]
    [InlineData("oracle/tun-ko/tun.ko.debug.gz")]
    [InlineData("dwarf/bin/nesting.clang-dwarf5.o")]
    public void The_index_does_not_depend_on_the_number_of_threads(string fixture)
    {
        DwarfFile file = ReadDwarf.File(Fixtures.Read(fixture));

        DwarfNameIndex one = DwarfNameIndex.Read(file, new DwarfNameOptions { Reading = new() { Jobs = 1 }, Code = true });
        DwarfNameIndex three = DwarfNameIndex.Read(file, new DwarfNameOptions { Reading = new() { Jobs = 3 }, Code = true });

        Enumerable.Range(0, three.Count).Select(i => (three.StringOf(i), three[i]))
            .ShouldBe(Enumerable.Range(0, one.Count).Select(i => (one.StringOf(i), one[i])));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Types_in_functions_and_code_are_read_where_they_are_asked_for(bool all)
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Open(Subprogram, Name("function"));
        d.Open(0x0b);
        d.Die(Struct, Name("local"), Size(4));
        d.Close();
        d.Close();
        d.Die(Struct, Name("after"), Declared);
        d.EndUnit();
        d.BeginUnit();
        d.Die(Struct, Name("after"), Size(4));
        d.Die(0x34, Name("variable"));
        d.EndUnit();

        DwarfNameIndex index = DwarfNameIndex.Read(ReadDwarf.File(d.ToElf()), new DwarfNameOptions { Local = all, Code = all });

        string[] expected = all ? ["Function function", "Struct local", "Struct after", "Variable variable"] : ["Struct after"];
        Enumerable.Range(0, index.Count).Select(i => Describe(index, i)).ShouldBe(expected);
        index[index.Count - (all ? 2 : 1)].Unit.ShouldBe(1);
    }

    [Fact]
    public void The_nearest_names_of_types_are_suggested()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Die(Struct, Name("task_struct"), Size(4));
        d.Die(0x16, Name("task_strict"));
        d.Die(Struct, Name("task_stract"), Declared);
        d.Die(0x24, Name("task_struck"), Size(4));
        d.EndUnit();

        DwarfNameIndex index = DwarfNameIndex.Read(ReadDwarf.File(d.ToElf()));

        index.Nearest("tsk_struct").ShouldBe(["task_struct", "task_strict"]);
        index.Nearest("typedef tsk_struct").ShouldBe(["task_strict"]);
        index.Nearest("nothing_like_it").ShouldBeEmpty();
        index.Nearest("").ShouldBeEmpty();
    }

    [Fact]
    public void Near_names_of_types_are_found_among_the_strings_alone_and_at_the_ends_of_longer_ones()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Die(Struct, new DwarfAttribute(0x03, 0x0e, "task_struct"), Size(8));
        d.Die(Struct, new DwarfAttribute(0x03, 0x0e, "tusk_struct"), new DwarfAttribute(0x3c, 0x19, 0L));
        d.Die(0x34, new DwarfAttribute(0x03, 0x0e, "tsk_strict"), new DwarfAttribute(0x3c, 0x19, 0L));
        d.Die(Struct, new DwarfAttribute(0x03, 0x0e, "far_from_it"), Size(8));
        d.EndUnit();
        DwarfFile file = ReadDwarf.File(d.ToElf());

        NearNames.Find(file, "tsk_struct", new DwarfReadOptions()).ShouldBe(["task_struct"]);
        NearNames.Find(file, "structt", new DwarfReadOptions()).ShouldBeEmpty();
        NearNames.Find(file, "fr_from_it", new DwarfReadOptions()).ShouldBe(["far_from_it"]);
        NearNames.Find(file, "nothing_like_it", new DwarfReadOptions()).ShouldBeEmpty();
        NearNames.Find(file, "", new DwarfReadOptions()).ShouldBeEmpty();
        NearNames.Find(file, new string('x', 500), new DwarfReadOptions()).ShouldBeEmpty();
    }

    [Fact]
    public void A_damaged_unit_is_told()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        d.Raw(100);
        d.EndUnit();
        d.BeginUnit();
        d.Die(Struct, Name("whole"), Size(1));
        d.EndUnit();

        DwarfNameIndex index = DwarfNameIndex.Read(ReadDwarf.File(d.ToElf()));

        Describe(index, 0).ShouldBe("Struct whole");
        index.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("abbreviation 100");
    }

    private static string Describe(DwarfNameIndex index, int i) =>
        $"{index[i].Kind} {index.StringOf(i)}{(index[i].IsDeclaration ? " declared" : "")}";

    // The graph has enumerations that are only declared as ones without constants.
    private static bool IsDeclared(TypeView type) => type.Kind == TypeKind.Forward || (type.IsEnum && type.ElementsInList == 0);

    private static DwarfNameKind? KindOf(TypeView type) => type.Kind switch
    {
        TypeKind.Struct => DwarfNameKind.Struct,
        TypeKind.Union => DwarfNameKind.Union,
        TypeKind.Forward => type.Flag ? DwarfNameKind.Union : DwarfNameKind.Struct,
        TypeKind.Enum or TypeKind.Enum64 => DwarfNameKind.Enum,
        TypeKind.Typedef => DwarfNameKind.Typedef,
        TypeKind.Int or TypeKind.Float => DwarfNameKind.BaseType,
        _ => null,
    };
}
