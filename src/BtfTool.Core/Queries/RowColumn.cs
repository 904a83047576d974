using System.Text;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Queries;

/// <summary>What a list says of a type. Sizes in bytes unless the name says bits; yes and no are 1 and 0.</summary>
public enum RowColumn
{
    /// <summary>Id in its file.</summary>
    Id,

    /// <summary>Name; empty for a type without one.</summary>
    Name,

    /// <summary>Kind as a word: struct, union, enum, typedef, ...</summary>
    Kind,

    /// <summary>Size.</summary>
    Size,

    /// <summary>Number of members, enumerators or parameters.</summary>
    Members,

    /// <summary>Number of holes.</summary>
    Holes,

    /// <summary>Bytes in holes.</summary>
    HoleBytes,

    /// <summary>Bytes of the largest hole.</summary>
    LargestHole,

    /// <summary>Number of bit holes.</summary>
    BitHoles,

    /// <summary>Bits in bit holes.</summary>
    BitHoleBits,

    /// <summary>Bytes behind the last member.</summary>
    Padding,

    /// <summary>Bits behind the last bitfield in its storage unit.</summary>
    PaddingBits,

    /// <summary>Bytes in holes and padding.</summary>
    Wasted,

    /// <summary>Bytes that sorting the members by alignment would save.</summary>
    Saving,

    /// <summary>Cache lines that an object takes.</summary>
    Cachelines,

    /// <summary>Alignment.</summary>
    Alignment,

    /// <summary>Whether the type is packed.</summary>
    Packed,

    /// <summary>Whether the last member is a flexible array.</summary>
    Flexible,
}

/// <summary>The words of <see cref="RowColumn"/>.</summary>
public static class RowColumns
{
    private static readonly string[] s_names =
    [
        "id", "name", "kind", "size", "members", "holes", "hole_bytes", "largest_hole", "bit_holes", "bit_hole_bits", "padding",
        "padding_bits", "wasted", "saving", "cachelines", "alignment", "packed", "flexible",
    ];

    /// <summary>All columns.</summary>
    public static ReadOnlySpan<RowColumn> All =>
    [
        RowColumn.Id, RowColumn.Name, RowColumn.Kind, RowColumn.Size, RowColumn.Members, RowColumn.Holes, RowColumn.HoleBytes,
        RowColumn.LargestHole, RowColumn.BitHoles, RowColumn.BitHoleBits, RowColumn.Padding, RowColumn.PaddingBits, RowColumn.Wasted,
        RowColumn.Saving, RowColumn.Cachelines, RowColumn.Alignment, RowColumn.Packed, RowColumn.Flexible,
    ];

    /// <summary>All words, for messages and help.</summary>
    public static string Words => string.Join(", ", s_names);

    /// <summary>The word of a column.</summary>
    public static string NameOf(RowColumn column) => s_names[(int)column];

    /// <summary>True for names and kinds; all else are numbers.</summary>
    public static bool IsText(RowColumn column) => column is RowColumn.Name or RowColumn.Kind;

    /// <summary>True for what is either so or not.</summary>
    public static bool IsYesOrNo(RowColumn column) => column is RowColumn.Packed or RowColumn.Flexible;

    /// <summary>The column of a word; false for any other.</summary>
    public static bool TryParse(string word, out RowColumn column)
    {
        int at = Array.IndexOf(s_names, word);
        column = (RowColumn)Math.Max(at, 0);
        return at >= 0;
    }

    /// <summary>What to say of a word that is no column, with the nearest one.</summary>
    public static string DescribeUnknown(string word)
    {
        byte[] typed = Encoding.UTF8.GetBytes(word);
        int best = typed.Length > EditDistance.MaxBytes ? 0 : EditDistance.LimitFor(typed.Length) + 1;
        string? nearest = null;
        foreach (string name in s_names)
        {
            int distance = best == 0 ? 0 : EditDistance.Measure(typed, Encoding.UTF8.GetBytes(name), best - 1);
            (best, nearest) = distance < best ? (distance, name) : (best, nearest);
        }

        return $"unknown column '{word}'" + (nearest is null ? $"; there are {Words}" : $": did you mean '{nearest}'?");
    }
}
