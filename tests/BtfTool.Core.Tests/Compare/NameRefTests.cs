using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

public class NameRefTests
{
    [Fact]
    public void Names_of_one_hash_are_one_only_where_their_bytes_are()
    {
        TypeGraph a = Diffs.Graph((b, i) => b.Enum("e", 4).Value("FIRST", 0).Value("SECOND", 1));
        TypeGraph other = Diffs.Graph((b, i) => b.Enum("unlike", 4).Value("SECOND", 1).Value("SECOND_AND_MORE", 2));
        NameId first = NameOf(a, 0), second = NameOf(a, 1), there = NameOf(other, 0), longer = NameOf(other, 1);

        new NameRef(a, first, 7).Equals(new NameRef(a, second, 7)).ShouldBeFalse();
        new NameRef(a, second, 7).Equals(new NameRef(other, longer, 7)).ShouldBeFalse();
        new NameRef(a, second, 7).Equals(new NameRef(other, there, 7)).ShouldBeTrue();
        new NameRef(a, second).Equals((object)new NameRef(other, there)).ShouldBeTrue();
        new NameRef(a, second).GetHashCode().ShouldBe(new NameRef(other, there).GetHashCode());
    }

    private static NameId NameOf(TypeGraph graph, int index)
    {
        for (uint id = 1; ; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.IsEnum)
            {
                return type.Enumerators[index].NameId;
            }
        }
    }
}
