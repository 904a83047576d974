using System.Text;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.Dw;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Where types are declared: the files of the line table and the lines of the DIEs.</summary>
public class DwarfDeclarationTests
{
    private static readonly DwarfReadOptions WithPlaces = new() { DeclarationPlaces = true, Strict = true };

    /// <summary>Every compiled object whose sources are in C.</summary>
    public static TheoryData<string> Compiled =>
    [
        .. Directory.EnumerateFiles(Fixtures.PathOf("dwarf"), "*.gz").Select(path => "dwarf/" + Path.GetFileName(path)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Compiled))]
    public void The_line_of_a_source_names_what_is_declared_in_it(string fixture)
    {
        TypeGraph graph = ReadDwarf.All(Fixtures.Read(fixture), WithPlaces).Graph;
        int known = 0;
        foreach (TypeView type in Named(graph))
        {
            if (!type.TryGetDeclaration(out NameId file, out uint line))
            {
                continue;
            }

            string path = graph.NameString(file);
            string source = Fixtures.PathOf("c/" + Path.GetFileName(path));
            File.Exists(source).ShouldBeTrue($"{type.NameString} is in {path}");
            File.ReadAllLines(source)[(int)line - 1].ShouldContain(type.NameString, Case.Sensitive, $"{path}:{line}");
            known++;
        }

        known.ShouldBeGreaterThan(2);
    }

    [Fact]
    public void Two_layouts_of_one_name_are_each_where_they_are_declared()
    {
        TypeGraph graph = ReadDwarf.All(Fixtures.Read("dwarf/conflicts-both.gcc-x86_64.o.gz"), WithPlaces).Graph;
        string[] names = [.. Named(graph).Where(t => t.IsComposite).GroupBy(t => t.NameString).Where(g => g.Count() > 1).Select(g => g.Key)];

        names.ShouldNotBeEmpty();
        foreach (string name in names)
        {
            string[] places = [.. Named(graph).Where(t => t.IsComposite && t.NameString == name).Select(t => PlaceOf(graph, t))];
            places.ShouldBeUnique();
            places.ShouldAllBe(place => place.Contains("conflicts", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(3, true, true)]
    [InlineData(4, false, true)]
    [InlineData(5, true, false)]
    [InlineData(5, false, true)]
    public void Files_are_counted_as_each_version_does(int version, bool bigEndian, bool dwarf64)
    {
        var d = new DwarfAssembler(bigEndian);
        DwarfUnitDraft u = d.Unit(version, dwarf64).Top(a => a.Name("a.c").Language(12).Folder("/build")
            .LineTable(version < 4 ? dwarf64 ? DW_FORM_data8 : DW_FORM_data4 : DW_FORM_sec_offset));
        u.Files.AddRange(["a.h", "/usr/b.h"]);
        ulong first = version >= 5 ? 0u : 1u;
        u.Die(DW_TAG_structure_type, a => a.Name("relative").ByteSize(4).Declared(first, 7));
        u.Die(DW_TAG_structure_type, a => a.Name("absolute").ByteSize(8).Declared(first + 1, 70_000));
        u.Die(DW_TAG_structure_type, a => a.Name("only_line").ByteSize(12).Unsigned(DW_AT_decl_line, 3));
        u.Die(DW_TAG_structure_type, a => a.Name("neither").ByteSize(16));
        u.Struct("implicit", 20).Attributes.Implicit(DW_AT_decl_file, (long)first).Implicit(DW_AT_decl_line, 9);

        DwarfReadResult result = ReadDwarf.All(d.ToElf(), WithPlaces);

        result.Diagnostics.ShouldBeEmpty();
        string folder = version >= 5 ? "/src" : "/build";
        Places(result.Graph).ShouldBe([$"relative {folder}/a.h:7", "absolute /usr/b.h:70000", "only_line :3", "neither", $"implicit {folder}/a.h:9"]);
    }

    [Fact]
    public void Tables_of_version_5_may_say_of_files_whatever_they_like_in_any_form()
    {
        var d = new DwarfAssembler();
        ulong text = d.Strings.Place("of_strings.h");
        ulong lineText = d.LineStrings.Place("include");
        var body = new DwarfBytes(false);

        // Directories: a path, and something that only its maker knows.
        body.Raw([2, 1, (byte)DW_FORM_line_strp, 0x81, 0x40, (byte)DW_FORM_block, 2]);
        body.Integer(d.LineStrings.Place("relative"), 4);
        body.Raw([3, 1, 2, 3]);
        body.Integer(lineText, 4);
        body.Raw([0]);

        // Files: directory before name, MD5, size.
        body.Raw([4, 2, (byte)DW_FORM_data2, 1, (byte)DW_FORM_strp, 5, (byte)DW_FORM_data16, 4, (byte)DW_FORM_udata, 2]);
        foreach (ushort directory in new ushort[] { 1, 0 })
        {
            body.Integer(directory, 2);
            body.Integer(text, 4);
            body.Raw(new byte[16]);
            body.Unsigned(123456);
        }

        d.RawSection(".debug_line", Header5(body.ToArray()));
        DwarfUnitDraft u = d.Unit(5).Top(a => a.Name("a.c").Language(12).Folder("/build").SectionOffset(DW_AT_stmt_list, 0, ".debug_line"));
        u.Die(DW_TAG_structure_type, a => a.Name("included").ByteSize(4).Declared(0, 1));
        u.Die(DW_TAG_structure_type, a => a.Name("beside").ByteSize(8).Declared(1, 2));

        DwarfReadResult result = ReadDwarf.All(d.ToElf(), WithPlaces);

        result.Diagnostics.ShouldBeEmpty();
        Places(result.Graph).ShouldBe(["included include/of_strings.h:1", "beside /build/relative/of_strings.h:2"]);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("cut")]
    [InlineData("length")]
    [InlineData("count")]
    [InlineData("gone")]
    public void A_damaged_line_table_costs_the_names_of_files_and_nothing_else(string damage)
    {
        foreach (int version in new[] { 4, 5 })
        {
            DwarfAssembler d = OneFile(version, fileOfSecond: version >= 5 ? 0u : 1u);
            d.Spoil(".debug_line", bytes => Damage(bytes, damage, version));

            DwarfReadResult result = ReadDwarf.All(d.ToElf(), WithPlaces);

            result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("source files of a unit are not known");
            Places(result.Graph).ShouldBe(["first :1", "second :2"]);
        }
    }

    [Theory]
    [InlineData(1, 0x1f05, 0, 0, "form 0x1f05 in a line table")]
    [InlineData(1, DW_FORM_strx1, 3, 0, "name 3 is not in .debug_str_offsets")]
    [InlineData(4, DW_FORM_line_strp, 5000, 0, "0x1388 lies behind the end of its section")]
    [InlineData(4, DW_FORM_line_strp, 0, 0, "does not end within")]
    [InlineData(4, DW_FORM_strp, 0, 9, "is in directory 9, and the table has 1")]
    [InlineData(4, DW_FORM_strp, 0, 0, "longer than any that are real")]
    public void What_is_wrong_with_the_name_of_a_file_is_said(int bytes, int form, int name, int directory, string rule)
    {
        var d = new DwarfAssembler();
        _ = d.Strings.Place(new string('f', 10_000));
        _ = d.LineStrings.Place(new string('d', 1000));
        var body = new DwarfBytes(false);
        body.Raw([1, 1, (byte)DW_FORM_string, 1]);
        body.Text("/" + new string('d', 10_000));
        body.Raw([2, 1]);
        body.Unsigned((ulong)form);
        body.Raw([2, (byte)DW_FORM_udata, 1]);
        body.Integer((ulong)name, bytes);
        body.Unsigned((ulong)directory);
        d.RawSection(".debug_line", Header5(body.ToArray())).Spoil(".debug_line_str", strings => strings[..^1]);
        DwarfUnitDraft u = d.Unit(5).Top(a => a.Name("a.c").Language(12).SectionOffset(DW_AT_stmt_list, 0, ".debug_line"));
        u.Die(DW_TAG_structure_type, a => a.Name("s").ByteSize(4).Declared(0, 1));

        DwarfReadResult result = ReadDwarf.All(d.ToElf(), WithPlaces);

        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain(rule);
        Places(result.Graph).ShouldBe(["s :1"]);
    }

    [Fact]
    public void A_header_that_is_longer_than_its_table_is_said()
    {
        DwarfAssembler d = OneFile(4, 1);
        d.Spoil(".debug_line", bytes => [.. bytes[..6], 0xff, 0xff, 0, 0, .. bytes[10..]]);

        ReadDwarf.All(d.ToElf(), WithPlaces).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("a header of 65535 bytes");
    }

    [Fact]
    public void One_large_table_is_not_read_for_each_of_very_many_units()
    {
        const int Units = 120;
        var d = new DwarfAssembler();
        var body = new DwarfBytes(false);
        body.Raw([1, 1, (byte)DW_FORM_string, 1, (byte)'/', 0, 1, 1, (byte)DW_FORM_string]);
        body.Unsigned(60_000);
        body.Raw(new byte[60_000]);
        d.RawSection(".debug_line", Header5(body.ToArray()));
        for (int n = 0; n < Units; n++)
        {
            DwarfUnitDraft u = d.Unit(5).Top(a => a.Name("a.c").Language(12).SectionOffset(DW_AT_stmt_list, 0, ".debug_line"));
            u.Die(DW_TAG_structure_type, a => a.Name($"s{n}").ByteSize(4).Declared(0, 1));
        }

        DwarfReadResult result = ReadDwarf.All(d.ToElf(), WithPlaces);

        result.Diagnostics.ShouldContain(m => m.Message.Contains("overlap too often", StringComparison.Ordinal));
        result.Graph.TypeCount.ShouldBe(Units + 1);
    }

    [Fact]
    public void A_file_that_is_not_in_the_table_is_said_and_the_others_are_known()
    {
        DwarfReadResult result = ReadDwarf.All(OneFile(4, fileOfSecond: 77).ToElf(), WithPlaces);

        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("file 77");
        Places(result.Graph).ShouldBe(["first /build/a.h:1", "second :2"]);
    }

    [Fact]
    public void Nothing_is_looked_for_unless_asked()
    {
        DwarfAssembler d = OneFile(5, 0);
        d.Spoil(".debug_line", _ => [1, 2, 3]);

        DwarfReadResult result = ReadDwarf.All(d.ToElf());

        result.Diagnostics.ShouldBeEmpty();
        result.Graph.Has(Facet.DeclarationPlace).ShouldBeFalse();
        Places(result.Graph).ShouldBe(["first", "second"]);
    }

    [Fact]
    public void A_type_that_is_found_by_name_says_where_it_is_declared()
    {
        DwarfFindResult found = DwarfFinder.Find(ReadDwarf.File(OneFile(4, 1).ToElf()), "second", WithPlaces);

        found.Graph.Has(Facet.DeclarationPlace).ShouldBeTrue();
        PlaceOf(found.Graph, found.Graph[found.Types.ShouldHaveSingleItem().Type]).ShouldBe("/build/a.h:2");
    }

    private static DwarfAssembler OneFile(int version, ulong fileOfSecond)
    {
        var d = new DwarfAssembler();
        DwarfUnitDraft u = d.Unit(version).Top(a => a.Name("a.c").Language(12).Folder("/build").LineTable());
        u.Files.Add("a.h");
        u.Die(DW_TAG_structure_type, a => a.Name("first").ByteSize(4).Declared(version >= 5 ? 0u : 1u, 1));
        u.Die(DW_TAG_structure_type, a => a.Name("second").ByteSize(8).Declared(fileOfSecond, 2));
        return d;
    }

    private static byte[] Damage(byte[] bytes, string how, int version)
    {
        switch (how)
        {
            case "version":
                bytes[4] = 6;
                return bytes;
            case "cut":
                return bytes[..^4];
            case "length":
                bytes[3] = 0x7f;
                return bytes;
            case "count" when version >= 5:
                // The number of directories, behind the format of their entries.
                bytes[Array.LastIndexOf(bytes, (byte)'/') - 1] = 0x7f;
                return bytes;
            case "count":
                // The names of files do not end.
                bytes.AsSpan(25).Fill((byte)'x');
                return bytes;
            default:
                return [];
        }
    }

    private static byte[] Header5(byte[] body)
    {
        byte[] fixedPart = [1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
        var table = new DwarfBytes(false);
        table.Integer((ulong)(8 + fixedPart.Length + body.Length), 4);
        table.Raw([5, 0, 8, 0]);
        table.Integer((ulong)(fixedPart.Length + body.Length), 4);
        table.Raw(fixedPart);
        table.Raw(body);
        return table.ToArray();
    }

    private static IEnumerable<TypeView> Named(TypeGraph graph) => Enumerable.Range(1, graph.TypeCount - 1)
        .Select(id => graph[new TypeId((uint)id)]).Where(type => !type.IsAnonymous);

    private static string[] Places(TypeGraph graph) => [.. Named(graph).Select(t => $"{t.NameString} {PlaceOf(graph, t)}".TrimEnd())];

    private static string PlaceOf(TypeGraph graph, TypeView type) =>
        type.TryGetDeclaration(out NameId file, out uint line) ? $"{Encoding.UTF8.GetString(graph.NameOf(file))}:{line}" : "";
}
