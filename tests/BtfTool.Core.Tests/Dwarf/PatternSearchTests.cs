using System.Buffers.Binary;
using BtfTool.Core.Dwarf;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Dwarf;

public sealed class PatternSearchTests
{
    [Theory]
    [InlineData(1, "u8\0")]
    [InlineData(1, "wanted\0")]
    [InlineData(2, null)]
    [InlineData(2, "wanted\0")]
    [InlineData(15, "x\0")]
    [InlineData(15, "wanted\0")]
    [InlineData(24, null)]
    [InlineData(25, "u8\0")]
    [InlineData(60, null)]
    [InlineData(60, "u8\0")]
    [InlineData(65, "u8\0")]
    [InlineData(700, "wanted\0")]
    public void Every_place_is_found_whatever_the_number_of_patterns_and_the_length_of_the_block(int count, string? text)
    {
        var random = new Random(count);
        byte[]? pattern = text?.Select(c => (byte)c).ToArray();
        foreach (uint top in (uint[])[0, 0x7f000000])
        {
            uint[] numbers = [.. Enumerable.Range(0, count).Select(_ => top | (uint)random.Next(0x350000))];
            for (int length = 0; length < 100; length++)
            {
                byte[] block = Block(random, length, numbers, pattern);
                int starts = random.Next(length + 1);
                List<long>? found = null;

                new PatternSearch(pattern, [.. numbers]).FindAll(block, starts, 1000, ref found);

                (found ?? []).ShouldBe(Places(block, starts, numbers, pattern).Select(at => at + 1000L));
            }
        }
    }

    private static byte[] Block(Random random, int length, uint[] numbers, byte[]? text)
    {
        byte[] block = new byte[length];
        random.NextBytes(block);
        for (int at = random.Next(6); at < length;)
        {
            byte[] one = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(one, numbers[random.Next(numbers.Length)]);
            one = text is not null && random.Next(3) == 0 ? text : one;
            one.AsSpan(0, Math.Min(one.Length, length - at)).CopyTo(block.AsSpan(at));
            at += one.Length + random.Next(4);
        }

        return block;
    }

    private static IEnumerable<int> Places(byte[] block, int starts, uint[] numbers, byte[]? text) => Enumerable.Range(0, starts).Where(at =>
        (block.Length - at >= 4 && numbers.Contains(BitConverter.ToUInt32(block, at))) || (text is not null && block.AsSpan(at).StartsWith(text)));
}
