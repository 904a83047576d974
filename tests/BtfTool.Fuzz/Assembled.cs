using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>Inputs that no compiler writes.</summary>
internal static class Assembled
{
    /// <summary>Each anonymous struct holds the one below twice: 2^levels members when expanded.</summary>
    public static BtfAssembler ExponentialNesting(int levels)
    {
        var b = new BtfAssembler();
        uint below = b.Int("int", 4);
        for (int i = 0; i < levels; i++)
        {
            below = b.Struct("", 8).Member("a", below, 0).Member("", below, 32);
        }

        b.Struct("top", 8).Member("x", below, 0);
        return b;
    }

    /// <summary>Each prototype has the one below as result and as parameter.</summary>
    public static BtfAssembler ExponentialPrototypes(int levels)
    {
        var b = new BtfAssembler();
        uint below = b.Int("int", 4);
        for (int i = 0; i < levels; i++)
        {
            below = b.Pointer(b.Prototype(below).Parameter("p", below).Parameter("q", below));
        }

        b.Typedef("top", below);
        b.Struct("s", 8).Member("x", below, 0);
        return b;
    }

    /// <summary>One type that is about itself, and others that use it.</summary>
    public static BtfAssembler Cycle(Func<BtfAssembler, uint> add)
    {
        var b = new BtfAssembler();
        b.Int("int", 4);
        uint self = add(b);
        b.Struct("user", 16).Member("whole", self, 0).Member("pointer", b.NextId, 64);
        b.Pointer(self);
        b.Typedef("alias", self);
        b.Array(self, 1, 3);
        b.Function("f", b.Prototype(self).Parameter("p", self));
        return b;
    }

    /// <summary>typedef, pointer, array, struct and prototype in one circle.</summary>
    public static BtfAssembler MixedCycle(bool bigEndian)
    {
        var b = new BtfAssembler(bigEndian);
        b.Int("int", 4);
        uint first = b.NextId;
        b.Typedef("t", first + 1);
        b.Const(first + 2);
        b.Array(first + 3, 1, 2);
        b.Struct("", 16).Member("m", first + 4, 0).Member("n", first, 64);
        b.Volatile(first + 5);
        b.Union("", 16).Member("", first + 6, 0).Bitfield("b", first + 7, 0, 3);
        b.Restrict(first + 7);
        b.TypeTag("rcu", first + 8);
        b.Prototype(first).Parameter("p", first + 3).Variadic();
        b.Pointer(first);
        return b;
    }

    /// <summary>A type of every kind.</summary>
    public static BtfAssembler OneOfEach(bool bigEndian)
    {
        var b = new BtfAssembler(bigEndian);
        uint i = b.Int("int", 4, signed: true);
        uint c = b.Int("char", 1, signed: true, isChar: true);
        b.Int("_Bool", 1, isBool: true);
        b.Int("long unsigned int", 8);
        b.Float("double", 8);
        uint e = b.Enum("e", signed: true).Value("minus", -1).Value("one", 1);
        uint f = b.Enum64("f").Value("large", 1L << 40);
        uint p = b.Pointer(b.NextId + 1);
        uint s = b.Struct("s", 40).Member("a", i, 0).Bitfield("b", e, 32, 3).Bitfield("c", i, 35, 9).Member("next", p, 64).Member("f", f, 128);
        b.Union("u", 8).Member("x", c, 0).Member("y", p, 0);
        b.Struct("holder", 64).Member("list", b.Array(s, i, 1), 0).Member("", b.Struct("", 8).Member("z", i, 0).Member("tail", b.NextId - 3, 64), 320);
        b.Forward("declared");
        uint t = b.Typedef("t", b.Const(b.Volatile(s)));
        uint proto = b.Prototype(t).Parameter("a", b.Restrict(p)).Parameter("b", b.TypeTag("user", i)).Variadic();
        uint func = b.Function("kfunc", proto);
        b.DeclTag("bpf_kfunc", func);
        uint v = b.Variable("v", s);
        b.DataSection(".data", 64).Entry(v, 0, 40);
        b.DeclTag("member", s, component: 1);
        return b;
    }

    /// <summary>Kinds of the future, stepped over by the layout.</summary>
    public static BtfAssembler UnknownKinds()
    {
        BtfAssembler b = OneOfEach(bigEndian: false).StandardLayout().Layout(20, 4, 8).Layout(21, 0, 0);
        b.Raw(20, 0, 0, vlen: 2, flag: true, 1, 2, 3, 4, 5);
        b.Pointer(b.Raw(21, 0, 0));
        b.Struct("s2", 8).Member("odd", b.NextId - 2, 0);
        return b;
    }

    /// <summary>Sizes, counts and offsets at the ends of their ranges.</summary>
    public static BtfAssembler HugeCounts()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4);
        uint large = b.Array(i, i, uint.MaxValue);
        uint larger = b.Array(large, i, uint.MaxValue);
        uint largest = b.Array(larger, i, uint.MaxValue);
        uint none = b.Array(largest, i, 0);
        b.Struct("s", uint.MaxValue).Member("a", largest, 0).Member("b", i, uint.MaxValue).Member("c", none, 1);
        b.Struct("overlapping", 4).Member("a", i, 64).Member("b", i, 0).Bitfield("c", i, 0xffffff, 255).Bitfield("d", i, 5, 1);
        b.Int("wide", 255, bits: 255, bitOffset: 255);
        b.Float("odd", 3);
        b.Enum("empty", 0);
        b.Enum64("sized", 3).Value("v", -1);
        return b;
    }

    /// <summary>Only types that the base of a module can be distilled to, some of a name and some that nothing else has.</summary>
    public static BtfAssembler Distilled()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        b.Float("double", 8);
        b.Struct("twice", 4).Member("a", i, 0);
        b.Struct("twice", 8).Member("b", b.NextId - 2, 0);
        b.Union("u", 8).Member("c", b.NextId - 2, 0);
        b.Enum("e").Value("one", 1);
        b.Enum64("f").Value("two", 2);
        b.Forward("declared");
        b.Forward("declared_union", isUnion: true);
        return b;
    }

    /// <summary>Hundreds of types and members with parts of one long name.</summary>
    public static BtfAssembler SharedName(int bytes)
    {
        var b = new BtfAssembler();
        uint name = b.Name(new string('n', bytes));
        for (uint i = 0; i < 100; i++)
        {
            b.Raw(1, name + i, 8, 0, false, 64);
            b.Raw(4, name, 8, vlen: 1, flag: false, name + i, 1, 0);
        }

        return b;
    }

    /// <summary>A type on a type on a type.</summary>
    public static BtfAssembler Chain(int levels, Func<BtfAssembler, uint, uint> add)
    {
        var b = new BtfAssembler();
        uint below = b.Int("int", 4);
        for (int i = 0; i < levels; i++)
        {
            below = add(b, below);
        }

        b.Struct("top", 8).Member("x", below, 0);
        b.Typedef("top_t", below);
        return b;
    }
}
