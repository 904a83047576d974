using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Btf;

public unsafe class BtfHeaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_header_of_24_bytes_is_read_in_either_byte_order(bool bigEndian)
    {
        var b = new BtfAssembler(bigEndian);
        b.Int("int", 4, signed: true);
        BtfFile file = Read.File(b);
        file.IsBigEndian.ShouldBe(bigEndian);
        file.HeaderBytes.ShouldBe(24);
        file.TypeSectionOffset.ShouldBe(24);
        file.HasLayoutSection.ShouldBeFalse();
        file.Layout.Length.ShouldBe(0);
        file.RecordCount.ShouldBe(1);
        file.Strings.ToArray().ShouldBe("\0int\0"u8.ToArray());
        file.Diagnostics.ShouldBeEmpty();
        file.Path.ShouldBe("test.btf");
        file.Section.ShouldBe("BTF");
    }

    [Fact]
    public void An_empty_file_of_types_is_a_graph_of_void()
    {
        Read.Graph(new BtfAssembler()).TypeCount.ShouldBe(1);
        Read.Graph(new BtfAssembler().RawStrings([])).TypeCount.ShouldBe(1);
    }

    [Fact]
    public void A_header_of_32_bytes_finds_the_layout_section()
    {
        var b = new BtfAssembler().StandardLayout().Layout(20, 4, 8, flags: 3);
        b.Int("int", 4);
        BtfFile file = Read.File(b);
        file.HeaderBytes.ShouldBe(32);
        file.HasLayoutSection.ShouldBeTrue();
        file.Layout.Length.ShouldBe(21);
        file.Layout[(int)BtfKind.BTF_KIND_ENUM64].ShouldBe(new BtfKindLayout(0, 12, 0));
        file.Layout[20].ShouldBe(new BtfKindLayout(4, 8, 3));
        file.RecordCount.ShouldBe(1);
        file.Strings.Length.ShouldBe(5);
    }

    [Fact]
    public void A_longer_header_is_read_silently_when_what_it_adds_is_zero()
    {
        var b = new BtfAssembler { Header = { Tail = new byte[8] } };
        b.Int("int", 4);
        Read.File(b).HeaderBytes.ShouldBe(32);
        Read.File(b).Diagnostics.ShouldBeEmpty();
        Read.Graph(b)[new(1)].NameString.ShouldBe("int");

        b.StandardLayout();
        Read.File(b).HeaderBytes.ShouldBe(40);
        Read.File(b).Diagnostics.ShouldBeEmpty();
        Read.Graph(b)[new(1)].NameString.ShouldBe("int");
    }

    [Theory]
    [InlineData(28, "24")]
    [InlineData(44, "32")]
    public void A_longer_header_is_read_with_a_warning_when_it_says_more(int length, string known)
    {
        var b = new BtfAssembler { Header = { Tail = new byte[length - 24] } };
        b.Header.Tail[^1] = 1;
        b.Int("int", 4);
        BtfFile file = Read.File(b);
        file.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain($"is {length} bytes long; what follows byte {known} is not known");
        BtfReader.Read(file)[new(1)].NameString.ShouldBe("int");
    }

    [Fact]
    public void Unknown_flags_are_a_warning()
    {
        var b = new BtfAssembler { Header = { Flags = 0x41 } };
        Read.File(b).Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("header flags 41");
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x9f })]
    [InlineData(new byte[] { 0x7f, 0x45, 0x4c, 0x46 })]
    public void Other_files_are_not_btf(byte[] bytes)
    {
        BtfFile.IsBtf(bytes).ShouldBeFalse();
        Read.Fails(() => Read.File(bytes), 0, "test.btf: BTF at 0x0: ", "magic of BTF (0xeb9f) expected");
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(5, 4)]
    public void A_header_that_ends_early_is_refused_where_it_ends(int length, long offset)
    {
        byte[] bytes = new BtfAssembler().ToBytes();
        BtfFile.IsBtf(bytes.AsSpan(0, length)).ShouldBeTrue();
        Read.Fails(() => Read.File(bytes[..length]), offset, "bytes expected", "remain");
    }

    [Fact]
    public void Another_version_is_refused() =>
        Read.Fails(() => Read.File(new BtfAssembler { Header = { Version = 2 } }), 2, "BTF version 1 expected, 2 found");

    [Theory]
    [InlineData(20)]
    [InlineData(26)]
    [InlineData(1000)]
    [InlineData(0xfffffff0)]
    public void A_header_length_out_of_range_is_refused(uint length) =>
        Read.Fails(() => Read.File(new BtfAssembler { Header = { HeaderBytes = length } }), 4, "header length of at least 24", $"{length} found");

    [Fact]
    public void Sections_that_do_not_lie_in_the_file_are_refused_by_name()
    {
        static void Check(Action<BtfHeaderDraft> spoil, long offset, string says)
        {
            var b = new BtfAssembler().StandardLayout();
            b.Int("int", 4);
            spoil(b.Header);
            Read.Fails(() => Read.File(b), offset, says, "expected");
        }

        Check(h => h.TypeOffset = 2, 8, "types begin at 2; at most 101 and divisible by 4");
        Check(h => h.TypeOffset = 1000, 8, "types begin at 1000; at most 101");
        Check(h => h.TypeBytes = 17, 12, "types are 17 bytes long; at most 101 and divisible by 4");
        Check(h => h.TypeBytes = uint.MaxValue - 3, 12, "types are 4294967292 bytes long");
        Check(h => h.StringOffset = 102, 16, "strings begin at 102; at most 101");
        Check(h => h.StringBytes = 6, 20, "strings are 6 bytes long; at most 5");
        Check(h => h.LayoutOffset = 3, 24, "layout begin at 3");
        Check(h => h.LayoutBytes = 1000, 28, "layout are 1000 bytes long");
    }

    [Fact]
    public void Strings_without_an_end_are_refused_at_their_last_byte() =>
        Read.Fails(() => Read.File(new BtfAssembler().RawStrings("\0int"u8)), 27, "does not end with a NUL byte");

    [Fact]
    public void A_name_that_is_longer_than_any_name_is_refused()
    {
        var allowed = new BtfAssembler();
        allowed.Name(new string('n', 16 * 1024));
        Read.File(allowed);

        var refused = new BtfAssembler();
        refused.Name("before");
        refused.Name(new string('n', (16 * 1024) + 1));
        Should.Throw<InvalidImageException>(() => Read.File(refused)).Message.ShouldEndWith("is longer than 16384 bytes");
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 3)]
    public void A_layout_of_broken_words_is_refused(byte info, byte element) =>
        Read.Fails(() => Read.File(new BtfAssembler().StandardLayout().Layout(20, info, element)), 81,
            "test.btf: BTF layout at 0x51: ", $"record parts of kind 20 are {info} and {element} bytes; multiples of 4 expected");

    [Fact]
    public void More_than_2_GiB_are_refused()
    {
        byte b = 0;
        var region = new ByteRegion(&b, 3L << 30, "an owner");
        Read.Fails(() => BtfFile.Parse("large.btf", "BTF", region), 0, "3221225472 bytes of BTF; at most 2147483647 can be");
    }

    [Fact]
    public void A_base_of_the_other_byte_order_is_refused()
    {
        BtfFile baseFile = Read.File(new BtfAssembler(bigEndian: true));
        Read.Fails(() => Read.File(new BtfAssembler().ToBytes(), baseFile), 0, "its byte order is not that of the base test.btf");
    }
}
