namespace BtfTool.Core.Queries;

/// <summary>One part of a <see cref="RowFilter"/>.</summary>
internal abstract class FilterNode
{
    public abstract bool Matches(in TypeRow row);

    public abstract bool Uses(RowColumn column);

    protected static bool Holds(RowComparison comparison, int order) => comparison switch
    {
        RowComparison.Equal => order == 0,
        RowComparison.NotEqual => order != 0,
        RowComparison.Less => order < 0,
        RowComparison.LessOrEqual => order <= 0,
        RowComparison.Greater => order > 0,
        _ => order >= 0,
    };
}

/// <summary>All of some parts, or any of them.</summary>
internal sealed class SeveralNode(FilterNode[] parts, bool isAny) : FilterNode
{
    public override bool Matches(in TypeRow row)
    {
        foreach (FilterNode part in parts)
        {
            if (part.Matches(row) == isAny)
            {
                return isAny;
            }
        }

        return !isAny;
    }

    public override bool Uses(RowColumn column)
    {
        foreach (FilterNode part in parts)
        {
            if (part.Uses(column))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Not what a part says.</summary>
internal sealed class NotNode(FilterNode part) : FilterNode
{
    public override bool Matches(in TypeRow row) => !part.Matches(row);

    public override bool Uses(RowColumn column) => part.Uses(column);
}

/// <summary>A column compared to a number.</summary>
internal sealed class NumberNode(RowColumn left, RowComparison comparison, long value) : FilterNode
{
    public override bool Matches(in TypeRow row) => Holds(comparison, row.NumberOf(left).CompareTo(value));

    public override bool Uses(RowColumn column) => column == left;
}

/// <summary>A column compared to another.</summary>
internal sealed class ColumnsNode(RowColumn left, RowComparison comparison, RowColumn right) : FilterNode
{
    public override bool Matches(in TypeRow row) => Holds(comparison, row.NumberOf(left).CompareTo(row.NumberOf(right)));

    public override bool Uses(RowColumn column) => column == left || column == right;
}

/// <summary>A name or kind compared to a text.</summary>
internal sealed class TextNode(RowColumn left, RowComparison comparison, byte[] text) : FilterNode
{
    public override bool Matches(in TypeRow row) => Holds(comparison, row.TextOf(left).SequenceCompareTo(text));

    public override bool Uses(RowColumn column) => column == left;
}

/// <summary>A name or kind that matches a pattern.</summary>
internal sealed class PatternNode(RowColumn left, GlobPattern pattern) : FilterNode
{
    public override bool Matches(in TypeRow row) => pattern.IsMatch(row.TextOf(left));

    public override bool Uses(RowColumn column) => column == left;
}
