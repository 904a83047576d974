using System.Globalization;
using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Diffs;

/// <summary>
/// Writes two definitions beside each other as <c>diff -y</c> does: what changed with what stands around it, the rest in one line.
/// Between the sides stands <c>&lt;</c> for what is gone, <c>&gt;</c> for what is new, <c>|</c> for what differs, <c>~</c> for what moved.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="width">Columns of a line, at least 40.</param>
internal sealed class SideText(Utf8Writer output, int width)
{
    private const int Context = 2;
    private const int Indent = 2;
    private const int WidestOffset = 12;

    private Dictionary<string, TypeChange> _changes = [];

    /// <summary>Writes the lines; false where there is nothing that can be put beside each other.</summary>
    public bool Write(ShownDifference item, SideRows oldSide, SideRows newSide)
    {
        (TypeRef old, TypeRef now) = (item.Difference.Old!.Value, item.Difference.New!.Value);
        if (!HasRows(old.View) || !HasRows(now.View))
        {
            return false;
        }

        _changes = ChangesByPath(item.Difference);
        List<SidePair> pairs = SideBySide.Of(oldSide.Of(old.Id), newSide.Of(now.Id), Differs, IsRenamed);
        bool[] isShown = Shown(pairs);
        int offsets = OffsetWidth(pairs, isShown);
        for (int i = 0; i < pairs.Count;)
        {
            if (isShown[i])
            {
                WritePair(pairs[i++], offsets);
                continue;
            }

            int end = i;
            while (end < pairs.Count && !isShown[end] && IsOneRun(pairs[i], pairs[end]))
            {
                end++;
            }

            WriteRun(pairs, i, end);
            i = end;
        }

        return true;
    }

    private static bool HasRows(TypeView type) => type.IsComposite || type.IsEnum;

    private static Dictionary<string, TypeChange> ChangesByPath(TypeDifference difference)
    {
        var changes = new Dictionary<string, TypeChange>();
        foreach (TypeChange change in difference.Changes)
        {
            if (change.Path is { } path && change.Class is not (ChangeClass.MemberMoved or ChangeClass.EnumRenumber))
            {
                _ = changes.TryAdd(path, change);
            }
        }

        return changes;
    }

    private bool Differs(SideRow left, SideRow right) => left.Kind != right.Kind || left.Text != right.Text || left.SizeBits != right.SizeBits
        || (left.Path.Length > 0 && left.Kind == SideRowKind.Member && _changes.ContainsKey(left.Path));

    private bool IsRenamed(SideRow left, SideRow right) =>
        (_changes.TryGetValue(right.Path, out TypeChange? change) || _changes.TryGetValue(left.Path, out change))
        && change.Class is ChangeClass.MemberRenamed or ChangeClass.ReservedUse;

    // What changed and its neighbours. A move is a change of its own where it begins and nothing before it says why.
    private static bool[] Shown(List<SidePair> pairs)
    {
        bool[] isShown = new bool[pairs.Count];
        long delta = 0;
        bool afterChange = false;
        for (int i = 0; i < pairs.Count; i++)
        {
            SidePair pair = pairs[i];
            bool isMember = pair.State is PairState.Same or PairState.Moved && (pair.Old ?? pair.New)!.Kind != SideRowKind.Close;
            bool isChange = pair.State is not (PairState.Same or PairState.Moved) || (isMember && pair.Delta != delta && !afterChange);
            delta = isMember ? pair.Delta : delta;
            afterChange = pair.State is not (PairState.Same or PairState.Moved);
            for (int j = Math.Max(0, i - Context); isChange && j <= Math.Min(pairs.Count - 1, i + Context); j++)
            {
                isShown[j] = true;
            }
        }

        // One line is not worth folding.
        for (int i = 1; i + 1 < pairs.Count; i++)
        {
            isShown[i] |= isShown[i - 1] && isShown[i + 1];
        }

        return isShown;
    }

    private static bool IsOneRun(SidePair first, SidePair pair) =>
        (pair.Old ?? pair.New)!.Kind == SideRowKind.Close || (first.State == pair.State && first.Delta == pair.Delta);

    private static int OffsetWidth(List<SidePair> pairs, bool[] isShown)
    {
        int widest = 1;
        for (int i = 0; i < pairs.Count; i++)
        {
            if (isShown[i])
            {
                widest = Math.Max(widest, Math.Max(OffsetOf(pairs[i].Old).Length, OffsetOf(pairs[i].New).Length));
            }
        }

        return Math.Min(widest, WidestOffset);
    }

    private static string OffsetOf(SideRow? row) => row switch
    {
        null or { Kind: SideRowKind.Close } => "",
        { Kind: SideRowKind.Enumerator } => row.Position.ToString(CultureInfo.InvariantCulture),
        { IsBits: true } => string.Create(CultureInfo.InvariantCulture, $"{row.Position / 8}:{row.Position % 8}"),
        _ => (row.Position / 8).ToString(CultureInfo.InvariantCulture),
    };

    private void WriteRun(List<SidePair> pairs, int from, int end)
    {
        int count = 0;
        string first = "", last = "";
        bool isEnum = false;
        for (int i = from; i < end; i++)
        {
            SideRow row = (pairs[i].New ?? pairs[i].Old)!;
            if (row.Kind is SideRowKind.Member or SideRowKind.Enumerator)
            {
                count++;
                isEnum = row.Kind == SideRowKind.Enumerator;
                (first, last) = (first.Length == 0 ? row.Path : first, row.Path);
            }
        }

        if (count == 0)
        {
            return;
        }

        long delta = pairs[from].Delta;
        string what = (isEnum ? "enumerator" : "member") + (count == 1 ? "" : "s");
        string names = count == 1 ? first : count == 2 ? $"{first}, {last}" : $"{first} ... {last}";
        output.Style(TextStyle.Comment);
        output.Fill((byte)' ', Indent + 2);
        output.Write(delta == 0 ? string.Create(CultureInfo.InvariantCulture, $"... {count} {what} unchanged")
            : string.Create(CultureInfo.InvariantCulture,
                $"... {count} {what} {(isEnum ? "renumbered" : "moved")} by {Distance(delta, isEnum)}: {TextRows.Harmless(names)}"));
        output.Style(TextStyle.Plain);
        output.Write((byte)'\n');
    }

    /// <summary>A distance with its sign, in bytes where it is whole ones.</summary>
    public static string Distance(long delta, bool isValue = false)
    {
        string sign = delta > 0 ? "+" : "";
        return isValue || delta % 8 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{sign}{(isValue ? delta : delta / 8)}")
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{delta} bits");
    }

    private void WritePair(SidePair pair, int offsets)
    {
        (string left, string right) = (CellOf(pair.Old, offsets), CellOf(pair.New, offsets));
        if (pair.Twin is { } twin && twin.Kind != SideRowKind.Close)
        {
            _ = pair.Old is null ? right += $"  (was at {OffsetOf(twin)})" : left += $"  (now at {OffsetOf(twin)})";
        }
        else if (pair.State == PairState.Changed && NoteOf(pair) is { } note)
        {
            right += note;
        }

        int side = Math.Max(16, (width - Indent - 3) / 2);
        char mark = pair.State switch
        {
            PairState.Removed => '<',
            PairState.Added => '>',
            PairState.Changed => '|',
            PairState.Moved => '~',
            _ => ' ',
        };
        WriteCells(TextRows.Harmless(left), TextRows.Harmless(right), mark, side, offsets + 4, pair.State);
    }

    private static string CellOf(SideRow? row, int offsets) =>
        row is null ? "" : $"{OffsetOf(row).PadLeft(offsets)}  {new string(' ', 2 * row.Depth)}{row.Text}";

    // What cannot be seen from the declarations alone.
    private string? NoteOf(SidePair pair)
    {
        if (pair.Old is not { } old || pair.New is not { } now || old.Text != now.Text)
        {
            return null;
        }

        if (old.SizeBits != now.SizeBits)
        {
            return string.Create(CultureInfo.InvariantCulture, $"  (size {old.SizeBits / 8} -> {now.SizeBits / 8})");
        }

        return _changes.TryGetValue(now.Path, out TypeChange? change)
            ? change is { Old: { } before, New: { } after } && before != after ? $"  ({before} -> {after})" : $"  ({ChangeNames.Of(change.Class)})" : null;
    }

    // Texts that do not fit go on in the next line of their side.
    private void WriteCells(string left, string right, char mark, int side, int hang, PairState state)
    {
        bool isFirst = true;
        while (isFirst || left.Length > 0 || right.Length > 0)
        {
            string l = Cut(ref left, side, hang), r = Cut(ref right, side, hang);
            output.Fill((byte)' ', Indent);
            WriteStyled(l, state is PairState.Removed or PairState.Changed ? TextStyle.Removed : TextStyle.Plain);
            if (mark != ' ' || r.Length > 0)
            {
                output.Fill((byte)' ', side - l.Length + 1);
                output.Write((byte)mark);
            }

            if (r.Length > 0)
            {
                output.Write((byte)' ');
                WriteStyled(r, state is PairState.Added or PairState.Changed ? TextStyle.Added : TextStyle.Plain);
            }

            output.Write((byte)'\n');
            isFirst = false;
        }
    }

    private static string Cut(ref string text, int side, int hang)
    {
        if (text.Length <= side)
        {
            string all = text;
            text = "";
            return all;
        }

        int space = text.LastIndexOf(' ', side);
        int at = space > Math.Max(hang, side / 2) ? space : side;
        string part = text[..at].TrimEnd();
        string rest = text[at..].TrimStart();
        text = rest.Length == 0 ? "" : new string(' ', Math.Min(hang, side / 2)) + rest;
        return part;
    }

    private void WriteStyled(string text, TextStyle style)
    {
        output.Style(style);
        output.Write(text);
        output.Style(TextStyle.Plain);
    }
}
