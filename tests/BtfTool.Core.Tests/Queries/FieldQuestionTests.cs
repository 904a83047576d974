using BtfTool.Core.Queries;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class FieldQuestionTests
{
    [Theory]
    [InlineData("task_struct 0x1a8", null, "task_struct", 0x1a8, null, null)]
    [InlineData("task_struct+0x1a8", null, "task_struct", 0x1a8, null, null)]
    [InlineData("task_struct +424", null, "task_struct", 424, null, null)]
    [InlineData("struct task_struct+424:3", null, "struct task_struct", 424, 3, null)]
    [InlineData("  union x 7 ", null, "union x", 7, null, null)]
    [InlineData("task_struct se.vruntime", null, "task_struct", 0, null, "se.vruntime")]
    [InlineData("task_struct.se.vruntime", null, "task_struct", 0, null, "se.vruntime")]
    [InlineData("12", "page", "page", 12, null, null)]
    [InlineData("+0xc", "page", "page", 12, null, null)]
    [InlineData("lru.next", "page", "page", 0, null, "lru.next")]
    [InlineData(".lru.next", "page", "page", 0, null, ".lru.next")]
    [InlineData("folio+8", "page", "folio", 8, null, null)]
    [InlineData("folio lru", "page", "folio", 0, null, "lru")]
    public void Questions_are_read_as_they_are_typed(string text, string? type, string expectedType, long offset, int? bit, string? path)
    {
        FieldQuestion? question = FieldQuestion.Parse(text, type, out string? problem);

        problem.ShouldBeNull();
        question.ShouldBe(new FieldQuestion { TypeName = expectedType, OffsetBytes = offset, Bit = bit, Path = path });
    }

    [Theory]
    [InlineData("")]
    [InlineData("task_struct")]
    [InlineData("a b c d")]
    [InlineData("x 12z")]
    [InlineData("x 99999999999999999999")]
    [InlineData("x 0xffffffffffffffff")]
    [InlineData("x 1:")]
    [InlineData("x 1:5000")]
    [InlineData("+8")]
    public void What_is_no_question_is_said_to_be_none(string text)
    {
        FieldQuestion.Parse(text, null, out string? problem).ShouldBeNull();
        problem.ShouldStartWith($"'{text}' is no question");
    }
}
