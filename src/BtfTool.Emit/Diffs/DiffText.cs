using System.Globalization;
using BtfTool.Core.Compare;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Diffs;

/// <summary>How a comparison is written for a person.</summary>
public sealed record DiffTextOptions
{
    /// <summary>Columns of a line, at least 40.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Whether the names of all types are listed that are new, gone, or changed with others.</summary>
    public bool AllNames { get; init; }

    /// <summary>Whether only the counts are written.</summary>
    public bool SummaryOnly { get; init; }

    /// <summary>The module that a graph is of; null for the kernel and where one file is compared.</summary>
    public Func<TypeGraph, string?>? ModuleOf { get; init; }
}

/// <summary>
/// Writes a comparison for a person: what is compared, each cause with both sides beside each other and what follows from it below, then
/// what is new and gone, and the counts. Cost: linear in the members of the types that differ.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="options">How.</param>
public sealed class DiffText(Utf8Writer output, DiffTextOptions options)
{
    private const int FewNames = 6;

    private readonly SideText _sides = new(output, Math.Max(40, options.Width));
    private SideRows? _old;
    private SideRows? _new;

    /// <summary>Writes all of it.</summary>
    public void Write(DiffView view, DiffInput oldInput, DiffInput newInput)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(oldInput);
        ArgumentNullException.ThrowIfNull(newInput);
        WriteInput("---", oldInput, TextStyle.Removed);
        WriteInput("+++", newInput, TextStyle.Added);
        if (!options.SummaryOnly)
        {
            foreach (ShownDifference item in view.Items)
            {
                if (!item.IsFolded && !item.IsAdded && !item.IsRemoved)
                {
                    output.Write((byte)'\n');
                    WriteType(item, view);
                }
            }

            WriteList(view, isAdded: false);
            WriteList(view, isAdded: true);
        }

        DiffSummary.Write(view, output);
    }

    private void WriteInput(string mark, DiffInput input, TextStyle style)
    {
        output.Style(style);
        output.Write(mark);
        output.Style(TextStyle.Plain);
        string modules = input.ModuleCount == 0 ? "" : Text($", {input.ModuleCount} modules");
        output.Write(Text($" {TextRows.Harmless(input.File)} ({input.Format}{(input.TypeCount is { } types ? $", {types} types" : "")}{modules}"));
        Part(input.Machine, "");
        Part(input.Producer, "");
        Part(input.BuildId, "build id ");
        output.Write(")\n"u8);

        void Part(string? text, string word)
        {
            if (text is not null)
            {
                output.Write($", {word}{TextRows.Harmless(text)}");
            }
        }
    }

    private void WriteType(ShownDifference item, DiffView view)
    {
        TypeDifference difference = item.Difference;
        (TypeRef old, TypeRef now) = (difference.Old!.Value, difference.New!.Value);
        _old = _old?.Graph == old.Graph ? _old : new SideRows(old.Graph);
        _new = _new?.Graph == now.Graph ? _new : new SideRows(now.Graph);
        WriteHead(item, old, now);
        WriteClasses(item, view);
        if (!_sides.Write(item, _old, _new))
        {
            WriteChanges(item);
        }

        WriteCauses(item);
        WriteConsequences(item);
    }

    private void WriteHead(ShownDifference item, TypeRef old, TypeRef now)
    {
        output.Style(TextStyle.TypeName);
        output.Write(TextRows.Harmless(item.Difference.Name));
        output.Style(TextStyle.Plain);
        if (options.ModuleOf?.Invoke(now.Graph) is { } module)
        {
            output.Write($" [{TextRows.Harmless(module)}]");
        }

        foreach (TypeChange change in item.Changes)
        {
            if (change.Class is ChangeClass.TypeRenamed or ChangeClass.KindChanged)
            {
                output.Write($": {TextRows.Harmless(change.Old ?? "")} -> {TextRows.Harmless(change.New ?? "")}");
            }
        }

        if (old.View.IsComposite && now.View.IsComposite)
        {
            (LayoutSummary before, LayoutSummary after) = (_old!.Summarize(old.Id), _new!.Summarize(now.Id));
            output.Write(before.SizeBytes == after.SizeBytes ? Text($": size {after.SizeBytes}")
                : Text($": size {before.SizeBytes} -> {after.SizeBytes} ({Signed(after.SizeBytes - before.SizeBytes)})"));
            output.Write(before.AlignmentBytes == after.AlignmentBytes ? "" : Text($", alignment {before.AlignmentBytes} -> {after.AlignmentBytes}"));
        }

        if (item.Difference.FanOut > 0)
        {
            output.Write(Text($", {item.Difference.FanOut} {(item.Difference.FanOut == 1 ? "type embeds" : "types embed")} it"));
        }

        output.Write((byte)'\n');
    }

    // "member_added, member_moved (14); breaks layout, CO-RE": the words that --ignore and --allow take.
    private void WriteClasses(ShownDifference item, DiffView view)
    {
        Span<int> counts = stackalloc int[ChangeNames.Classes.Length];
        bool areAllowed = true;
        foreach (TypeChange change in item.Changes)
        {
            counts[(int)change.Class] += change.Count;
            areAllowed &= view.IsAllowed(item, change);
        }

        output.Style(TextStyle.Comment);
        output.Write("  "u8);
        bool isFirst = true;
        for (int i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                output.Write(isFirst ? "" : ", ");
                output.Write(ChangeNames.Of((ChangeClass)i));
                output.Write(counts[i] > 1 ? Text($" ({counts[i]})") : "");
                isFirst = false;
            }
        }

        output.Write($"; breaks {ChangeNames.Of(item.Breaks)}{(areAllowed ? "; allowed" : "")}");
        output.Style(TextStyle.Plain);
        output.Write((byte)'\n');
    }

    // Typedefs, functions and what is declared only have no lines to put beside each other.
    private void WriteChanges(ShownDifference item)
    {
        foreach (TypeChange change in item.Changes)
        {
            string path = change.Path is { } at ? $" {TextRows.Harmless(at)}" : "";
            output.Write($"    {ChangeNames.Of(change.Class)}{path}\n");
            WriteSide("      - ", change.Old, TextStyle.Removed);
            WriteSide("      + ", change.New, TextStyle.Added);
        }
    }

    private void WriteSide(string mark, string? text, TextStyle style)
    {
        if (text is not null)
        {
            output.Style(style);
            output.Write(mark);
            output.Write(TextRows.Harmless(text));
            output.Style(TextStyle.Plain);
            output.Write((byte)'\n');
        }
    }

    private void WriteCauses(ShownDifference item)
    {
        var causes = new List<string>();
        foreach (TypeChange change in item.Changes)
        {
            if (change.Cause is { } cause && !causes.Contains(cause) && causes.Count < FewNames)
            {
                causes.Add(cause);
            }
        }

        if (causes.Count > 0)
        {
            output.Write(item.Difference.IsCause ? "  in part because it embeds: "u8 : "  because it embeds: "u8);
            WriteNames(causes, causes.Count);
        }
    }

    private void WriteConsequences(ShownDifference item)
    {
        if (item.Consequences.Count == 0)
        {
            return;
        }

        int count = Math.Min(item.Consequences.Count, options.AllNames ? int.MaxValue : FewNames);
        var names = new List<string>(count);
        for (int i = 0; i < count; i++)
        {
            names.Add(item.Consequences[i].Difference.Name);
        }

        output.Write("  also changed because they embed it: "u8);
        WriteNames(names, item.Consequences.Count);
    }

    private void WriteNames(List<string> names, int total)
    {
        for (int i = 0; i < names.Count; i++)
        {
            output.Write(i > 0 ? ", " : "");
            output.Write(TextRows.Harmless(names[i]));
        }

        output.Write(total > names.Count ? Text($", ... ({total})\n") : total > 2 ? Text($" ({total})\n") : "\n");
    }

    private void WriteList(DiffView view, bool isAdded)
    {
        int count = isAdded ? view.AddedCount : view.RemovedCount;
        if (count == 0)
        {
            return;
        }

        output.Style(isAdded ? TextStyle.Added : TextStyle.Removed);
        output.Write(Text($"\n{(isAdded ? "added" : "removed")}: {count} {(count == 1 ? "type" : "types")}"));
        output.Style(TextStyle.Plain);
        bool areNamed = options.AllNames || count <= FewNames;
        output.Write(areNamed ? "\n" : KindsOf(view, isAdded) + "; --all-names lists them\n");
        foreach (ShownDifference item in areNamed ? view.Items : [])
        {
            if (isAdded ? item.IsAdded : item.IsRemoved)
            {
                output.Write(isAdded ? "  + "u8 : "  - "u8);
                output.Write(TextRows.Harmless(item.Difference.Name));
                output.Write((byte)'\n');
            }
        }
    }

    private static string KindsOf(DiffView view, bool isAdded)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (ShownDifference item in view.Items)
        {
            if (isAdded ? item.IsAdded : item.IsRemoved)
            {
                string name = item.Difference.Name;
                int space = name.IndexOf(' ', StringComparison.Ordinal);
                string word = space > 0 && name[..space] is "struct" or "union" or "enum" or "typedef" or "function" ? name[..space] : "other";
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }
        }

        return " (" + string.Join(", ", counts.Select(pair => Text($"{pair.Value} {pair.Key}"))) + ")";
    }

    private static string Signed(long value) => value.ToString("+#;-#;0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
