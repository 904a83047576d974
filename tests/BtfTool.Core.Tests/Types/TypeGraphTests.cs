using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Types;

public class TypeGraphTests
{
    [Fact]
    public void Views_say_what_was_written()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));
        string text = GraphText.Describe(graph);
        text.ShouldStartWith("[0] Void 0 '' flag=False anonymous=True size=0 target=0");
        text.ShouldContain("[1] Int 1 'int' flag=False anonymous=False size=4 target=0 index=0 elements=0 encoding=1 offset=0 bits=32");
        text.ShouldContain("[3] Int 1 '_Bool' flag=False anonymous=False size=1 target=0 index=0 elements=0 encoding=4 offset=0 bits=1");
        text.ShouldContain("member 'next' 7 at 64 bits 0 False");
        text.ShouldContain("member '' 8 at 128 bits 0 False");
        text.ShouldContain("[8] Union 5 '' flag=True anonymous=True size=8");
        text.ShouldContain("member 'u' 1 at 0 bits 3 True");
        text.ShouldContain("member 'v' 1 at 0 bits 0 False");
        text.ShouldContain("member 'w' 2 at 3 bits 255 True");
        text.ShouldContain("[9] Array 3 '' flag=False anonymous=True size=0 target=1 index=1 elements=4294967295");
        text.ShouldContain("[10] Enum 6 'e' flag=True");
        text.ShouldContain("value 'minus' -1\n");
        text.ShouldContain("value 'low' -9223372036854775808\n");
        text.ShouldContain("value 'mid' 1099511627776\n");
        text.ShouldContain("[13] Forward 7 'declared_union' flag=True");
        text.ShouldContain("[19] TypeTag 18 'attribute' flag=True");
        text.ShouldContain("parameter 'x' 7\n");
        text.ShouldContain("parameter '' 0\n");
        text.ShouldContain("[21] Function 12 'f' flag=False anonymous=False size=0 target=20 index=0 elements=0 encoding=0 offset=0 bits=0 linkage=2");
        text.ShouldContain("[22] Variable 14 'v' flag=False anonymous=False size=0 target=6 index=0 elements=0 encoding=0 offset=0 bits=0 linkage=1");
        text.ShouldContain("entry 22 at 4294967280 size 1\n");
        text.ShouldContain("DeclTag 17 'tag' flag=False anonymous=False size=0 target=6");
        text.ShouldContain("component=1 list=0");
        GraphWalk.Checksum(graph).ShouldNotBe(0UL);
    }

    [Theory]
    [InlineData("long int", 4, 4)]
    [InlineData("long", 8, 8)]
    [InlineData("unsigned long", 4, 4)]
    [InlineData("long unsigned int", 4, 4)]
    [InlineData("unsigned long int", 4, 4)]
    [InlineData("long long int", 4, 8)]
    [InlineData("signed long", 4, 8)]
    [InlineData("longer", 4, 8)]
    [InlineData("int", 4, 8)]
    [InlineData("long  int", 4, 8)]
    [InlineData("long int and quite a lot of words that follow", 4, 8)]
    [InlineData("long", 16, 8)]
    public void The_type_named_long_says_the_pointer_size(string name, int sizeBytes, int pointerSizeBytes)
    {
        var b = new BtfAssembler();
        b.Int(name, sizeBytes);
        Read.Graph(b).PointerSizeBytes.ShouldBe(pointerSizeBytes);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(4, 4)]
    [InlineData(8, 8)]
    [InlineData(5, 8)]
    public void Without_long_the_file_says_the_pointer_size(int elfSays, int pointerSizeBytes) =>
        Core.Btf.BtfReader.Read(Read.File(new BtfAssembler()), null, elfSays).PointerSizeBytes.ShouldBe(pointerSizeBytes);

    [Fact]
    public void An_id_that_is_not_of_the_graph_is_an_argument_error()
    {
        TypeGraph graph = Read.Graph(new BtfAssembler());
        Should.Throw<ArgumentOutOfRangeException>(() => graph[new(1)].Kind).Message.ShouldContain("type id 1 is not below 1");
        Should.Throw<ArgumentOutOfRangeException>(() => graph.KindOf(new(uint.MaxValue)));
    }

    [Fact]
    public void Positions_outside_a_list_are_argument_errors()
    {
        TypeGraph graph = Read.Graph(Samples.Everything(bigEndian: false));
        TypeView composite = graph[new(6)];
        composite.Members.Count.ShouldBe(3);
        Should.Throw<ArgumentOutOfRangeException>(() => composite.Members[3]);
        Should.Throw<ArgumentOutOfRangeException>(() => composite.Members[-1]);
        Should.Throw<ArgumentOutOfRangeException>(() => graph[new(10)].Enumerators[2]);
        Should.Throw<ArgumentOutOfRangeException>(() => graph[new(20)].Parameters[3]);
        Should.Throw<ArgumentOutOfRangeException>(() => graph[new(23)].Entries[2]);
        graph[new(23)].Entries[1].Type.ShouldBe(new TypeId(22));
        graph[new(20)].Parameters[2].Type.ShouldBe(TypeId.Void);
        graph[new(10)].Enumerators[1].Value.ShouldBe(1);
        graph[new(10)].Members.Count.ShouldBe(0);
        graph[new(6)].Enumerators.Count.ShouldBe(0);
        foreach (MemberView _ in graph[new(1)].Members)
        {
            Assert.Fail("an integer has no members");
        }
    }

    [Fact]
    public void Ids_compare_by_value()
    {
        new TypeId(1).CompareTo(new TypeId(2)).ShouldBeLessThan(0);
        (new TypeId(1) < new TypeId(2) && new TypeId(2) > new TypeId(1)).ShouldBeTrue();
        (new TypeId(1) <= new TypeId(1) && new TypeId(1) >= new TypeId(1)).ShouldBeTrue();
        new TypeId(42).ToString().ShouldBe("42");
        TypeId.Void.IsVoid.ShouldBeTrue();
    }

    [Fact]
    public void Bytes_that_are_no_text_are_kept_in_names()
    {
        var b = new BtfAssembler();
        uint name = b.RawName([0xff, 0xfe, 0]);
        uint id = b.Raw(16, name, 4);
        TypeGraph graph = Read.Graph(b);
        graph[new(id)].Name.ToArray().ShouldBe([0xff, 0xfe]);
        graph[new(id)].NameString.ShouldBe("\ufffd\ufffd");
    }

    [Fact]
    public void Many_integers_with_one_long_name_are_read_in_linear_work()
    {
        var b = new BtfAssembler();
        uint name = b.Name(new string('x', 16 * 1024));
        for (int i = 0; i < 100_000; i++)
        {
            b.Raw(1, name, 8, 0, false, 64);
        }

        TypeGraph graph = Read.Graph(b);
        int named = 0;
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            named += graph[new(id)].IsAnonymous ? 0 : 1;
        }

        named.ShouldBe(100_000);
    }
}
