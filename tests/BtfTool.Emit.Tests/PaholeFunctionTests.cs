using System.Security.Cryptography;
using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Pahole;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Functions as pfunct writes them, and what is added where that is not C.</summary>
public class PaholeFunctionTests
{
    [Theory]
    [InlineData("clang-bpf")]
    [InlineData("clang-bpfeb")]
    [InlineData("gcc-i686")]
    [InlineData("gcc-s390x")]
    [InlineData("gcc-x86_64")]
    [InlineData("gcc-x86_64-pahole")]
    public void Prototypes_in_compat_mode_are_those_of_pfunct_from_the_last_to_the_first(string target)
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf($"bin/functions.{target}.o"), new SourceOptions());
        string[] lines = Lines(source.Graph, TypeKind.Function, new PaholeOptions { Compat = true });
        lines.Reverse().ShouldBe(LinesOf(Fixtures.Read($"bin/functions.{target}.pfunct-1.24.txt")));
    }

    [Fact]
    public void All_prototypes_of_a_kernel_in_compat_mode_are_those_of_pfunct()
    {
        string[] lines = Lines(Inputs.Graph("oracle/linux-6.1/vmlinux.btf.gz"), TypeKind.Function, new PaholeOptions { Compat = true });
        Array.Reverse(lines);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        string recorded = Encoding.UTF8.GetString(Fixtures.Read("oracle/linux-6.1/pfunct-1.24.prototypes.sha256")).Trim();

        lines.Length.ShouldBe(42049);
        Convert.ToHexString(hash).ShouldBe(recorded, StringCompareShould.IgnoreCase);
    }

    [Fact]
    public void Without_compatibility_only_what_is_not_C_differs()
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf("bin/functions.gcc-x86_64.o"), new SourceOptions());
        string[] compat = Lines(source.Graph, TypeKind.Function, new PaholeOptions { Compat = true });
        string[] right = Lines(source.Graph, TypeKind.Function, new PaholeOptions());

        right.Except(compat).ShouldBe(["int (*choose(int which))(int);"]);
        compat.Except(right).ShouldBe(["int ()(int) * choose(int which);"]);
    }

    [Fact]
    public void A_parameter_that_pfunct_gets_wrong_leaves_the_others_as_they_are()
    {
        var btf = new BtfAssembler();
        uint number = btf.Int("int", 4, signed: true);
        uint text = btf.Pointer(btf.Const(number));
        uint constant = btf.Const(btf.Pointer(number));
        btf.Function("f", btf.Prototype(number).Parameter("a", text).Parameter("b", constant));

        Lines(GraphOf(btf), TypeKind.Function, new PaholeOptions { Compat = true }).ShouldBe(["int f(const int  * a, const int *  b);"]);
        Lines(GraphOf(btf), TypeKind.Function, new PaholeOptions()).ShouldBe(["int f(const int  * a, int * const b);"]);
    }

    [Fact]
    public void Variables_stand_on_a_line_each_with_their_dimensions_where_C_has_them()
    {
        var btf = new BtfAssembler();
        uint number = btf.Int("int", 4, signed: true);
        uint tagged = btf.Struct("tagged", 4).Member("a", number, 0);
        uint unnamed = btf.Struct("", 4).Member("a", number, 0);
        btf.Variable("plain", tagged);
        btf.Variable("grid", btf.Array(btf.Array(number, number, 3), number, 2));
        btf.Variable("constants", btf.Const(btf.Array(number, number, 4)));
        btf.Variable("callback", btf.Pointer(btf.Prototype(0).Parameter("n", number)));
        btf.Variable("open", btf.Array(btf.Pointer(tagged), number, 0));
        btf.Variable("body", unnamed);

        Lines(GraphOf(btf), TypeKind.Variable, new PaholeOptions()).ShouldBe(
        [
            "struct tagged plain;", "int grid[2][3];", "const int constants[4];", "void (*callback)(int n);", "struct tagged * open[];",
            "struct {...} body;",
        ]);
    }

    [Fact]
    public void What_is_known_of_a_declaration_stands_before_it_but_not_in_compat_mode()
    {
        var btf = new BtfAssembler();
        uint number = btf.Int("int", 4, signed: true);
        uint function = btf.Function("f", btf.Prototype(0), linkage: 2);
        uint variable = btf.Variable("v", number, linkage: 0);
        btf.DataSection(".da*/ta", 8).Entry(variable, 4, 4);
        TypeGraph graph = GraphOf(btf);

        Text(graph, function, new PaholeOptions()).ShouldBe("/* extern */\nvoid f(void);\n");
        Text(graph, variable, new PaholeOptions()).ShouldBe("/* static; .da*?ta; offset 4; size 4 */\nint v;\n");
        Text(graph, variable, new PaholeOptions { Hex = true }).ShouldStartWith("/* static; .da*?ta; offset 0x4; size 0x4 */");
        Text(graph, variable, new PaholeOptions { Compat = true }).ShouldBe("int v;\n");
    }

    [Fact]
    public void Linkage_is_not_said_of_functions_where_the_file_has_the_same_for_all()
    {
        var btf = new BtfAssembler();
        uint function = btf.Function("f", btf.Prototype(0), linkage: 0);

        Text(GraphOf(btf), function, new PaholeOptions()).ShouldBe("void f(void);\n");
    }

    [Fact]
    public void A_type_is_no_declaration()
    {
        var btf = new BtfAssembler();
        uint number = btf.Int("int", 4, signed: true);

        Should.Throw<ArgumentException>(() => Inputs.Write(w =>
            new PaholeEmitter(GraphOf(btf), new PaholeOptions(), w).WriteDeclarationLine(new TypeId(number))));
    }

    private static TypeGraph GraphOf(BtfAssembler btf) =>
        BtfReader.Read(BtfFile.Parse("made", "BTF", ByteRegion.FromBytes(btf.ToBytes()), null), null);

    private static string Text(TypeGraph graph, uint id, PaholeOptions options) =>
        Encoding.UTF8.GetString(Inputs.Write(w => new PaholeEmitter(graph, options, w).WriteType(new TypeId(id))));

    private static string[] Lines(TypeGraph graph, TypeKind kind, PaholeOptions options) => LinesOf(Inputs.Write(w =>
    {
        var emitter = new PaholeEmitter(graph, options, w);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph.KindOf(new TypeId(id)) == kind && !graph[new TypeId(id)].IsAnonymous)
            {
                emitter.WriteDeclarationLine(new TypeId(id));
            }
        }
    }));

    private static string[] LinesOf(byte[] text) =>
        Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
