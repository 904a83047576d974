using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

public class DeclarationTextTests
{
    private readonly BtfAssembler _b = new();
    private readonly uint _int;
    private readonly uint _char;

    public DeclarationTextTests()
    {
        _int = _b.Int("int", 4, signed: true);
        _char = _b.Int("char", 1, signed: true, isChar: true);
    }

    [Fact]
    public void Pointers_and_their_qualifiers_are_told_apart() =>
        Texts(_b.Pointer(_char), _b.Pointer(_b.Const(_char)), _b.Const(_b.Pointer(_char)), _b.Pointer(_b.Const(_b.Pointer(_b.Const(_char)))),
            _b.Pointer(0), _b.Restrict(_b.Pointer(0))).ShouldBe(
        [
            ("char *", "char *x"), ("const char *", "const char *x"), ("char *const", "char *const x"),
            ("const char *const *", "const char *const *x"), ("void *", "void *x"), ("void *restrict", "void *restrict x"),
        ]);

    [Fact]
    public void Arrays_are_written_behind_the_name()
    {
        uint row = _b.Array(_int, _int, 4);
        Texts(row, _b.Array(row, _int, 3), _b.Array(_int, _int, 0), _b.Pointer(row), _b.Array(_b.Pointer(_int), _int, 2), _b.Const(row)).ShouldBe(
        [
            ("int [4]", "int x[4]"), ("int [3][4]", "int x[3][4]"), ("int []", "int x[]"), ("int (*)[4]", "int (*x)[4]"),
            ("int *[2]", "int *x[2]"), ("const int [4]", "const int x[4]"),
        ]);
    }

    [Fact]
    public void Functions_are_written_around_the_name()
    {
        uint p = _b.NextId;
        _b.Prototype(_int).Parameter("a", _char).Variadic();
        uint none = _b.NextId;
        _b.Prototype(0);
        uint pointer = _b.Pointer(p);
        uint taking = _b.NextId;
        _b.Prototype(pointer).Parameter("callback", pointer);
        Texts(p, none, pointer, _b.Array(pointer, _int, 3), _b.Const(pointer), taking).ShouldBe(
        [
            ("int (char, ...)", "int x(char, ...)"), ("void (void)", "void x(void)"), ("int (*)(char, ...)", "int (*x)(char, ...)"),
            ("int (*[3])(char, ...)", "int (*x[3])(char, ...)"), ("int (*const)(char, ...)", "int (*const x)(char, ...)"),
            ("int (*(int (*)(char, ...)))(char, ...)", "int (*x(int (*)(char, ...)))(char, ...)"),
        ]);
    }

    [Fact]
    public void What_has_no_name_is_said_to_have_a_body()
    {
        uint s = _b.NextId;
        _b.Struct("", 4).Member("a", _int, 0);
        uint named = _b.NextId;
        _b.Union("u", 4).Member("a", _int, 0);
        uint e = _b.NextId;
        _b.Enum("", 4).Value("one", 1);
        Texts(s, _b.Pointer(s), named, e, _b.Forward("f"), _b.Typedef("t", s), _b.TypeTag("user", named)).ShouldBe(
        [
            ("struct {...}", "struct {...} x"), ("struct {...} *", "struct {...} *x"), ("union u", "union u x"), ("enum {...}", "enum {...} x"),
            ("struct f", "struct f x"), ("t", "t x"), ("union u", "union u x"),
        ]);
    }

    [Fact]
    public void Rings_end()
    {
        uint ring = _b.NextId;
        _b.Pointer(ring);
        uint self = _b.NextId;
        _b.Prototype(_int).Parameter("me", self + 1).Parameter("you", self + 1);
        _b.Pointer(self);
        string[] texts = [.. Texts(ring, self + 1).Select(text => text.Type)];

        texts[0].ShouldBe("...");
        texts[1].Length.ShouldBeLessThan(1 << 20);
    }

    private List<(string Type, string Declaration)> Texts(params uint[] ids)
    {
        TypeGraph graph = BtfReader.Read(BtfFile.Parse("test", "BTF", ByteRegion.FromBytes(_b.ToBytes())));
        var text = new DeclarationText(graph);
        return [.. ids.Select(id => (text.Of(new TypeId(id)), text.Of(new TypeId(id), "x"u8)))];
    }
}
