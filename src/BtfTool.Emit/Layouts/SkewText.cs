using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Tables;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>
/// Writes two layouts of a struct beside each other: of each member the offset and size here and there, and in what they differ; then
/// whether they are compatible, and what the first difference comes from. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="leftFile">What the first side is called.</param>
/// <param name="rightFile">What the second side is called.</param>
public sealed class SkewText(Utf8Writer output, string leftFile, string rightFile)
{
    private const int WidestMember = 60;

    private DeclarationText? _left;
    private DeclarationText? _right;
    private TypeGraph? _leftGraph;
    private TypeGraph? _rightGraph;

    /// <summary>Writes one comparison. Cost: linear in its members.</summary>
    public void Write(LayoutSkew skew)
    {
        ArgumentNullException.ThrowIfNull(skew);
        Use(skew);
        output.Write($"{TextRows.Harmless(SkewWords.NameOf(skew.Left))}: {TextRows.Harmless(leftFile)} | {TextRows.Harmless(rightFile)}\n\n");
        var table = new TableWriter(output,
        [
            new TableColumn("offset", true), new TableColumn("size", true), new TableColumn("|"), new TableColumn("offset", true),
            new TableColumn("size", true), new TableColumn("member"),
        ], TableFormat.Aligned, header: true);
        int width = 0;
        foreach (MemberSkew member in skew.Members)
        {
            width = Math.Max(width, member.Marks != SkewMarks.None ? TextOf(member).Length : 0);
        }

        foreach (MemberSkew member in skew.Members)
        {
            WriteMember(member, Math.Min(width, WidestMember), table);
        }

        if (!skew.IsCut)
        {
            WritePadding(skew, Math.Min(width, WidestMember), table);
        }

        table.Finish();
        output.Write(skew.IsCut ? "... (more are not listed)\n\n"u8 : "\n"u8);
        WriteSummary(skew);
    }

    private void Use(LayoutSkew skew)
    {
        if (_leftGraph != skew.Left.Graph || _rightGraph != skew.Right.Graph)
        {
            (_leftGraph, _rightGraph) = (skew.Left.Graph, skew.Right.Graph);
            (_left, _right) = (new DeclarationText(_leftGraph), new DeclarationText(_rightGraph));
        }
    }

    // Marks stand one below the other, behind the widest member that has some.
    private void WriteMember(MemberSkew member, int width, TableWriter table)
    {
        Cell(table, Offset(member.Left));
        Cell(table, Size(member.Left));
        Cell(table, "|");
        Cell(table, Offset(member.Right));
        Cell(table, Size(member.Right));
        string text = TextOf(member);
        Cell(table, member.Marks == SkewMarks.None ? text : $"{text.PadRight(width)}  <- {MarksOf(member)}");
    }

    private static void WritePadding(LayoutSkew skew, int width, TableWriter table)
    {
        LayoutSummary left = skew.LeftSummary, right = skew.RightSummary;
        if (left.PaddingBytes == 0 && right.PaddingBytes == 0)
        {
            return;
        }

        Cell(table, left.PaddingBytes == 0 ? "-" : Text($"{left.SizeBytes - left.PaddingBytes}"));
        Cell(table, Text($"{left.PaddingBytes}"));
        Cell(table, "|");
        Cell(table, right.PaddingBytes == 0 ? "-" : Text($"{right.SizeBytes - right.PaddingBytes}"));
        Cell(table, Text($"{right.PaddingBytes}"));
        string text = "(padding)";
        Cell(table, left.PaddingBytes == right.PaddingBytes ? text : $"{text.PadRight(width)}  <- padding");
    }

    private string TextOf(MemberSkew member) => member.IsAnonymous ? member.Path
        : member.Left is { } left ? _left!.Of(left.Type, Encoding.UTF8.GetBytes(member.Path))
        : _right!.Of(member.Right!.Value.Type, Encoding.UTF8.GetBytes(member.Path));

    private string MarksOf(MemberSkew member)
    {
        if (member.Left is not { } left || member.Right is not { } right)
        {
            return member.Left is null ? "only there" : "only here";
        }

        var words = new List<string>();
        Mark(SkewMarks.Offset, "offset");
        Mark(SkewMarks.Size, "size");
        if ((member.Marks & SkewMarks.Type) != 0)
        {
            words.Add($"type {_left!.Of(left.Type)} | {_right!.Of(right.Type)}");
        }

        Mark(SkewMarks.Inside, "inside");
        if ((member.Marks & SkewMarks.Hole) != 0)
        {
            words.Add($"hole {Hole(left)} | {Hole(right)}");
        }

        return string.Join(", ", words);

        void Mark(SkewMarks mark, string word)
        {
            if ((member.Marks & mark) != 0)
            {
                words.Add(word);
            }
        }
    }

    private void WriteSummary(LayoutSkew skew)
    {
        long size = skew.LeftSummary.SizeBytes, sizeThere = skew.RightSummary.SizeBytes;
        if (skew.IsSame)
        {
            output.Write(Text($"compatible: same layout, size {size}\n"));
        }
        else
        {
            string sizes = size == sizeThere ? Text($"size {size} on both sides") : Text($"size {size} against {sizeThere}");
            string count = skew.SkewedCount == 0 ? "no member skews" : skew.SkewedCount == 1 ? "1 member skews" : Text($"{skew.SkewedCount} members skew");
            output.Write($"{count}, {sizes}: not compatible\n");
        }

        if (skew.Cause is { } cause)
        {
            string what = TextRows.Harmless(SkewWords.Describe(skew, cause, _left!, _right!));
            output.Write(cause.Path.Length == 0 ? $"first: {what}\n" : $"first, at {TextRows.Harmless(cause.Path)}: {what}\n");
        }

        if (skew.DiffersInAlignment)
        {
            output.Write(Text($"aligned to {skew.LeftSummary.AlignmentBytes} bytes here and {skew.RightSummary.AlignmentBytes} there: what holds it may skew\n"));
        }

        if (skew.DiffersInByteOrder)
        {
            output.Write("byte orders differ: numbers and bitfields are compared as each machine counts them\n"u8);
        }
    }

    private static void Cell(TableWriter table, string text) => table.Cell(Encoding.UTF8.GetBytes(text));

    private static string Offset(SkewSide? side) => side is not { } at ? "-"
        : at.BitfieldBits != 0 ? Text($"{at.BitOffset / 8}:{at.BitOffset % 8}") : Text($"{at.BitOffset / 8}");

    private static string Size(SkewSide? side) => side is not { } at ? "-"
        : at.BitfieldBits != 0 ? Text($"{at.BitfieldBits} {(at.BitfieldBits == 1 ? "bit" : "bits")}") : Text($"{at.SizeBytes}");

    private static string Hole(SkewSide side) => side.HoleBits == 0 ? Text($"{side.HoleBytes}")
        : side.HoleBytes == 0 ? Text($"{side.HoleBits} bits") : Text($"{side.HoleBytes} + {side.HoleBits} bits");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
