namespace BtfTool.Emit.Tables;

/// <summary>A column of a table.</summary>
/// <param name="Name">What stands in the header line.</param>
/// <param name="IsRightAligned">Numbers are right-aligned, text is not.</param>
public readonly record struct TableColumn(string Name, bool IsRightAligned = false);

/// <summary>How a table is written.</summary>
public enum TableFormat
{
    /// <summary>Columns as wide as their widest cell, two spaces between them.</summary>
    Aligned,

    /// <summary>Tab-separated values, each row written at once; a backslash, tab or newline in a cell is <c>\\</c>, <c>\t</c>, <c>\n</c>.</summary>
    Tsv,
}
