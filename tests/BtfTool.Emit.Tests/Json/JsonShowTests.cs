using System.Buffers;
using System.Text.Json;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Json;

public class JsonShowTests
{
    private static readonly JsonTypeOptions s_small = new() { Limits = new ReaderLimits { MaxEmittedBytesPerType = 20_000 } };

    /// <summary>Every compiled fixture.</summary>
    public static TheoryData<string> Binaries => [.. Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*.o").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    [Fact]
    public void All_types_of_a_kernel_are_as_the_schema_says()
    {
        JsonText.ShouldBeValid("show", JsonText.ShowAll(Inputs.Graph("oracle/linux-6.1/vmlinux.btf.gz")));
    }

    [Fact]
    public void Expanded_types_of_a_kernel_are_as_the_schema_says()
    {
        TypeGraph graph = Inputs.Graph("oracle/linux-6.1/vmlinux.btf.gz");
        IEnumerable<uint> ids = Enumerable.Range(1, graph.TypeCount - 1).Select(i => (uint)i).Where(i => i % 97 == 0);

        JsonText.ShouldBeValid("show", JsonText.Show(graph, new JsonTypeOptions { Expand = true }, ids));
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public void Types_of_every_kind_are_as_the_schema_says(string name)
    {
        byte[] section = ElfSections.Find(Fixtures.Read("bin/" + name), ".BTF")!;
        TypeGraph graph = BtfReader.Read(BtfFile.Parse(name, ".BTF", ByteRegion.FromBytes(section)));

        JsonText.ShouldBeValid("show", JsonText.Show(graph, null, Enumerable.Range(0, graph.TypeCount).Select(i => (uint)i)));
    }

    [Fact]
    public void A_struct_says_where_everything_lies()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4, signed: true);
        uint letter = b.Int("char", 1, signed: true);
        uint inner = b.Struct("", 8).Member("x", letter, 0).Member("y", number, 32);
        uint outer = b.Struct("outer", 20).Member("c", letter, 0).Member("i", number, 32).Member("", inner, 64)
            .Bitfield("f", number, 128, 3);

        Types(JsonText.Show(JsonText.Graph(b), null, outer)).ShouldBe("""
            [{"name":"outer","kind":"struct","size_bytes":20,"alignment_bytes":4,"packed":false,"cachelines":1,"members":[
            {"name":"c","type":"char","offset_bytes":0,"size_bytes":1,"cacheline":0,"hole_bytes":3},
            {"name":"i","type":"int","offset_bytes":4,"size_bytes":4,"cacheline":0},
            {"type":"struct {...}","offset_bytes":8,"size_bytes":8,"cacheline":0,"kind":"struct","members":[
            {"name":"x","type":"char","offset_bytes":8,"size_bytes":1,"cacheline":0,"hole_bytes":3},
            {"name":"y","type":"int","offset_bytes":12,"size_bytes":4,"cacheline":0}]},
            {"name":"f","type":"int","offset_bytes":16,"size_bytes":4,"offset_bits":128,"bitfield_bits":3,"cacheline":0}],
            "member_bytes":13,"bitfield_bits":3,"holes":1,"hole_bytes":3,"bit_holes":0,"bit_hole_bits":0,
            "padding_bytes":0,"padding_bits":29,"flexible_array":false}]
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public void Offsets_count_from_the_type_that_is_shown_or_from_the_nested_one()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        uint inner = b.Struct("inner", 8).Member("x", number, 0).Member("y", number, 32);
        uint outer = b.Struct("outer", 12).Member("first", number, 0).Member("in", inner, 32);
        TypeGraph graph = JsonText.Graph(b);

        Members(graph, new JsonTypeOptions(), outer).ShouldBe("first=0 in=4");
        Members(graph, new JsonTypeOptions { Expand = true }, outer).ShouldBe("first=0 in=4 in.x=4 in.y=8");
        Members(graph, new JsonTypeOptions { Expand = true, RelativeOffsets = true }, outer).ShouldBe("first=0 in=4 in.x=0 in.y=4");
    }

    [Fact]
    public void Names_that_no_compiler_writes_stay_inside_of_their_strings()
    {
        var b = new BtfAssembler();
        uint number = b.Int("a\"b\\c\n\u0001", 4);
        uint broken = b.Struct("s", 4).Member("m", number, 0);
        b[broken].NameOffset = b.RawName([0x61, 0xff, 0xc3, 0x28, 0]);
        uint rust = b.Struct("Vec<&'a u8, alloc::Global>", 4).Member("é€", number, 0);

        string json = JsonText.Show(JsonText.Graph(b), null, number, broken, rust);

        JsonText.ShouldBeValid("show", json);
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement types = document.RootElement.GetProperty("types");
        types[0].GetProperty("name").GetString().ShouldBe("a\"b\\c\n\u0001");
        types[1].GetProperty("name").GetString().ShouldBe("a\ufffd\ufffd(");
        types[1].GetProperty("members")[0].GetProperty("type").GetString().ShouldBe("a\"b\\c\n\u0001");
        types[2].GetProperty("name").GetString().ShouldBe("Vec<&'a u8, alloc::Global>");
        types[2].GetProperty("members")[0].GetProperty("name").GetString().ShouldBe("é€");
    }

    [Fact]
    public void Values_of_enumerations_are_the_numbers_that_C_has()
    {
        var b = new BtfAssembler();
        uint[] ids =
        [
            b.Enum("u", 4).Value("top", -1), b.Enum("s", 4, signed: true).Value("low", -1),
            b.Enum64("uu").Value("top", -1), b.Enum64("ss", signed: true).Value("low", long.MinValue),
        ];

        string json = JsonText.Show(JsonText.Graph(b), null, ids);

        JsonText.ShouldBeValid("show", json);
        using JsonDocument document = JsonDocument.Parse(json);
        document.RootElement.GetProperty("types").EnumerateArray().Select(t => t.GetProperty("enumerators")[0].GetProperty("value").GetRawText())
            .ShouldBe(["4294967295", "-1", "18446744073709551615", "-9223372036854775808"]);
    }

    [Fact]
    public void A_struct_that_contains_itself_or_expands_without_end_is_refused()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4);
        uint loop = b.Struct("loop", 8).Member("a", number, 0).Member("self", b.NextId - 1, 32);
        uint below = number;
        for (int i = 0; i < 40; i++)
        {
            below = b.Struct("", 8).Member("a", below, 0).Member("", below, 32);
        }

        TypeGraph graph = JsonText.Graph(b);
        JsonText.ShouldBeValid("show", JsonText.Show(graph, s_small, loop));
        Should.Throw<InvalidImageException>(() => JsonText.Show(graph, s_small with { Expand = true }, loop))
            .Message.ShouldContain($"type {loop} expands to more than 20000 bytes or 1000 levels");
        Should.Throw<InvalidImageException>(() => JsonText.Show(graph, s_small, below)).Message.ShouldContain("expands to more than");
    }

    [Fact]
    public void Nesting_up_to_the_limit_is_written_and_beyond_it_refused()
    {
        var b = new BtfAssembler();
        uint below = b.Int("int", 4);
        var levels = new List<uint>();
        for (int i = 0; i < 1100; i++)
        {
            levels.Add(below = b.Struct("", 4).Member("", below, 0));
        }

        TypeGraph graph = JsonText.Graph(b);
        JsonText.ShouldBeValid("show", JsonText.Show(graph, null, levels[999]));
        Should.Throw<InvalidImageException>(() => JsonText.Show(graph, null, levels[1099])).Message.ShouldContain("1000 levels");
    }

    [Fact]
    public void A_document_goes_out_in_blocks()
    {
        var sink = new SmallBlocks();
        using var document = new JsonShowWriter(sink, new JsonTypeOptions());
        document.TypesOf(Inputs.Graph("oracle/linux-6.1/vmlinux.btf.gz")).WriteAll();
        document.Finish();

        sink.Written.ShouldBeGreaterThan(4_000_000);
        sink.LargestBlock.ShouldBeLessThanOrEqualTo(64 * 1024);
    }

    private static string Types(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        document.RootElement.GetProperty("schema").GetString().ShouldBe("btftool/show/1");
        return document.RootElement.GetProperty("types").GetRawText();
    }

    private static string Members(TypeGraph graph, JsonTypeOptions options, uint id)
    {
        using JsonDocument document = JsonDocument.Parse(JsonText.Show(graph, options, id));
        return string.Join(' ', Walk(document.RootElement.GetProperty("types")[0], ""));

        static IEnumerable<string> Walk(JsonElement of, string prefix) => !of.TryGetProperty("members", out JsonElement members) ? []
            : members.EnumerateArray().SelectMany(m => Walk(m, $"{prefix}{m.GetProperty("name")}.")
                .Prepend($"{prefix}{m.GetProperty("name")}={m.GetProperty("offset_bytes")}"));
    }

    private sealed class SmallBlocks : IBufferWriter<byte>
    {
        private byte[] _block = new byte[16 * 1024];

        public long Written { get; private set; }

        public int LargestBlock => _block.Length;

        public void Advance(int count) => Written += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _block = sizeHint > _block.Length ? new byte[sizeHint] : _block;

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
