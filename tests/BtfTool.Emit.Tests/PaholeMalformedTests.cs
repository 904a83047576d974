using System.Buffers;
using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Graphs that no compiler makes end in a listing or in <see cref="InvalidImageException"/>, and leave the emitter usable.</summary>
public class PaholeMalformedTests
{
    private static readonly PaholeOptions s_small = new() { Limits = new ReaderLimits { MaxEmittedBytesPerType = 20_000 } };

    public static TheoryData<bool, bool> Modes => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_struct_that_contains_itself_is_refused(bool compat, bool expand)
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        uint loop = b.Struct("loop", 8).Member("a", number, 0).Member("self", b.NextId - 1, 32);
        uint user = b.Struct("user", 8).Member("l", loop, 0);
        uint good = b.Struct("good", 4).Member("a", number, 0);

        PaholeOptions options = s_small with { Compat = compat, Expand = expand };
        Fails(b, options, user).ShouldContain("contains itself");
        Texts(b, options with { Compat = true }, loop, user, good)[2].ShouldStartWith("struct good {\n\tint ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_listing_leaves_out_what_contains_itself_and_goes_on(bool compat)
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        b.Struct("first", 4).Member("a", number, 0);
        uint loop = b.Struct("loop", 8).Member("a", number, 0).Member("self", b.Array(b.NextId - 1, number, 1), 32);
        b.Union("user", 8).Member("l", b.Const(loop), 0);
        b.Struct("apart", 8).Member("l", b.Pointer(loop), 0);
        TypeGraph graph = Graph(b);
        PaholeEmitter emitter = null!;

        string text = Encoding.UTF8.GetString(Inputs.Write(w =>
        {
            emitter = new PaholeEmitter(graph, new PaholeOptions { Compat = compat }, w);
            emitter.WriteAll();
        }));

        text.ShouldStartWith("struct first {");
        text.ShouldContain("struct apart {");
        text.ShouldNotContain("struct loop {");
        emitter.Diagnostics.Select(d => d.Message).ShouldBe(
            ["listing: struct loop is left out: it contains itself", "listing: union user is left out: it contains itself"]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_body_inside_of_itself_behind_a_pointer_is_refused(bool compat, bool expand)
    {
        var b = new BtfAssembler();
        uint pointer = b.Pointer(b.NextId + 1);
        uint loop = b.Struct("", 16).Member("self", pointer, 0).Member("more", pointer, 64);
        uint user = b.Struct("user", 16).Member("l", loop, 0);

        Fails(b, s_small with { Compat = compat, Expand = expand }, user).ShouldContain("has its own body inside of it");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Shared_anonymous_structs_do_not_expand_without_end(bool compat, bool expand)
    {
        var b = new BtfAssembler();
        uint below = b.Int("int", 4);
        for (int i = 0; i < 40; i++)
        {
            below = b.Struct("", 8).Member("a", below, 0).Member("", below, 32);
        }

        Fails(b, s_small with { Compat = compat, Expand = expand }, below).ShouldContain("expands to more than 20000 bytes or 1000 levels");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Prototypes_that_share_parameters_do_not_expand_without_end(bool compat, bool expand)
    {
        var b = new BtfAssembler();
        uint below = b.Int("int", 4);
        for (int i = 0; i < 40; i++)
        {
            below = b.Pointer(b.Prototype(below).Parameter("p", below).Parameter("q", below));
        }

        Fails(b, s_small with { Compat = compat, Expand = expand }, b.Struct("s", 8).Member("x", below, 0))
            .ShouldContain("expands to more than 20000 bytes");
    }

    [Fact]
    public void Names_that_many_enumerators_share_count_as_text()
    {
        var b = new BtfAssembler();
        uint name = b.Name(new string('n', 5000));
        ElementsDraft list = b.Enum("e");
        for (uint i = 0; i < 4000; i++)
        {
            list.Element(name + (i == 0 ? 0u : 4999u), i);
        }

        Fails(b, s_small, list).ShouldContain("expands to more than 20000 bytes");
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Long_chains_end_in_an_error_and_not_in_a_stack_overflow(bool compat, bool expand)
    {
        Func<BtfAssembler, uint, uint>[] links =
        [
            (b, below) => b.Const(below),
            (b, below) => b.Typedef("t", below),
            (b, below) => b.TypeTag("tag", below),
            (b, below) => b.Pointer(below),
            (b, below) => b.Array(below, 1, 2),
            (b, below) => b.Struct("", 4).Member("m", below, 0),
            (b, below) => b.Union("", 4).Member("", below, 0),
            (b, below) => b.Pointer(b.Struct("", 4).Member("m", below, 0)),
            (b, below) => b.Pointer(b.Prototype(below)),
            (b, below) => b.Pointer(b.Prototype(0).Parameter("p", below)),
            (b, below) => b.Const(b.Pointer(b.Array(b.Const(below), 1, 0))),
            (b, below) => b.Const(b.Struct("", 8).Member("m", b.Pointer(b.Array(b.Pointer(b.Prototype(below)), 1, 1)), 0)),
        ];
        PaholeOptions options = new() { Compat = compat, Expand = expand, Limits = new ReaderLimits { MaxEmittedBytesPerType = 4 << 20 } };
        foreach (Func<BtfAssembler, uint, uint> link in links)
        {
            var b = new BtfAssembler();
            uint below = b.Int("int", 4);
            for (int i = 0; i < 5000; i++)
            {
                below = link(b, below);
            }

            OnSmallStack(() => Texts(b, options, below, b.Struct("top", 8).Member("x", below, 0), b.Typedef("top_t", below)));
        }
    }

    [Fact]
    public void A_type_that_cannot_be_written_leaves_nothing_behind()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        uint below = number;
        for (int i = 0; i < 1500; i++)
        {
            below = b.Pointer(b.Prototype(b.Pointer(b.Const(below))).Parameter("p", b.Array(below, number, 2)));
        }

        uint deep = b.Struct("deep", 8).Member("f", below, 0);
        uint shallow = b.Struct("shallow", 8).Member("f", number + 4 * 3, 0).Member("g", number + 4 * 600, 64);
        string alone = Texts(b, new PaholeOptions(), shallow)[0];

        Texts(b, new PaholeOptions(), deep, shallow).ShouldBe([Refused, alone]);
    }

    [Fact]
    public void Sizes_and_offsets_at_the_ends_of_their_ranges_are_written()
    {
        foreach (ulong size in (ulong[])[0, 1, int.MaxValue, uint.MaxValue, 1UL << 61, long.MaxValue, 1UL << 63, ulong.MaxValue])
        {
            foreach (ulong offset in (ulong[])[0, 7, 1UL << 31, (1UL << 48) - 1])
            {
                TypeGraph graph = Extreme(size, offset, out uint last);
                foreach (int line in (int[])[1, 64, 1 << 30])
                {
                    foreach (PaholeOptions options in (PaholeOptions[])[new(), new() { Compat = true }, new() { Expand = true, Hex = true }])
                    {
                        Write(graph, options with { CachelineBytes = line, Limits = s_small.Limits }, last).ShouldNotContain(Refused);
                    }
                }
            }
        }
    }

    private static TypeGraph Extreme(ulong size, ulong offset, out uint last)
    {
        var g = new HeadersGraph();
        TypeId number = g.Types.AddInt(g.Name("number"), size, IntEncoding.None, 0, 64);
        TypeId real = g.Types.AddFloat(g.Name("real"), size);
        TypeId choice = g.Enum("choice", size, ("a", 1));
        TypeId many = g.Array(number, uint.MaxValue);
        TypeId more = g.Array(many, uint.MaxValue);
        TypeId part = g.Struct("part", size, ("x", number, offset, 3), ("y", choice, 0, 65535), ("z", more, offset, 0), ("r", real, 5, 9));
        last = g.Struct("s", size, ("a", part, offset, 0), ("b", number, 3, 7), ("c", more, offset, 11), ("d", real, 0, 0)).Value;
        return g.Build();
    }

    private const string Refused = "(refused)";

    private static string Fails(BtfAssembler b, PaholeOptions options, uint type)
    {
        TypeGraph graph = Graph(b);
        return Should.Throw<InvalidImageException>(() => Inputs.Write(w => new PaholeEmitter(graph, options, w).WriteType(new TypeId(type)))).Message;
    }

    private static string[] Texts(BtfAssembler b, PaholeOptions options, params uint[] types) => Write(Graph(b), options, types);

    // All by one emitter, so that each follows the one before, refused or not.
    private static string[] Write(TypeGraph graph, PaholeOptions options, params uint[] types)
    {
        var texts = new string[types.Length];
        var all = new ArrayBufferWriter<byte>();
        var writer = new Utf8Writer(all);
        var emitter = new PaholeEmitter(graph, options, writer);
        for (int i = 0; i < types.Length; i++)
        {
            int start = all.WrittenCount;
            try
            {
                emitter.WriteType(new TypeId(types[i]));
                writer.Flush();
                texts[i] = Encoding.UTF8.GetString(all.WrittenSpan[start..]);
            }
            catch (InvalidImageException)
            {
                writer.Flush();
                texts[i] = Refused;
            }
        }

        return texts;
    }

    private static TypeGraph Graph(BtfAssembler b) => BtfReader.Read(BtfFile.Parse("test", "BTF", ByteRegion.FromBytes(b.ToBytes())));

    private static void OnSmallStack(Action run)
    {
        var thread = new Thread(() => run(), 1536 * 1024);
        thread.Start();
        thread.Join();
    }
}
