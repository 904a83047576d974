using System.Buffers;
using System.Text;
using BtfTool.Emit.Text;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Names are written up to their zero byte, wherever blocks end.</summary>
public class Utf8WriterTests
{
    [Fact]
    public void A_terminated_name_ends_before_the_zero_byte()
    {
        for (int length = 0; length < 80; length++)
        {
            string name = new('x', length);
            foreach (string behind in new[] { "", "\0", "\0y", "\0" + new string('z', 64) })
            {
                Written(w => w.WriteTerminated(Encoding.UTF8.GetBytes(name + behind)).ShouldBe(length)).ShouldBe(name);
            }
        }
    }

    [Fact]
    public void Terminated_names_cross_the_ends_of_blocks()
    {
        byte[] pool = Encoding.UTF8.GetBytes("abcdefghijklmnopqrs\0tu\0" + new string('v', 40));
        var expected = new StringBuilder();
        string text = Written(w =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                w.WriteTerminated(pool);
                expected.Append("abcdefghijklmnopqrs");
            }
        });

        text.ShouldBe(expected.ToString());
    }

    private static string Written(Action<Utf8Writer> write)
    {
        var target = new ArrayBufferWriter<byte>();
        var writer = new Utf8Writer(target);
        write(writer);
        writer.Flush();
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
