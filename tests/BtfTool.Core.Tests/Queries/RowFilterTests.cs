using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class RowFilterTests
{
    private static readonly TypeGraph s_graph = Read.Graph(Assemble());

    [Theory]
    [InlineData("size == 24", true)]
    [InlineData("size != 24", false)]
    [InlineData("size >= 0x18 && size <= 24", true)]
    [InlineData("24 == size", true)]
    [InlineData("20 < size", true)]
    [InlineData("size < 1k", true)]
    [InlineData("size>23&&size<25", true)]
    [InlineData("holes", true)]
    [InlineData("!holes", false)]
    [InlineData("not holes or size > 1M", false)]
    [InlineData("holes and hole_bytes == 3", true)]
    [InlineData("hole_bytes > size", false)]
    [InlineData("wasted == hole_bytes || packed", false)]
    [InlineData("packed == no && flexible != yes", true)]
    [InlineData("size > 100 && holes || members == 4", true)]
    [InlineData("size > 100 && (holes || members == 4)", false)]
    [InlineData("!(size > 100) && !!holes", true)]
    [InlineData("name == sample", true)]
    [InlineData("name == 'sample'", true)]
    [InlineData("name =~ sam*", true)]
    [InlineData("name !~ \"?ample\"", false)]
    [InlineData("(name =~ *x*)", false)]
    [InlineData("name < t", true)]
    [InlineData("kind == struct", true)]
    [InlineData("kind =~ *n", false)]
    [InlineData("padding == 7 && padding_bits == 0 && bit_holes == 0 && bit_hole_bits == 0", true)]
    [InlineData("largest_hole == 3 && cachelines == 1 && alignment == 8", true)]
    public void Conditions_say_what_they_say_in_C(string text, bool expected)
    {
        RowFilter.Parse(text, out RowFilter? filter).ShouldBeNull();

        filter!.Matches(new TypeRowReader(s_graph, 64, withSaving: true).Read(Sample)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("", 1, "expected a column, found the end")]
    [InlineData("hols > 2", 1, "unknown column 'hols': did you mean 'holes'?")]
    [InlineData("size > ", 8, "expected a number or a column that is one, found the end")]
    [InlineData("size = 4", 6, "expected an operator, found '=': did you mean '=='?")]
    [InlineData("size > 4 holes", 10, "expected && or || or the end, found 'holes'")]
    [InlineData("(size > 4", 10, "expected && or || or ), found the end")]
    [InlineData("size > 4)", 9, "expected && or || or the end, found ')'")]
    [InlineData("size > big", 8, "expected a number or a column that is one, found 'big'")]
    [InlineData("size > 4kb", 10, "expected the end of the number or a suffix k, M or G, found 'b'")]
    [InlineData("size > 0x", 8, "expected digits behind 0x")]
    [InlineData("size > 99999999999999999999", 8, "the number is too large")]
    [InlineData("size > 9223372036854775807k", 8, "the number is too large")]
    [InlineData("name", 5, "expected an operator such as == or =~ behind 'name', found the end")]
    [InlineData("name == 'abc", 9, "the text that begins here has no closing '")]
    [InlineData("size =~ 4", 6, "=~ and !~ match names and kinds, and 'size' is a number")]
    [InlineData("5 > name", 5, "'name' is text and is not compared to a number")]
    [InlineData("kind == strct", 9, "'strct' is no kind; there are struct, union, enum, typedef, int, float, forward, function, variable, section")]
    [InlineData("packed == maybe", 11, "expected yes, no or a number, found 'maybe'")]
    [InlineData("&& size", 1, "expected a column, found '&'")]
    public void Mistakes_are_told_with_their_column(string text, int column, string message)
    {
        RowFilterError? error = RowFilter.Parse(text, out RowFilter? filter);

        filter.ShouldBeNull();
        error.ShouldBe(new RowFilterError(column, message));
    }

    [Fact]
    public void Nesting_is_bounded_and_length_is_not()
    {
        RowFilter.Parse(new string('(', 100_000) + "size", out _)!.Message.ShouldBe("parentheses nest more than 64 deep");
        RowFilter.Parse(new string('!', 100_000) + "size", out RowFilter? negated).ShouldBeNull();
        RowFilter.Parse(string.Join(" || ", Enumerable.Repeat("size == 1", 20_000)), out RowFilter? many).ShouldBeNull();
        TypeRow row = new TypeRowReader(s_graph, 64, withSaving: false).Read(Sample);
        negated!.Matches(row).ShouldBeTrue();
        many!.Matches(row).ShouldBeFalse();
    }

    [Fact]
    public void Rows_and_conditions_take_no_memory()
    {
        RowFilter.Parse("size > 1 && (name =~ '*zz*' || holes > 3) || kind == union", out RowFilter? filter).ShouldBeNull();
        var reader = new TypeRowReader(s_graph, 64, withSaving: true);
        long least = long.MaxValue;
        bool any = false;

        // The runtime itself allocates while it compiles what runs often: in one round at least it has nothing to do.
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                any |= filter!.Matches(reader.Read(Sample));
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.ShouldBe(0);
        any.ShouldBeFalse();
    }

    private static TypeId Sample => new(4);

    // 8 + 1 + hole of 3 + 4 + 1 + padding of 7: sorted it would be 16.
    private static BtfAssembler Assemble()
    {
        var b = new BtfAssembler();
        uint small = b.Int("char", 1);
        uint number = b.Int("int", 4);
        uint large = b.Int("long", 8);
        b.Struct("sample", 24).Member("a", large, 0).Member("b", small, 64).Member("c", number, 96).Member("d", small, 128);
        return b;
    }
}
