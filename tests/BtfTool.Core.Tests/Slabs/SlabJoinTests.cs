using BtfTool.Core.Slabs;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Slabs;

public class SlabJoinTests
{
    [Theory]
    [InlineData("padded_item", 192, "padded_item")]
    [InlineData("wide_item", 200, "wide_item_cache")]
    [InlineData("idle", 48, "idle_cachep")]
    [InlineData("ticket", 32, "tickets")]
    [InlineData("pool_node", 64, "kmem_pool_node")]
    [InlineData("session_struct", 120, "session_cache")]
    [InlineData("small_inode_info", 40, "small_inode_cache")]
    [InlineData("too_large", 64, null)]
    [InlineData("too_small", 16, null)]
    [InlineData("kmalloc-64", 63, "kmalloc-64")]
    [InlineData("other", 64, null)]
    [InlineData("padded_item", 193, null)]
    [InlineData("name", 256, null)]
    public void A_struct_finds_its_cache_by_name_and_size(string name, uint sizeBytes, string? cache)
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint s = b.Struct(name, sizeBytes).Member("a", b.Array(c, c, sizeBytes), 0);
        TypeGraph graph = Read.Graph(b);
        var join = new SlabJoin(SlabInfo.Parse("slabinfo", Fixtures.Read("slabs/slabinfo.txt")), new TypeGraphSet(graph));

        join.CacheOf(new TypeRef(graph, new TypeId(s)))?.Name.ShouldBe(cache);
        (join.CacheOf(new TypeRef(graph, new TypeId(s))) is null).ShouldBe(cache is null);
    }

    [Fact]
    public void A_cache_belongs_to_the_closest_name_alone()
    {
        var b = new BtfAssembler();
        uint c = b.Int("char", 1);
        uint array = b.Array(c, c, 120);
        uint info = b.Struct("session_info", 128).Member("a", array, 0);
        uint whole = b.Struct("session_struct", 120).Member("a", array, 0);
        uint other = b.Struct("session_struct", 24).Member("a", c, 0);
        TypeGraph graph = Read.Graph(b);
        var join = new SlabJoin(SlabInfo.Parse("slabinfo", Fixtures.Read("slabs/slabinfo.txt")), new TypeGraphSet(graph));

        join.CacheOf(new TypeRef(graph, new TypeId(info))).ShouldBeNull();
        join.CacheOf(new TypeRef(graph, new TypeId(whole)))!.Name.ShouldBe("session_cache");
        join.CacheOf(new TypeRef(graph, new TypeId(other))).ShouldNotBeNull();
    }
}
