namespace BtfTool.Core.Queries;

/// <summary>What is wrong with the text of a filter.</summary>
/// <param name="Column">Where, in characters from 1.</param>
/// <param name="Message">What was expected there, one line without a full stop.</param>
public sealed record RowFilterError(int Column, string Message);

/// <summary>How a filter compares.</summary>
public enum RowComparison
{
    /// <summary>Equal.</summary>
    Equal,

    /// <summary>Not equal.</summary>
    NotEqual,

    /// <summary>Less.</summary>
    Less,

    /// <summary>Less or equal.</summary>
    LessOrEqual,

    /// <summary>Greater.</summary>
    Greater,

    /// <summary>Greater or equal.</summary>
    GreaterOrEqual,
}

/// <summary>
/// A condition on the rows of a list: <c>size >= 4k &amp;&amp; (holes > 2 || padding) &amp;&amp; !(name =~ 'tcp_*')</c>. Compiled once;
/// rows are asked without allocating. Immutable; safe to share between threads.
/// </summary>
/// <remarks>
/// Columns are the words of <see cref="RowColumns"/>. Numbers are decimal or hexadecimal (0x) with an optional suffix k, M or G (1024 and
/// its powers), and compare by <c>== != &lt; &lt;= > >=</c> with columns; a number column alone means that it is not 0. Names and kinds
/// compare by the same operators, in byte order, and match shell patterns by <c>=~</c> and <c>!~</c>; quotes are needed only where the
/// text has spaces or one of <c>()&amp;|</c>. <c>and or not</c> may stand for <c>&amp;&amp; || !</c>.
/// </remarks>
public sealed class RowFilter
{
    private readonly FilterNode _root;

    internal RowFilter(FilterNode root) => _root = root;

    /// <summary>Whether a row fulfils the condition. Cost: the length of the expression; nothing is allocated.</summary>
    public bool Matches(in TypeRow row) => _root.Matches(row);

    /// <summary>Whether the condition asks for a column.</summary>
    public bool Uses(RowColumn column) => _root.Uses(column);

    /// <summary>Compiles an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="filter">The condition; null when there is an error.</param>
    /// <returns>What is wrong, or null.</returns>
    public static RowFilterError? Parse(string text, out RowFilter? filter)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new RowFilterParser(text);
        FilterNode? root = parser.Parse();
        filter = root is null ? null : new RowFilter(root);
        return parser.Error;
    }

    /// <summary>A number as conditions have it: not negative, decimal or hexadecimal (0x), with an optional suffix k, M or G.</summary>
    public static bool TryParseNumber(string text, out long value) => RowFilterParser.TryParseNumber(text, out value);

    /// <summary>The condition that a column that is a number compares to another number.</summary>
    /// <exception cref="ArgumentException">The column is text.</exception>
    public static RowFilter Compare(RowColumn column, RowComparison comparison, long value) => RowColumns.IsText(column)
        ? throw new ArgumentException("the column is text", nameof(column)) : new(new NumberNode(column, comparison, value));

    /// <summary>The condition that all of some hold; null for none.</summary>
    public static RowFilter? All(IReadOnlyList<RowFilter> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        return filters.Count switch
        {
            0 => null,
            1 => filters[0],
            _ => new(new SeveralNode([.. filters.Select(filter => filter._root)], isAny: false)),
        };
    }
}
