using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Slabs;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Slabs;

public class SlabInfoTests
{
    private const string Header = "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize>\n";

    [Fact]
    public void Caches_of_a_file_are_read_with_their_numbers()
    {
        SlabInfo info = SlabInfo.Parse("slabinfo", Fixtures.Read("slabs/slabinfo.txt"));

        info.Caches.Length.ShouldBe(12);
        info.Caches[0].ShouldBe(new SlabCache("padded_item", 1000, 1020, 192, 21, 1));
        info.Caches[0].Slabs.ShouldBe(49);
        info.Caches[0].TotalBytes.ShouldBe(49 * 4096);
        info.Caches[9].Name.ShouldBe("name with blanks");
    }

    [Theory]
    [InlineData("a 1 2 3 4 5")]
    [InlineData("slabinfo - version: 2.0\na 1 2 3 4 5 : tunables\n")]
    [InlineData("# comment\n\n  a\t1 2 3 4 5 9 9 9\r\n")]
    [InlineData("a 1 2 3 4 5 : tunables 1 2 3 : slabdata 1 2 3 : globalstat 1 2\n\n\n")]
    public void What_other_kernels_and_editors_make_of_it_is_read_too(string text) =>
        SlabInfo.Parse("slabinfo", Encoding.UTF8.GetBytes(text)).Caches.ToArray().ShouldBe([new SlabCache("a", 1, 2, 3, 4, 5)]);

    [Theory]
    [InlineData("", "has no line of a cache")]
    [InlineData("root:x:0:0:root\n", "line 1: no line of slabinfo")]
    [InlineData(Header + "a 1 2 3 4 5 : x\nb 1 2 3\n", "line 4: no line of slabinfo")]
    [InlineData(Header + "a 1 2 -3 4 5 : x\n", "line 3: no line of slabinfo")]
    [InlineData(Header + "a 1 2 3 4 99999 : x\n", "line 3: no line of slabinfo")]
    [InlineData(Header + "a 1 99999999999999999999 3 4 5 : x\n", "line 3: no line of slabinfo")]
    [InlineData("slabinfo - version: 1.1\na 1 2 3\n", "line 1: version 2 of slabinfo expected")]
    public void What_is_no_slabinfo_is_refused_by_its_line(string text, string message) =>
        Should.Throw<InvalidImageException>(() => SlabInfo.Parse("file", Encoding.UTF8.GetBytes(text))).Message.ShouldContain(message);

    [Fact]
    public void What_is_too_long_is_refused_before_it_is_read()
    {
        Should.Throw<InvalidImageException>(() => SlabInfo.Parse("f", new byte[SlabInfo.MaxFileBytes + 1])).Message.ShouldContain("is larger than");
        Should.Throw<InvalidImageException>(() => SlabInfo.Parse("f", new string('a', 5000).Select(c => (byte)c).ToArray())).Message
            .ShouldContain("is longer than 4096 bytes");
    }

    [Fact]
    public void Pages_are_as_large_as_the_slabs_say()
    {
        string text = Header + "a 10 10 1024 64 1 : x\nb 1 1 8 512 1 : x\n";

        SlabInfo info = SlabInfo.Parse("file", Encoding.UTF8.GetBytes(text));
        info.Caches[0].SlabBytes.ShouldBe(65536);
        info.Caches[1].PageBytes.ShouldBe(65536);
    }

    [Theory]
    [InlineData(192, 192, 184, 184, 22)]
    [InlineData(100, 104, 96, 96, 42)]
    [InlineData(180, 192, 160, 192, 21)]
    [InlineData(180, 192, 128, 128, 32)]
    [InlineData(160, 168, 152, 160, 25)]
    [InlineData(100, 144, 96, 136, 30)]
    [InlineData(100, 139, 92, 131, 31)]
    [InlineData(192, 192, 192, 192, 21)]
    public void What_the_allocator_adds_to_a_size_it_adds_to_another(long size, long objectBytes, long newSize, long newObjectBytes, long perSlab)
    {
        var cache = new SlabCache("c", 1000, 1000, objectBytes, 4096 / objectBytes, 1);

        SlabChange change = cache.Resize(size, newSize);
        change.ObjectBytes.ShouldBe(newObjectBytes);
        change.ObjectsPerSlab.ShouldBe(perSlab);
        change.Slabs.ShouldBe((1000 + perSlab - 1) / perSlab);
        change.SavedBytes.ShouldBe((cache.Slabs - change.Slabs) * 4096);
    }

    [Fact]
    public void Any_bytes_give_caches_or_a_message()
    {
        byte[] seed = Fixtures.Read("slabs/slabinfo.txt");
        for (int round = 0; round < 20_000; round++)
        {
            var random = new Random(round);
            byte[] bytes = [.. seed.AsSpan(0, random.Next(seed.Length + 1))];
            for (int changes = random.Next(8); changes > 0 && bytes.Length > 0; changes--)
            {
                ReadOnlySpan<byte> likely = " \n\t:#9-0\0\xff"u8;
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : likely[random.Next(likely.Length)];
            }

            try
            {
                foreach (SlabCache cache in SlabInfo.Parse("fuzz", bytes).Caches)
                {
                    cache.TotalBytes.ShouldBeGreaterThanOrEqualTo(0);
                    cache.Resize(cache.ObjectBytes, cache.ObjectBytes / 2).SavedBytes.ShouldBeGreaterThanOrEqualTo(0);
                }
            }
            catch (InvalidImageException e)
            {
                e.Message.ShouldStartWith("fuzz: ");
            }
        }
    }
}
