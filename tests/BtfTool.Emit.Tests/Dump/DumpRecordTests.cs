using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Dump;

public class DumpRecordTests
{
    // Offsets of these: a 1, b 3, the empty name 5.
    private const string Strings = "\0a\0b\0\0";

    [Fact]
    public void A_name_outside_of_the_strings_is_marked_and_the_rest_goes_on()
    {
        Dump([999, Info(BtfKind.BTF_KIND_FLOAT), 8, 1, Info(BtfKind.BTF_KIND_FLOAT), 4])
            .ShouldBe("[1] FLOAT '(invalid)' size=8\n[2] FLOAT 'a' size=4\n");
    }

    [Fact]
    public void An_empty_name_that_is_not_at_offset_0_is_empty()
    {
        Dump([5, Info(BtfKind.BTF_KIND_FLOAT), 8]).ShouldBe("[1] FLOAT '' size=8\n");
    }

    [Fact]
    public void References_to_types_that_do_not_exist_are_written_as_they_are()
    {
        Dump([0, Info(BtfKind.BTF_KIND_PTR), 4_000_000_000]).ShouldBe("[1] PTR '(anon)' type_id=4000000000\n");
    }

    [Theory]
    [InlineData(0, "(none)")]
    [InlineData(1, "SIGNED")]
    [InlineData(2, "CHAR")]
    [InlineData(4, "BOOL")]
    [InlineData(3, "UNKN")]
    [InlineData(8, "UNKN")]
    public void Encodings_of_integers_have_names(int encoding, string name)
    {
        Dump([1, Info(BtfKind.BTF_KIND_INT), 4, ((uint)encoding << 24) | (3 << 16) | 29])
            .ShouldBe($"[1] INT 'a' size=4 bits_offset=3 nr_bits=29 encoding={name}\n");
    }

    [Theory]
    [InlineData(0, "static")]
    [InlineData(1, "global")]
    [InlineData(2, "extern")]
    [InlineData(7, "(unknown)")]
    public void Linkage_has_names_and_only_a_variable_has_a_comma(int linkage, string name)
    {
        Dump([1, Info(BtfKind.BTF_KIND_FUNC, linkage), 2, 3, Info(BtfKind.BTF_KIND_VAR), 1, (uint)linkage])
            .ShouldBe($"[1] FUNC 'a' type_id=2 linkage={name}\n[2] VAR 'b' type_id=1, linkage={name}\n");
    }

    [Fact]
    public void Bitfields_are_split_only_in_records_that_say_so()
    {
        uint[] member = [3, 9, (5u << 24) | 70];
        Dump([1, Info(BtfKind.BTF_KIND_STRUCT, 1, flag: true), 12, .. member, 1, Info(BtfKind.BTF_KIND_UNION, 1), 12, .. member])
            .ShouldBe("[1] STRUCT 'a' size=12 vlen=1\n\t'b' type_id=9 bits_offset=70 bitfield_size=5\n" +
                $"[2] UNION 'a' size=12 vlen=1\n\t'b' type_id=9 bits_offset={(5u << 24) | 70}\n");
    }

    [Fact]
    public void Values_are_signed_or_unsigned_as_the_record_says()
    {
        Dump([
            1, Info(BtfKind.BTF_KIND_ENUM, 1), 4, 3, 0xffffffff,
            1, Info(BtfKind.BTF_KIND_ENUM, 1, flag: true), 4, 3, 0xffffffff,
            1, Info(BtfKind.BTF_KIND_ENUM64, 1), 8, 3, 0xfffffffe, 0xffffffff,
            1, Info(BtfKind.BTF_KIND_ENUM64, 1, flag: true), 8, 3, 0xfffffffe, 0xffffffff,
        ]).ShouldBe(
            "[1] ENUM 'a' encoding=UNSIGNED size=4 vlen=1\n\t'b' val=4294967295\n" +
            "[2] ENUM 'a' encoding=SIGNED size=4 vlen=1\n\t'b' val=-1\n" +
            "[3] ENUM64 'a' encoding=UNSIGNED size=8 vlen=1\n\t'b' val=18446744073709551614ULL\n" +
            "[4] ENUM64 'a' encoding=SIGNED size=8 vlen=1\n\t'b' val=-2LL\n");
    }

    [Fact]
    public void The_end_of_variable_parameters_is_an_anonymous_void()
    {
        Dump([0, Info(BtfKind.BTF_KIND_FUNC_PROTO, 2), 1, 1, 1, 0, 0])
            .ShouldBe("[1] FUNC_PROTO '(anon)' ret_type_id=1 vlen=2\n\t'a' type_id=1\n\t'(anon)' type_id=0\n");
    }

    [Fact]
    public void A_data_section_names_what_its_entries_are_where_they_exist()
    {
        Dump([1, Info(BtfKind.BTF_KIND_DATASEC, 3), 8, 2, 0, 4, 1, 4, 4, 77, 8, 4, 3, Info(BtfKind.BTF_KIND_VAR), 1, 0])
            .ShouldBe("[1] DATASEC 'a' size=8 vlen=3\n\ttype_id=2 offset=0 size=4 (VAR 'b')\n" +
                "\ttype_id=1 offset=4 size=4 (DATASEC 'a')\n\ttype_id=77 offset=8 size=4\n[2] VAR 'b' type_id=1, linkage=static\n");
    }

    [Fact]
    public void Tags_forwards_and_arrays_are_written()
    {
        Dump([
            1, Info(BtfKind.BTF_KIND_DECL_TAG), 2, 0xffffffff,
            1, Info(BtfKind.BTF_KIND_TYPE_TAG), 2,
            1, Info(BtfKind.BTF_KIND_FWD, 0, flag: true), 0,
            0, Info(BtfKind.BTF_KIND_ARRAY), 0, 1, 2, 3,
        ]).ShouldBe("[1] DECL_TAG 'a' type_id=2 component_idx=-1\n[2] TYPE_TAG 'a' type_id=2\n" +
            "[3] FWD 'a' fwd_kind=union\n[4] ARRAY '(anon)' type_id=1 index_type_id=2 nr_elems=3\n");
    }

    [Fact]
    public void A_kind_of_the_future_is_stepped_over_by_its_layout_and_numbered()
    {
        byte[] layout = new byte[4 * 31];
        layout[4 * 30] = 4;
        layout[(4 * 30) + 1] = 8;

        Dump([1, Info((BtfKind)30, 2), 0, 1, 2, 3, 4, 5, 3, Info(BtfKind.BTF_KIND_FLOAT), 8], layout)
            .ShouldBe("[1] UNKNOWN 'a' kind=30\n[2] FLOAT 'b' size=8\n");
    }

    [Fact]
    public void A_record_that_does_not_end_in_the_section_is_refused()
    {
        Should.Throw<InvalidImageException>(() => Dump([1, Info(BtfKind.BTF_KIND_STRUCT, 100), 4]));
    }

    [Fact]
    public void Text_that_grows_with_the_square_of_the_file_is_refused()
    {
        const int Names = 20_000;
        uint[] words = new uint[3 + (2 * Names)];
        words[1] = Info(BtfKind.BTF_KIND_ENUM, Names);
        for (int i = 0; i < Names; i++)
        {
            words[3 + (2 * i)] = 1;
        }

        BtfFile file = Parse(words, [], $"\0{new string('n', 16 * 1024)}\0");
        var output = new DiscardingBufferWriter();
        output.Reset(128 << 20);

        Should.Throw<InvalidImageException>(() => new BtfDumpWriter(file, new Utf8Writer(output)).WriteAll())
            .Message.ShouldBe("test: BTF: its names are so long that their text would not end in reasonable time");
        output.Reset(128 << 20);
        Should.Throw<InvalidImageException>(() => new BtfJsonDumpWriter(file, new Utf8Writer(output)).WriteAll())
            .Message.ShouldBe("test: BTF: its names are so long that their text would not end in reasonable time");
    }

    private static uint Info(BtfKind kind, int vlen = 0, bool flag = false) => ((uint)kind << 24) | (uint)vlen | (flag ? 1u << 31 : 0);

    private static string Dump(uint[] words, byte[]? layout = null) =>
        Encoding.UTF8.GetString(DumpText.Of(Parse(words, layout ?? [], Strings)));

    private static BtfFile Parse(uint[] words, byte[] layout, string strings)
    {
        ReadOnlySpan<byte> types = MemoryMarshal.AsBytes(words.AsSpan());
        byte[] header = new byte[32];
        BinaryPrimitives.WriteUInt16LittleEndian(header, 0xEB9F);
        header[2] = 1;
        int[] fields = [32, 0, types.Length, types.Length + layout.Length, strings.Length, types.Length, layout.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4 + (4 * i)), fields[i]);
        }

        byte[] image = [.. header, .. types, .. layout, .. Encoding.UTF8.GetBytes(strings)];
        return BtfFile.Parse("test", "BTF", ByteRegion.FromBytes(image));
    }
}
