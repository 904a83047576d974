using System.Text;
using System.Text.RegularExpressions;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Tests.Json;
using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Dump;

public partial class DumpJsonTests
{
    /// <summary>Every compiled fixture, and whole kernels.</summary>
    public static TheoryData<string> Inputs =>
    [
        .. Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*.o").Select(p => "bin/" + Path.GetFileName(p)).Order(StringComparer.Ordinal),
        "oracle/linux-6.1/vmlinux.btf.gz",
        "oracle/linux-6.18/vmlinux.btf.gz",
        "oracle/tun-ko/pahole-1.31.btf.gz",
    ];

    [Theory]
    [MemberData(nameof(Inputs))]
    public void The_document_is_byte_for_byte_that_of_the_bpftool_installed_here(string input)
    {
        byte[] bytes = Fixtures.Read(input);
        byte[] section = input.EndsWith(".o", StringComparison.Ordinal) ? ElfSections.Find(bytes, ".BTF")! : bytes;

        ShouldBeThatOfBpftool(BtfFile.Parse(input, "BTF", ByteRegion.FromBytes(section)), bytes);
    }

    [Fact]
    public void A_split_file_has_its_own_records_with_the_names_of_its_base()
    {
        byte[] below = Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz"), above = Fixtures.Read("oracle/fuse-ko-split/fuse.split.btf.gz");
        BtfFile file = BtfFile.Parse("split", "BTF", ByteRegion.FromBytes(above), BtfFile.Parse("base", "BTF", ByteRegion.FromBytes(below)));

        JsonText.ShouldBeValid("dump", Encoding.UTF8.GetString(JsonText.Dump(file)));
        ShouldBeThatOfBpftool(file, above, below);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void The_document_is_as_the_schema_says(string input)
    {
        Assert.SkipWhen(input.Contains("6.18", StringComparison.Ordinal), "one kernel is enough");
        byte[] bytes = Fixtures.Read(input);
        byte[] section = input.EndsWith(".o", StringComparison.Ordinal) ? ElfSections.Find(bytes, ".BTF")! : bytes;

        JsonText.ShouldBeValid("dump", Encoding.UTF8.GetString(JsonText.Dump(BtfFile.Parse(input, "BTF", ByteRegion.FromBytes(section)))));
    }

    [Fact]
    public void Names_are_escaped_as_bpftool_escapes_them_and_other_bytes_stay()
    {
        var b = new BtfAssembler();
        b.Int("tab\tline\nreturn\rfeed\fback\bquote\"'/<end", 4);
        uint odd = b.Float("x", 4);
        b[odd].NameOffset = b.RawName([0xff, 0x01, 0x7f, 0xc3, 0]);
        byte[] image = b.ToBytes();
        BtfFile file = BtfFile.Parse("test", "BTF", ByteRegion.FromBytes(image));

        Encoding.Latin1.GetString(JsonText.Dump(file)).ShouldBe(
            "{\"types\":[{\"id\":1,\"kind\":\"INT\",\"name\":\"tab\\tline\\nreturn\\rfeed\\fback\\bquote\\\"'/<end\"," +
            "\"size\":4,\"bits_offset\":0,\"nr_bits\":32,\"encoding\":\"(none)\"},{\"id\":2,\"kind\":\"FLOAT\",\"name\":\"\u00ff\u0001\u007f\u00c3\",\"size\":4}]}\n");
        ShouldBeThatOfBpftool(file, image);
    }

    // bpftool 7.1 writes \n for it.
    [Fact]
    public void A_backslash_in_a_name_is_one_for_readers_too()
    {
        var b = new BtfAssembler();
        b.Float("a\\b", 4);

        Dump(b).ShouldBe("{\"types\":[{\"id\":1,\"kind\":\"FLOAT\",\"name\":\"a\\\\b\",\"size\":4}]}\n");
    }

    [Fact]
    public void Values_of_unsigned_enumerations_are_never_negative()
    {
        var b = new BtfAssembler();
        b.Enum("u").Value("v", -1);
        b.Enum("s", signed: true).Value("v", -1);
        b.Enum64("uu").Value("v", -2);
        b.Enum64("ss", signed: true).Value("v", -2);

        Values().Matches(Dump(b)).Select(m => m.Groups[1].Value).ShouldBe(["4294967295", "-1", "18446744073709551614", "-2"]);
    }

    [Fact]
    public void Records_of_every_kind_have_their_keys_in_order()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4, signed: true);
        b.Array(number, number, 3);
        b.Struct("s", 8).Member("a", number, 0).Bitfield("b", number, 32, 3);
        b.Forward("f", isUnion: true);
        uint prototype = b.Prototype(number).Parameter("p", number).Variadic();
        uint function = b.Function("fn", prototype, 2);
        uint variable = b.Variable("v", number, 7);
        b.DataSection(".data", 4).Entry(variable, 0, 4);
        b.DeclTag("tag", function);
        b.Struct("empty", 0);

        Dump(b).Replace("},{\"id\"", "},\n{\"id\"", StringComparison.Ordinal).Split('\n').Skip(1).ShouldBe(
        [
            """{"id":2,"kind":"ARRAY","name":"(anon)","type_id":1,"index_type_id":1,"nr_elems":3},""",
            """{"id":3,"kind":"STRUCT","name":"s","size":8,"vlen":2,"members":[{"name":"a","type_id":1,"bits_offset":0},{"name":"b","type_id":1,"bits_offset":32,"bitfield_size":3}]},""",
            """{"id":4,"kind":"FWD","name":"f","fwd_kind":"union"},""",
            """{"id":5,"kind":"FUNC_PROTO","name":"(anon)","ret_type_id":1,"vlen":2,"params":[{"name":"p","type_id":1},{"name":"(anon)","type_id":0}]},""",
            """{"id":6,"kind":"FUNC","name":"fn","type_id":5,"linkage":"extern"},""",
            """{"id":7,"kind":"VAR","name":"v","type_id":1,"linkage":"(unknown)"},""",
            """{"id":8,"kind":"DATASEC","name":".data","size":4,"vlen":1,"vars":[{"type_id":7,"offset":0,"size":4}]},""",
            """{"id":9,"kind":"DECL_TAG","name":"tag","type_id":6,"component_idx":-1},""",
            """{"id":10,"kind":"STRUCT","name":"empty","size":0,"vlen":0,"members":[]}]}""",
            "",
        ]);
        JsonText.ShouldBeValid("dump", Dump(b));
    }

    [Fact]
    public void A_file_without_records_is_an_empty_list() => Dump(new BtfAssembler()).ShouldBe("{\"types\":[]}\n");

    [Fact]
    public void A_kernel_is_dumped_without_allocating_per_record()
    {
        BtfFile file = BtfFile.Parse("kernel", "BTF", ByteRegion.FromBytes(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz")));
        var output = new DiscardingBufferWriter();
        output.Reset(64 << 20);
        new BtfJsonDumpWriter(file, new Utf8Writer(output)).WriteAll();

        long before = GC.GetAllocatedBytesForCurrentThread();
        output.Reset(64 << 20);
        new BtfJsonDumpWriter(file, new Utf8Writer(output)).WriteAll();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(256 * 1024);
    }

    private static string Dump(BtfAssembler assembler) => Encoding.UTF8.GetString(JsonText.Dump(JsonText.File(assembler)));

    // bpftool extends the sign of values that have none: those have twenty digits, and are compared by their lower half.
    private static void ShouldBeThatOfBpftool(BtfFile file, byte[] image, byte[]? baseImage = null)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("file", image);
        string[] arguments = baseImage is null ? ["-j", "btf", "dump", "file", path]
            : ["-B", folder.Write("base", baseImage), "-j", "btf", "dump", "file", path];
        Assert.SkipUnless(Bpftool.TryRun(arguments, out byte[] expected), "no bpftool that reads this file is installed");

        string left = Lower(JsonText.Dump(file)), right = Lower(expected);
        int same = left.AsSpan().CommonPrefixLength(right);
        (same == left.Length && same == right.Length).ShouldBeTrue(
            $"at {same}: {left.AsSpan(Math.Max(0, same - 80), Math.Min(160, left.Length - Math.Max(0, same - 80)))}");
    }

    private static string Lower(byte[] json) => Values().Replace(Encoding.Latin1.GetString(json),
        m => ulong.TryParse(m.Groups[1].ValueSpan, out ulong value) && value > int.MaxValue ? $"\"val\":low {(uint)value}" : m.Value);

    [GeneratedRegex("\"val\":(-?\\d+)")]
    private static partial Regex Values();

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("btftool-test-");

        public string Write(string name, byte[] bytes)
        {
            string path = Path.Combine(_folder.FullName, name);
            File.WriteAllBytes(path, bytes);
            return path;
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
