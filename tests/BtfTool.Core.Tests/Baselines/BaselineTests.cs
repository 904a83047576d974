using System.Buffers;
using System.Text;
using BtfTool.Core.Baselines;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Baselines;

public class BaselineTests
{
    private static readonly BaselineHeader s_header = new() { Tool = "btftool test", Architecture = "x86-64", BuildId = "ab12" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_baseline_reads_back_as_what_it_was_written_from(bool bigEndian)
    {
        TypeGraph graph = Tests.Read.Graph(Samples.Everything(bigEndian));
        string text = Write(graph);
        TypeGraph read = Parse(text);

        Write(read).ShouldBe(text);
        read.IsBigEndian.ShouldBe(bigEndian);
        read.PointerSizeBytes.ShouldBe(graph.PointerSizeBytes);
    }

    [Fact]
    public void The_notation_is_the_one_that_was_approved()
    {
        Write(Tests.Read.Graph(Samples.Everything(false))).ShouldBe(File.ReadAllText(Fixtures.PathOf("baselines/everything.base")));
    }

    [Theory]
    [InlineData("oracle/linux-6.18/vmlinux.btf.gz")]
    [InlineData("oracle/linux-6.1/vmlinux.btf.gz")]
    public void A_whole_kernel_is_written_read_and_written_the_same(string fixture)
    {
        string text = Write(Btf(fixture));

        string again = Write(Parse(text));
        (again == text).ShouldBeTrue();
    }

    [Theory]
    [InlineData("oracle/tun-ko/tun.ko.debug.gz", "oracle/tun-ko/pahole-1.31.btf.gz")]
    [InlineData("oracle/overlay-ko/overlay.ko.debug.gz", "oracle/overlay-ko/pahole-1.31.btf.gz")]
    public void Dwarf_and_btf_of_one_module_give_the_same_layouts(string dwarf, string btf)
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf(dwarf), new SourceOptions { Format = SourceFormat.Dwarf });

        string[] fromDwarf = LayoutsOf(Write(source.Graph)), fromBtf = LayoutsOf(Write(Btf(btf)));
        fromDwarf.Except(fromBtf).Take(10).ShouldBeEmpty();
        fromBtf.Except(fromDwarf).Take(10).ShouldBeEmpty();
        fromDwarf.Length.ShouldBe(fromBtf.Length);
    }

    [Fact]
    public void Order_and_ids_of_types_leave_no_trace()
    {
        string first = Write(Tests.Read.Graph(Doubles(0)));
        for (int order = 1; order < 6; order++)
        {
            Write(Tests.Read.Graph(Doubles(order))).ShouldBe(first);
        }

        first.ShouldContain("struct node#2: 16 @");
        first.ShouldContain("struct user#2: 8 @");
        first.ShouldNotContain("#3");
        Write(Parse(first)).ShouldBe(first);
    }

    [Fact]
    public void A_declaration_is_the_definition_where_there_is_one()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint declared = b.Forward("s");
        b.Struct("s", 4).Member("a", i, 0);
        uint pointer = b.Pointer(declared);
        b.Struct("t", 8).Member("p", pointer, 0);
        b.Forward("only");

        string text = Write(Tests.Read.Graph(b));

        LayoutsOf(text).Count(line => line.StartsWith("struct s", StringComparison.Ordinal)).ShouldBe(1);
        text.ShouldContain(" 0 p: *struct s\n");
        text.ShouldContain("struct only @");
    }

    [Fact]
    public void Types_without_a_name_may_refer_to_those_around_them()
    {
        var b = new BtfAssembler();
        uint s = b.NextId;
        b.Struct("", 8).Member("self", s + 1, 0);
        b.Pointer(s);
        b.Typedef("t", s);

        string text = Write(Tests.Read.Graph(b));

        text.ShouldContain(" 0 self: *struct ^1\n");
        Write(Parse(text)).ShouldBe(text);
    }

    [Fact]
    public void Some_types_are_written_with_what_they_hold_by_value()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint inner = b.Struct("inner", 4).Member("a", i, 0).Id;
        uint far = b.Struct("far", 4).Member("a", i, 0).Id;
        uint outer = b.Struct("outer", 16).Member("in", inner, 0).Member("p", inner + 3, 64).Id;
        b.Pointer(far);
        b.Struct("other", 4).Member("a", i, 0);

        TypeGraph graph = Tests.Read.Graph(b);
        string text = Write(graph, [new TypeId(outer)]);

        text.ShouldContain("struct inner: 4 @");
        text.ShouldContain("struct far @");
        text.ShouldNotContain("other");
        Write(Parse(text)).ShouldBe(text);
    }

    [Fact]
    public void A_type_that_never_ends_is_refused()
    {
        var b = new BtfAssembler();
        uint p = b.NextId;
        b.Pointer(p);
        b.Typedef("t", p);

        Should.Throw<InvalidImageException>(() => Write(Tests.Read.Graph(b))).Message.ShouldContain("without an end");
    }

    [Fact]
    public void A_baseline_opens_wherever_a_file_does_compressed_or_not()
    {
        string text = Write(Tests.Read.Graph(Samples.Everything(true)));
        string path = Path.Combine(Path.GetTempPath(), $"btftool-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(path, text);
            Check(path);
            using (var gzip = new System.IO.Compression.GZipStream(File.Create(path), System.IO.Compression.CompressionLevel.Fastest))
            {
                gzip.Write(Encoding.UTF8.GetBytes(text));
            }

            Check(path);
            Should.Throw<InvalidImageException>(() => SourceOpener.Open(path, new SourceOptions { Format = SourceFormat.Dwarf }));
        }
        finally
        {
            File.Delete(path);
        }

        void Check(string file)
        {
            using TypeSource source = SourceOpener.Open(file);
            source.Format.ShouldBe(SourceFormat.Baseline);
            source.Machine.ShouldBe("x86-64");
            source.BaselineHeader!.BuildId.ShouldBe("ab12");
            Write(source.Graph).ShouldBe(text);
            SourceFacts.Of(source).IsBigEndian.ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("int int: 4\nstruct s: 4 {\n 0 a: long\n}\n", "line 4, column 7: 'long' is in no block")]
    [InlineData("int int: 4\nint int: 4\n", "'int int' is there already")]
    [InlineData("int int: four\n", "expected a number")]
    [InlineData("int int: 4 @0123456789abcdef\n", "the hash of the block is")]
    [InlineData("int int: 4 @01234\n", "16 hexadecimal digits")]
    [InlineData("class c: 4 {\n}\n", "expected a block")]
    [InlineData("struct s: 4 {\n 0 a b\n}\n", "expected ':'")]
    [InlineData("struct s: 4 {\n 0 a: void void\n}\n", "expected the end of the line")]
    [InlineData("struct s: 4 {\n", "expected a number")]
    [InlineData("struct s: 4 {\n 0 a: struct ^2\n}\n", "'^' takes 1 to 1")]
    [InlineData("struct s: 4 {\n 99999999999999 a: void\n}\n", "an offset is at most")]
    [InlineData("enum e: 4 {\n A = -1\n}\n", "not 'signed'")]
    [InlineData("enum e\n", "never declared only")]
    [InlineData("enum e: 8 signed {\n A = 9223372036854775808\n}\n", "does not fit")]
    [InlineData("typedef \"a\\xzz\" = void\n", "two hexadecimal digits")]
    [InlineData("typedef \"a = void\n", "at the end of the name")]
    [InlineData("typedef t = fn(\n", "expected a name")]
    [InlineData("int i: 99999999\n", "an integer has at most")]
    public void What_is_wrong_is_said_with_line_and_column(string blocks, string says)
    {
        InvalidImageException e = Should.Throw<InvalidImageException>(() => Parse("# btftool layout baseline 1\n" + blocks + "# end\n"));

        e.Message.ShouldStartWith("test.base: ");
        e.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("# btftool layout baseline 2\n# end\n", "first line")]
    [InlineData("# btftool layout baseline 1\nint int: 4\n", "cut off")]
    [InlineData("# btftool layout baseline 1\n# pointer bytes: 5\n# end\n", "'pointer bytes' is 4 or 8")]
    [InlineData("# btftool layout baseline 1\n# byte order: middle\n# end\n", "little or big")]
    public void A_header_or_an_end_that_is_wrong_is_refused(string text, string says) =>
        Should.Throw<InvalidImageException>(() => Parse(text)).Message.ShouldContain(says);

    [Theory]
    [InlineData("struct s: 4 {\n 0 a#2: int\n}\nint int: 4\n", "only types have several layouts")]
    [InlineData("int \"a\u0001b\": 4\n", "a control character in a name is written as")]
    [InlineData("int abcdefghijklmnopqrstuvwxyz: 4\n", "a name has more than 20 bytes")]
    [InlineData("int a: 4\nint b: 4\nint c: 4\nint d: 4\nint e: 4\n", "has more than 5 types")]
    public void What_is_out_of_bounds_is_refused(string blocks, string says)
    {
        byte[] text = Encoding.UTF8.GetBytes("# btftool layout baseline 1\n" + blocks + "# end\n");
        var limits = new ReaderLimits { MaxNameBytes = 20, MaxTypes = 5 };

        Should.Throw<InvalidImageException>(() => BaselineReader.Read("test.base", ByteRegion.FromBytes(text), limits)).Message.ShouldContain(says);
    }

    [Fact]
    public void A_file_of_two_GiB_is_refused_before_it_is_read()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream file = File.OpenWrite(path))
            {
                file.SetLength((1L << 31) + 4096);
            }

            using FileImage image = FileImage.Open(path);
            Should.Throw<InvalidImageException>(() => BaselineReader.Read(path, image.Bytes)).Message.ShouldContain("less than 2 GiB");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Deep_nesting_ends_in_a_message()
    {
        foreach (string deep in (string[])["fn(", "struct 4 {0 a: ", "*"])
        {
            string blocks = "typedef t = " + string.Concat(Enumerable.Repeat(deep, 100_000)) + "\n";
            Should.Throw<InvalidImageException>(() => Parse("# btftool layout baseline 1\n" + blocks + "# end\n"));
        }
    }

    [Fact]
    public void A_baseline_that_was_changed_at_random_gives_a_graph_or_a_message()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Write(Tests.Read.Graph(Samples.Everything(false))));

        // Without hashes, or nearly every change would end there.
        byte[] bare = Encoding.UTF8.GetBytes(System.Text.RegularExpressions.Regex.Replace(Encoding.UTF8.GetString(whole), " @[0-9a-f]{16}", ""));
        byte[] alphabet = Encoding.UTF8.GetBytes("\n \"#*.:;<=>[]{}()^\\@-0179afstruct\0\u00ff");
        var random = new Random(20261121);
        int graphs = 0;
        for (int round = 0; round < 6_000; round++)
        {
            byte[] text = (byte[])(round % 8 == 0 ? whole : bare).Clone();
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                int at = random.Next(28, text.Length - 6);
                int length = random.Next(4) == 0 ? Math.Min(random.Next(1, 40), text.Length - 6 - at) : 1;
                int from = random.Next(28, text.Length - 6 - length);
                if (length > 1)
                {
                    text.AsSpan(from, length).ToArray().CopyTo(text, at);
                }
                else
                {
                    text[at] = alphabet[random.Next(alphabet.Length)];
                }
            }

            try
            {
                TypeGraph graph = BaselineReader.Read("test.base", ByteRegion.FromBytes(text));
                string once = Write(graph);
                Write(Parse(once)).ShouldBe(once);
                graphs++;
            }
            catch (InvalidImageException)
            {
            }
        }

        graphs.ShouldBeGreaterThan(200);
    }

    // Two lists under one name that differ only in what they point to, and users of each; in several orders.
    private static BtfAssembler Doubles(int order)
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint l = b.Int("long", 8, signed: true);
        (uint Payload, uint Copies)[] lists = order % 2 == 0 ? [(i, 1), (l, 1)] : [(l, 1), (i, (uint)(order % 3) + 1)];
        foreach ((uint payload, uint copies) in lists)
        {
            for (uint copy = 0; copy < copies; copy++)
            {
                uint node = b.NextId;
                b.Struct("node", 16).Member("next", node + 1, 0).Member("data", node + 2, 64);
                b.Pointer(node);
                b.Struct("data", payload == i ? 4u : 8u).Member("a", payload, 0);
                b.Struct("user", 8).Member("list", node + 1, 0);
            }
        }

        return b;
    }

    private static string[] LayoutsOf(string text) =>
        [.. text.Split('\n').Where(line => !line.StartsWith('#') && !line.StartsWith("func ", StringComparison.Ordinal))];

    private static TypeGraph Btf(string fixture) => Tests.Read.Graph(Fixtures.Read(fixture));

    private static TypeGraph Parse(string text) => BaselineReader.Read("test.base", ByteRegion.FromBytes(Encoding.UTF8.GetBytes(text)));

    private static string Write(TypeGraph graph, IReadOnlyCollection<TypeId>? roots = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BaselineWriter.Write(graph, s_header, buffer, roots);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
