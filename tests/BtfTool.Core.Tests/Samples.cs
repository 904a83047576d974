using BtfTool.TestKit;

namespace BtfTool.Core.Tests;

/// <summary>Assembled inputs that several tests use.</summary>
internal static class Samples
{
    /// <summary>One or more types of every kind.</summary>
    public static BtfAssembler Everything(bool bigEndian)
    {
        var b = new BtfAssembler(bigEndian);
        uint i = b.Int("int", 4, signed: true);
        uint c = b.Int("char", 1, signed: true, isChar: true);
        b.Int("_Bool", 1, isBool: true, bits: 1);
        b.Int("long unsigned int", 4);
        b.Float("double", 8);
        uint s = b.NextId;
        b.Struct("s", 24).Member("a", i, 0).Member("next", s + 1, 64).Member("", s + 2, 128);
        b.Pointer(s);
        b.Union("", 8).Bitfield("u", i, 0, 3).Bitfield("v", i, 0, 0).Bitfield("w", c, 3, 255);
        b.Array(i, i, 0xffffffff);
        b.Enum("e", 1, signed: true).Value("minus", -1).Value("one", 1);
        b.Enum64("f", 8).Value("top", -1).Value("low", long.MinValue).Value("mid", 1L << 40);
        b.Forward("declared");
        b.Forward("declared_union", isUnion: true);
        uint t = b.Typedef("t", s);
        b.Const(t);
        b.Volatile(t + 1);
        b.Restrict(s + 1);
        b.TypeTag("user", i);
        b.TypeTag("attribute", i, attribute: true);
        uint p = b.Prototype(i).Parameter("x", s + 1).Parameter("", c).Variadic();
        uint f = b.Function("f", p, linkage: 2);
        uint v = b.Variable("v", s);
        b.DataSection(".data", 100).Entry(v, 8, 24).Entry(v, 0xfffffff0, 1);
        b.DeclTag("tag", s, component: 1);
        b.DeclTag("whole", f, attribute: true);
        return b;
    }
}
