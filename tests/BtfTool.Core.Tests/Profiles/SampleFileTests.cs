using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Profiles;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Profiles;

public class SampleFileTests
{
    private const string Header = "type,offset,reads,writes,cpu\n";

    [Fact]
    public void Rows_of_one_byte_and_processor_are_summed_and_those_of_other_types_are_counted()
    {
        SampleProfile profile = Read(Header + "struct a,8,1,2,0\nstruct a,8,10,20,0\nstruct a,8,0,1,1\nb,0,5,0,0\nunion c,0x10,7,0,3\nstruct d,0,1,1,1\n", "a", "c", "e");

        profile.Of("a").ShouldNotBeNull().Groups.ShouldBe([new SampleGroup(8, 0, 11, 22), new SampleGroup(8, 1, 0, 1)]);
        profile.Of("a")!.Rows.ShouldBe(3);
        profile.Of("c").ShouldNotBeNull().Groups.ShouldBe([new SampleGroup(16, 3, 7, 0)]);
        profile.Of("e").ShouldBeNull();
        profile.OtherRows.ShouldBe(2);
    }

    [Theory]
    [InlineData(Header + "a,8,1,2,0")]
    [InlineData("# by hand\n\n" + Header + "  \n# more\na,8,1,2,0\n\n")]
    [InlineData("\ufefftype,offset,reads,writes,cpu\r\nstruct a,8,1,2,0\r\n")]
    [InlineData(" CPU , \"type\",offset , reads, writes,latency\n 0 , \"struct  a\" ,\t0x8 , \"1\",2 ,what ever\n")]
    [InlineData("cpu,writes,reads,offset,type,\"a \"\"quoted\"\" one\"\n0,2,1,0X8,class a,\"x,y\"\n")]
    public void What_spreadsheets_and_people_make_of_it_is_read_too(string text) =>
        Read(text, "a").Of("a").ShouldNotBeNull().Groups.ShouldBe([new SampleGroup(8, 0, 1, 2)]);

    [Theory]
    [InlineData("", "samples.csv: a header with the columns type,offset,reads,writes,cpu expected")]
    [InlineData("# nothing\n\n", "a header with the columns")]
    [InlineData("\nstruct a,8,1,2,0\n", "line 2: a header with the columns type,offset,reads,writes,cpu expected")]
    [InlineData("type,offset,reads,writes\n", "line 1: a header")]
    [InlineData("type,offset,reads,writes,cpu,cpu\n", "line 1: a header")]
    [InlineData(Header + "\n#\nb,8,1,2\n", "line 4: 5 columns expected, as in the header; there are 4")]
    [InlineData(Header + "b,8,1,2,0,0\n", "there are 6")]
    [InlineData(Header + "struct ,8,1,2,0\n", "line 2: type: the name")]
    [InlineData(Header + "b,-8,1,2,0\n", "line 2: offset: bytes from the start")]
    [InlineData(Header + "b,0x,1,2,0\n", "offset: bytes")]
    [InlineData(Header + "b,0x8000000000000000,1,2,0\n", "offset: bytes")]
    [InlineData(Header + "b,8,1.5,2,0\n", "line 2: reads, writes: counts from 0 to 9223372036854775807 expected")]
    [InlineData(Header + "b,8,1,9223372036854775808,0\n", "reads, writes: counts")]
    [InlineData(Header + "b,8,1,+2,0\n", "reads, writes: counts")]
    [InlineData(Header + "b,8,1,2,\n", "line 2: cpu: the number of a processor expected")]
    [InlineData(Header + "b,8,1,2,2147483648\n", "cpu: the number")]
    [InlineData(Header + "\"b,8,1,2,0\n", "line 2: a quote at the end of a quoted field expected")]
    [InlineData(Header + "\"b\"b,8,1,2,0\n", "line 2: a quote at the end")]
    public void A_mistake_says_the_file_the_line_and_what_was_expected(string text, string message)
    {
        string said = Should.Throw<InvalidImageException>(() => Read(text, "a")).Message;

        said.ShouldStartWith("samples.csv: ");
        said.ShouldContain(message);
    }

    [Fact]
    public void Sums_that_do_not_fit_stay_at_the_largest_number()
    {
        SampleProfile profile = Read(Header + "a,8,9223372036854775807,1,0\na,8,1,9223372036854775807,0\n", "a");

        profile.Of("a")!.Groups.ShouldBe([new SampleGroup(8, 0, long.MaxValue, long.MaxValue)]);
        profile.Of("a")!.Groups[0].Accesses.ShouldBe(long.MaxValue);
    }

    [Fact]
    public void A_line_has_a_bound()
    {
        string[] lines = [Header, "# ", new string('x', SampleFile.LongestLineBytes)];

        Should.Throw<InvalidImageException>(() => Read(string.Concat(lines), "a")).Message.ShouldContain("line 2: a line of at most 65535 bytes expected");
        Read(Header + "#" + new string('x', SampleFile.LongestLineBytes - 10) + "\na,8,1,2,0\n", "a").Of("a")!.Rows.ShouldBe(1);
    }

    [Fact]
    public void The_sums_have_a_bound_and_rows_that_are_passed_over_have_none()
    {
        var text = new StringBuilder(Header);
        for (int i = 0; i <= SampleFile.MaxGroups; i++)
        {
            text.Append("a,").Append(i).Append(",1,0,0\n");
        }

        string rows = text.ToString();
        Should.Throw<InvalidImageException>(() => Read(rows, "a")).Message.ShouldContain("at most 1048576 different bytes");
        Read(rows, "b").OtherRows.ShouldBe(SampleFile.MaxGroups + 1);
    }

    [Fact]
    public void Any_bytes_end_in_a_profile_or_in_a_mistake()
    {
        byte[] seed = Fixtures.Read("profiles/inode.csv");
        ReadOnlySpan<byte> letters = "\",\n\r#x0 9-\xff\0"u8;
        var random = new Random(5);
        int read = 0, refused = 0;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = [.. seed];
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                int at = random.Next(bytes.Length);
                bytes[at] = random.Next(2) == 0 ? letters[random.Next(letters.Length)] : (byte)random.Next(256);
                bytes = random.Next(8) switch
                {
                    0 => bytes[..Math.Max(1, at)],
                    1 => [.. bytes[at..], .. bytes[..at]],
                    2 => [.. bytes[..at], .. bytes[(at / 2)..]],
                    _ => bytes,
                };
            }

            try
            {
                SampleProfile profile = SampleFile.Read("samples.csv", new Drops(bytes, random.Next(1, 50)), ["inode", "dentry"]);
                profile.Of("inode")?.Groups.ShouldAllBe(group => group.OffsetBytes >= 0 && group.Reads >= 0 && group.Writes >= 0 && group.Cpu >= 0);
                read++;
            }
            catch (InvalidImageException e)
            {
                e.Message.ShouldContain("expected");
                refused++;
            }
        }

        read.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(1_000);
    }

    private static SampleProfile Read(string text, params string[] types) =>
        SampleFile.Read("samples.csv", new MemoryStream(Encoding.UTF8.GetBytes(text)), types);

    /// <summary>A stream that gives a few bytes at a time, as a pipe may.</summary>
    private sealed class Drops(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, most));
    }
}
