using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.DwarfAttribute;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Units repeat what headers say: equal types are one, different ones of a name stay apart, however many refer to them.</summary>
public class DwarfDeduplicationTests
{
    private const ushort Member = 0x0d;
    private const ushort Pointer = 0x0f;
    private const ushort Struct = 0x13;

    [Fact]
    public void Equal_types_of_many_units_are_one()
    {
        var d = new DieTreeAssembler();
        for (int unit = 0; unit < 5; unit++)
        {
            Unit(d, itemSize: 4, defineItem: true);
        }

        TypeGraph graph = ReadDwarf.Graph(d);

        Structs(graph).ShouldBe(["holder", "item", "list"]);
        graph.TypeCount.ShouldBe(1 + 6);
    }

    [Fact]
    public void Types_that_refer_to_different_types_of_one_name_stay_apart()
    {
        var d = new DieTreeAssembler();
        Unit(d, itemSize: 4, defineItem: true);
        Unit(d, itemSize: 8, defineItem: true);
        Unit(d, itemSize: 4, defineItem: true);
        Unit(d, itemSize: 8, defineItem: true);

        TypeGraph graph = ReadDwarf.Graph(d);

        Structs(graph).ShouldBe(["holder", "holder", "item", "item", "list", "list"]);
        var sizes = new List<ulong>();
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.NameString == "holder")
            {
                TypeView list = graph[graph[type.Members[0].Type].Target];
                sizes.Add(graph[graph[list.Members[0].Type].Target].SizeBytes);
            }
        }

        sizes.ShouldBe([4ul, 8ul]);
    }

    [Fact]
    public void A_unit_that_only_declares_a_name_goes_with_the_first_that_defines_it()
    {
        var d = new DieTreeAssembler();
        Unit(d, itemSize: 0, defineItem: false);
        Unit(d, itemSize: 4, defineItem: true);
        Unit(d, itemSize: 8, defineItem: true);

        TypeGraph graph = ReadDwarf.Graph(d);

        Structs(graph).ShouldBe(["holder", "holder", "item", "item", "list", "list"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_unit_does_not_define_makes_no_third_of_two_types(int rotation)
    {
        // As in the C library: the last unit has one of the two files, and what that reaches through table is not defined in it.
        (int LockSize, bool DefinesTable)[] units = [(4, true), (8, true), (8, false)];
        var d = new DieTreeAssembler();
        for (int i = 0; i < units.Length; i++)
        {
            (int lockSize, bool definesTable) = units[(i + rotation) % units.Length];
            FileUnit(d, lockSize, definesTable);
        }

        TypeGraph graph = ReadDwarf.Graph(d);

        Structs(graph).ShouldBe(["file", "file", "table", "table", "wide", "wide"]);
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView file = graph[new TypeId(id)];
            if (file.NameString == "file")
            {
                TypeView wide = graph[graph[file.Members[1].Type].Target];
                TypeView table = graph[graph[wide.Members[0].Type].Target];
                graph[table.Members[0].Type].Target.ShouldBe(file.Id);
            }
        }
    }

    [Fact]
    public void A_declaration_is_the_only_definition_of_its_name_and_kind()
    {
        var d = new DieTreeAssembler();
        Unit(d, itemSize: 0, defineItem: false);
        Unit(d, itemSize: 4, defineItem: true);
        d.BeginUnit();
        d.Die(0x17, Name("item"), Declared);
        d.EndUnit();

        TypeGraph graph = ReadDwarf.Graph(d);

        Structs(graph).ShouldBe(["holder", "item", "list"]);
        Enumerable.Range(1, graph.TypeCount - 1).Count(id => graph.KindOf(new TypeId((uint)id)) == TypeKind.Forward).ShouldBe(1);
    }

    [Fact]
    public void A_type_in_a_function_that_hides_one_of_its_name_is_another()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        DwarfLabel outer = OneMember(d, "item", 4, i);
        d.Die(0x16, Name("outer_t"), Type(d.Die(Pointer, Type(outer))));
        d.Open(0x2e, Name("f"));
        DwarfLabel local = OneMember(d, "item", 8, i);
        d.Die(0x16, Name("local_t"), Type(d.Die(Pointer, Type(local))));
        d.Close();
        d.EndUnit();

        TypeGraph graph = ReadDwarf.Graph(d);

        graph[graph[ReadDwarf.Type(graph, "outer_t").Target].Target].SizeBytes.ShouldBe(4ul);
        graph[graph[ReadDwarf.Type(graph, "local_t").Target].Target].SizeBytes.ShouldBe(8ul);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_order_of_units_does_not_change_which_types_there_are(int rotation)
    {
        int[] sizes = [4, 8, 0, 4, 16];
        string[] Lines(int by)
        {
            var d = new DieTreeAssembler();
            for (int i = 0; i < sizes.Length; i++)
            {
                int size = sizes[(i + by) % sizes.Length];
                Unit(d, size, size > 0);
            }

            return [.. TypeSpelling.Lines(ReadDwarf.Graph(d))];
        }

        Lines(rotation).ShouldBe(Lines(0));
    }

    [Fact]
    public void Types_of_another_unit_are_read_from_there()
    {
        var d = new DieTreeAssembler(version: 5);
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        DwarfLabel item = OneMember(d, "item", 4, i);
        d.EndUnit();
        d.BeginUnit();
        d.Open(Struct, Name("user"), Size(12));
        d.Die(Member, Name("own"), new DwarfAttribute(0x49, 0x10, item), At(0));
        d.Die(Member, Name("number"), new DwarfAttribute(0x49, 0x10, i), At(4));
        d.Close();
        d.EndUnit();

        TypeSpelling.Lines(ReadDwarf.Graph(d)).ShouldBe([
            "Int int 4 Signed 32", "Struct item 4 { value@0:0 int; }", "Struct user 12 { own@0:0 Struct item; number@32:0 int; }"]);
    }

    // holder -> list -> item, all by pointers.
    private static void Unit(DieTreeAssembler d, int itemSize, bool defineItem)
    {
        d.BeginUnit();
        DwarfLabel i = d.Base("int", 4);
        DwarfLabel item = defineItem ? OneMember(d, "item", itemSize, i) : d.Die(Struct, Name("item"), Declared);
        DwarfLabel list = OneMember(d, "list", 8, d.Die(Pointer, Type(item)));
        OneMember(d, "holder", 8, d.Die(Pointer, Type(list)));
        d.EndUnit();
    }

    // file -> lock, wide -> table -> file, by pointers.
    private static void FileUnit(DieTreeAssembler d, int lockSize, bool definesTable)
    {
        d.BeginUnit();
        DwarfLabel file = DieTreeAssembler.NewLabel();
        DwarfLabel lockType = d.Base("lock" + lockSize, lockSize);
        DwarfLabel table = definesTable ? OneMember(d, "table", 8, d.Die(Pointer, Type(file))) : d.Die(Struct, Name("table"), Declared);
        DwarfLabel wide = d.Die(Pointer, Type(OneMember(d, "wide", 8, d.Die(Pointer, Type(table)))));
        DwarfLabel lockPointer = d.Die(Pointer, Type(lockType));
        DieTreeAssembler.Place(file, d.Open(Struct, Name("file"), Size(16)));
        d.Die(Member, Name("lock"), Type(lockPointer), At(0));
        d.Die(Member, Name("wide"), Type(wide), At(8));
        d.Close();
        d.EndUnit();
    }

    private static DwarfLabel OneMember(DieTreeAssembler d, string name, long size, DwarfLabel type)
    {
        DwarfLabel label = d.Open(Struct, Name(name), Size(size));
        d.Die(Member, Name("value"), Type(type), At(0));
        d.Close();
        return label;
    }

    private static List<string> Structs(TypeGraph graph)
    {
        var names = new List<string>();
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            if (graph.KindOf(new TypeId(id)) == TypeKind.Struct)
            {
                names.Add(graph[new TypeId(id)].NameString);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
