using System.Globalization;
using BtfTool.Core.Compare;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Diffs;

/// <summary>Writes how many changes of each class there are and what they break.</summary>
internal static class DiffSummary
{
    public static void Write(DiffView view, Utf8Writer output)
    {
        if (view.Items.Count == 0)
        {
            output.Write(view.IgnoredCount == 0 ? "\nno differences\n" : Text($"\nno differences ({view.IgnoredCount} changes not looked at)\n"));
            return;
        }

        bool hasAllowed = false;
        foreach (ClassCount count in view.Counts)
        {
            hasAllowed |= count.Allowed > 0;
        }

        var rows = new TextRows(output, new TextRows.Column("class"), new TextRows.Column("changes", true), new TextRows.Column("types", true),
            new TextRows.Column(hasAllowed ? "allowed" : "", true), new TextRows.Column("breaks"));
        foreach (ClassCount count in view.Counts)
        {
            if (count.Changes > 0)
            {
                rows.Add(ChangeNames.Of(count.Class), Number(count.Changes), Number(count.Types), count.Allowed > 0 ? Number(count.Allowed) : "",
                    ChangeNames.Of(count.Breaks));
            }
        }

        rows.Write("summary");
        string consequences = view.ConsequenceCount == 0 ? "" : Text($" ({view.ConsequenceCount} only because they embed one that did)");
        output.Write(Text($"\n  {view.ChangedCount} types changed{consequences}, {view.AddedCount} added, {view.RemovedCount} removed\n"));
        (int layout, int source, int core) = (view.BreakCount(Breaks.Layout), view.BreakCount(Breaks.Source), view.BreakCount(Breaks.CoRe));
        output.Write(Text($"  types that break layout: {layout}, source: {source}, CO-RE: {core}\n"));
        output.Write(view.IgnoredCount == 0 ? "" : Text($"  {view.IgnoredCount} changes not looked at\n"));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
