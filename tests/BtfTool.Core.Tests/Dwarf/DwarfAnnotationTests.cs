using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.Dw;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Annotations of declarations (<c>btf_decl_tag</c>) are in the graph as BTF has them.</summary>
public class DwarfAnnotationTests
{
    [Theory]
    [InlineData("clang-x86_64-dwarf5")]
    [InlineData("clang-x86_64-dwarf2")]
    [InlineData("clang-s390x-dwarf4")]
    public void Clang_says_the_same_in_DWARF_and_in_BTF(string variant)
    {
        TypeGraph ours = ReadDwarf.All(Fixtures.Read($"dwarf/tags.{variant}.o.gz")).Graph;
        TypeGraph theirs = Read.Graph(ElfSections.Find(Fixtures.Read("bin/tags.clang-bpf.o"), ".BTF").ShouldNotBeNull());

        string[] tags = Tags(theirs);
        tags.Length.ShouldBeGreaterThanOrEqualTo(8);

        // For BPF clang only declares what pointers lead to and nothing contains, and says no more of it.
        Tags(ours).Where(tag => !Declared(theirs).Contains(tag.Split(' ')[1])).ShouldBe(tags);
    }

    [Fact]
    public void Every_kind_of_declaration_can_be_annotated_and_parts_by_their_number()
    {
        var d = new DwarfAssembler();
        DwarfUnitDraft u = d.Unit(5).Top(a => a.Name("a.c").Language(12));
        DieDraft i = u.Base("int", 4, DW_ATE_signed);
        DieDraft s = u.Struct("s", 8);
        s.Child(DW_TAG_member, a => a.Name("a").Type(i).MemberLocation(0));
        s.Child(DW_TAG_member, a => a.Name("static").Type(i).External(), m => Tag(m, "of nothing"));
        s.Child(DW_TAG_member, a => a.Name("b").Type(i).MemberLocation(4), m => Tag(Tag(m, "member"), "again"));
        Tag(s, "struct");
        Tag(u.Typedef("t", s), "typedef");
        Tag(u.Pointer(s), "not of a pointer");
        DieDraft f = u.Die(DW_TAG_subprogram, a => a.Name("f").External().Type(i));
        f.Child(DW_TAG_formal_parameter, a => a.Name("x").Type(i));
        f.Child(DW_TAG_formal_parameter, a => a.Name("y").Type(i), p => Tag(p, "parameter"));
        Tag(f, "function");
        Tag(u.Die(DW_TAG_variable, a => a.Name("v").Type(i).External()), "variable");
        Tag(u.Die(DW_TAG_variable, a => a.Name("elsewhere").Type(i).External().Declaration()), "of no variable here");
        s.Child(DW_TAG_LLVM_annotation, a => a.Name("something_else").String(DW_AT_const_value, "unknown"));

        byte[] elf = d.ToElf();

        Tags(ReadDwarf.All(elf, new DwarfReadOptions { Strict = true }).Graph).ShouldBe(
        [
            "Function f -1 function", "Function f 1 parameter", "Struct s -1 struct", "Struct s 1 again", "Struct s 1 member",
            "Typedef t -1 typedef", "Variable v -1 variable",
        ]);
        Tags(ReadDwarf.All(elf, new DwarfReadOptions { Functions = false, Variables = false }).Graph).ShouldBe(
            ["Struct s -1 struct", "Struct s 1 again", "Struct s 1 member", "Typedef t -1 typedef"]);
    }

    [Fact]
    public void What_annotates_a_type_in_many_units_annotates_it_once()
    {
        var d = new DwarfAssembler();
        for (int n = 0; n < 3; n++)
        {
            DwarfUnitDraft u = d.Unit(5).Top(a => a.Name("a.c").Language(12));
            DieDraft s = u.Struct("s", 4);
            s.Child(DW_TAG_member, a => a.Name("a").Type(() => u.Root.Children[^1]).MemberLocation(0), m => Tag(m, "tagged"));
            u.Base("int", 4, DW_ATE_signed);
        }

        Tags(ReadDwarf.All(d.ToElf()).Graph).ShouldBe(["Struct s 0 tagged"]);
    }

    private static DieDraft Tag(DieDraft die, string text)
    {
        die.Add(DW_TAG_LLVM_annotation, a => a.Name("btf_decl_tag").String(DW_AT_const_value, text));
        return die;
    }

    private static string[] Declared(TypeGraph graph) => [.. Enumerable.Range(1, graph.TypeCount - 1).Select(id => graph[new TypeId((uint)id)])
        .Where(type => type.Kind == TypeKind.Forward).Select(type => type.NameString)];

    private static string[] Tags(TypeGraph graph)
    {
        var tags = new List<string>();
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView tag = graph[new TypeId(id)];
            if (tag.Kind == TypeKind.DeclTag)
            {
                TypeView target = graph[tag.Target];
                tags.Add($"{target.Kind} {target.NameString} {tag.ComponentIndex} {tag.NameString}");
            }
        }

        tags.Sort(StringComparer.Ordinal);
        return [.. tags];
    }
}
