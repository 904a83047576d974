using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

/// <summary>Functions and variables by name, regular expressions, and what narrows names.</summary>
public class DeclarationQueryTests
{
    private static readonly TypeGraph s_graph = Made();

    [Theory]
    [InlineData("tcp_recv", "tcp_recv tcp_recv")]
    [InlineData("tcp_*", "tcp_send tcp_recv tcp_recv")]
    [InlineData("/^tcp_|put$/", "tcp_send tcp_recv tcp_recv udp_put")]
    [InlineData("/É/", "caf\u00c9")]
    [InlineData("[ft]cp_s*", "tcp_send")]
    public void Names_patterns_and_regular_expressions_find_functions_in_the_order_of_the_file(string name, string found)
    {
        Found(TypeKind.Function, [name]).ShouldBe(found.Split(' '));
    }

    [Fact]
    public void Without_names_all_of_the_kind_are_found_that_have_one()
    {
        Found(TypeKind.Function, []).Length.ShouldBe(5);
        Found(TypeKind.Variable, []).ShouldBe(["tcp_table"]);
        Found(TypeKind.Variable, ["*"]).ShouldBe(["tcp_table"]);
        Should.Throw<ArgumentException>(() => new DeclarationQuery(TypeKind.Struct, []));
    }

    [Fact]
    public void What_one_name_found_is_not_found_again_by_another()
    {
        Found(TypeKind.Function, ["*send", "tcp_s*", "/send/"]).ShouldBe(["tcp_send"]);
    }

    [Fact]
    public void A_prefix_and_exclusions_narrow()
    {
        Found(TypeKind.Function, ["*_*"], NameFilter.Of("tcp", ["*recv"])).ShouldBe(["tcp_send"]);
        Found(TypeKind.Function, [], NameFilter.Of(null, ["tcp_send", "/^u/", "caf?*"])).ShouldBe(["tcp_recv", "tcp_recv"]);
        Found(TypeKind.Function, [], NameFilter.Of("", ["tcp"])).Length.ShouldBe(5);
        NameFilter.Of("", []).ShouldBeNull();
    }

    [Fact]
    public void Each_name_that_means_nothing_says_why()
    {
        var query = new DeclarationQuery(TypeKind.Function, ["tcp_sned", "tcp_send", "x*", "tcp_table", "tcp"]);
        query.FindIn(s_graph, s_graph.FirstOwnType);

        query.ProblemsIn(s_graph).ShouldBe(
        [
            "unknown function 'tcp_sned': did you mean 'tcp_send'?", "no function matches 'x*'",
            "'tcp_table' is a variable, not a function", "'tcp' is a struct, not a function",
        ]);
    }

    [Fact]
    public void A_name_that_was_left_out_is_no_name_that_means_nothing()
    {
        var query = new DeclarationQuery(TypeKind.Function, ["tcp_send"], NameFilter.Of("udp", []));

        query.FindIn(s_graph, s_graph.FirstOwnType).ShouldBeEmpty();
        query.ProblemsIn(s_graph).ShouldBeEmpty();
    }

    [Fact]
    public void A_name_that_does_not_match_costs_no_memory()
    {
        var query = new DeclarationQuery(TypeKind.Function, ["/^no such name$/", "nor?this", "nor_that"], NameFilter.Of(null, ["/x/"]));
        query.FindIn(s_graph, s_graph.FirstOwnType);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            query.FindIn(s_graph, s_graph.FirstOwnType);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000 * 64L, "an empty list for each pass, nothing for its five names");
    }

    [Theory]
    [InlineData("function tcp_send", "tcp_send")]
    [InlineData("function tcp_*", "tcp_send tcp_recv tcp_recv")]
    [InlineData("var /tab/", "tcp_table")]
    [InlineData("variable tcp_table", "tcp_table")]
    [InlineData("tcp_table", "tcp_table")]
    [InlineData("tcp*", "tcp")]
    [InlineData("/^tcp/", "tcp")]
    [InlineData("udp_put", "udp_put")]
    public void A_word_asks_for_declarations_and_so_does_a_name_that_no_type_has(string text, string found)
    {
        TypeNameResult result = TypeNameQuery.Resolve(s_graph, text, orDeclarations: true);

        result.Problem.ShouldBeNull();
        result.Types.Select(id => s_graph[id].NameString).ShouldBe(found.Split(' '));
    }

    [Fact]
    public void Where_only_types_will_do_no_declaration_is_found()
    {
        TypeNameQuery.Resolve(s_graph, "tcp_table").Problem.ShouldBe("'tcp_table' is a variable, not a struct, union, enum or typedef");
        TypeNameQuery.Resolve(s_graph, "function tcp_send").IsDefined.ShouldBeFalse();
        TypeNameQuery.Resolve(s_graph, "udp_pt").Problem.ShouldBe("unknown type 'udp_pt'");
        TypeNameQuery.Resolve(s_graph, "udp_pt", orDeclarations: true).Problem.ShouldBe("unknown type 'udp_pt': did you mean 'udp_put'?");
    }

    [Theory]
    [InlineData("/tcp_(/", "'/tcp_(/': character 6: ")]
    [InlineData("struct /[/", "'/[/': character 2: unterminated bracket")]
    [InlineData("/(?=tcp)/", "'/(?=tcp)/': look-around")]
    [InlineData("/(a)\\1/", "'/(a)\\1/': look-around")]
    [InlineData("/((a{1000}){1000}){1000}/", "very large repetitions")]
    public void A_mistake_in_a_regular_expression_is_said_with_its_place(string text, string said)
    {
        TypeNameQuery.MistakeIn(text).ShouldNotBeNull().ShouldContain(said);
    }

    [Theory]
    [InlineData("tcp_(")]
    [InlineData("//")]
    [InlineData("/tcp")]
    [InlineData("struct [")]
    [InlineData("/^(tcp|udp)_.*$/")]
    public void Anything_else_has_no_mistake(string text)
    {
        TypeNameQuery.MistakeIn(text).ShouldBeNull();
    }

    [Fact]
    public void A_regular_expression_is_tried_on_names_of_bounded_length_whatever_their_bytes_are()
    {
        var btf = new BtfAssembler();
        btf.Struct(new string('a', 4096), 0);
        btf.Struct(new string('a', 4097), 0);
        uint raw = btf.Struct("b", 0);
        btf[raw].NameOffset = btf.RawName([0xff, (byte)'a', 0xc3, 0]);
        TypeGraph graph = GraphOf(btf);

        TypeNameQuery.Resolve(graph, "/a/").Types.Select(id => id.Value).ShouldBe([1u, 3u]);
        TypeNameQuery.Resolve(graph, "/(a+)+$/").Types.Count.ShouldBe(1);
    }

    private static string[] Found(TypeKind kind, string[] names, NameFilter? filter = null) =>
        [.. new DeclarationQuery(kind, names, filter).FindIn(s_graph, s_graph.FirstOwnType).Select(id => s_graph[id].NameString)];

    private static TypeGraph Made()
    {
        var btf = new BtfAssembler();
        uint number = btf.Int("int", 4, signed: true);
        uint none = btf.Prototype(0);
        uint one = btf.Prototype(number);
        btf.Struct("tcp", 0);
        btf.Function("tcp_send", none);
        btf.Function("tcp_recv", none);
        btf.Function("tcp_recv", one);
        btf.Function("udp_put", none);
        btf.Function(Encoding.UTF8.GetString("caf\u00c9"u8), none);
        btf.Function("", one);
        btf.Variable("tcp_table", number);
        return GraphOf(btf);
    }

    private static TypeGraph GraphOf(BtfAssembler btf) =>
        BtfReader.Read(BtfFile.Parse("made", "BTF", ByteRegion.FromBytes(btf.ToBytes()), null), null);
}
