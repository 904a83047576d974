using BtfTool.Core.IO;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.IO;

public class SpanReaderTests
{
    private static readonly byte[] Bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    [Fact]
    public void Integers_are_read_in_either_byte_order()
    {
        var little = new SpanReader(Bytes, bigEndian: false, "f", "s");
        little.ReadU8().ShouldBe((byte)1);
        little.ReadU16().ShouldBe((ushort)0x0302);
        little.ReadU32().ShouldBe(0x07060504u);
        little.ReadU64().ShouldBe(0x0f0e0d0c0b0a0908UL);
        little.Remaining.ShouldBe(0);
        little.LastPosition.ShouldBe(7);

        var big = new SpanReader(Bytes, bigEndian: true, "f", "s");
        big.ReadU8().ShouldBe((byte)1);
        big.ReadU16().ShouldBe((ushort)0x0203);
        big.ReadWord(is64: false).ShouldBe(0x04050607UL);
        big.ReadWord(is64: true).ShouldBe(0x08090a0b0c0d0e0fUL);
        big.Position.ShouldBe(15);
    }

    [Fact]
    public void A_value_that_does_not_fit_is_reported_where_it_begins()
    {
        Read.Fails(() =>
        {
            var reader = new SpanReader(Bytes, false, "f", "s");
            reader.Skip(12);
            reader.ReadU32();
        }, 12, "f: s at 0xc: 4 bytes expected, 3 remain");
        Read.Fails(() => new SpanReader(Bytes, false, "f", "").Skip(-1), 0, "f: at 0x0: ");
        Read.Fails(() => new SpanReader([], false, "", "").ReadU8(), 0, "at 0x0: 1 bytes expected, 0 remain");
    }

    [Fact]
    public void A_value_can_be_refused_after_it_was_read() =>
        Read.Fails(() =>
        {
            var reader = new SpanReader(Bytes, false, "f", "s");
            reader.ReadU16();
            reader.ReadU16();
            reader.Fail("too large");
        }, 2, "f: s at 0x2: too large");
}
