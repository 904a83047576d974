using System.Globalization;
using BtfTool.Core.Compare;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Diffs;

/// <summary>Writes where a difference in size comes from: a line for each part, in bytes that add up.</summary>
/// <param name="output">Where to.</param>
public sealed class WhyText(Utf8Writer output)
{
    /// <summary>Writes one explanation. Cost: linear in its parts.</summary>
    /// <param name="name">The type with its keyword.</param>
    /// <param name="why">The explanation.</param>
    public void Write(string name, SizeExplanation why)
    {
        ArgumentNullException.ThrowIfNull(why);
        long difference = why.NewBytes - why.OldBytes;
        output.Style(TextStyle.TypeName);
        output.Write(TextRows.Harmless(name));
        output.Style(TextStyle.Plain);
        output.Write(difference == 0 ? Text($": size {why.NewBytes}, as before\n")
            : Text($": size {why.OldBytes} -> {why.NewBytes} ({Signed(difference)})\n"));
        if (why.Steps.Count == 0)
        {
            return;
        }

        var rows = new TextRows(output, new TextRows.Column("bytes", true), new TextRows.Column("before", true), new TextRows.Column("now", true),
            new TextRows.Column("what"));
        foreach (SizeStep step in why.Steps)
        {
            rows.Add(Signed(step.Bytes), Text($"{step.OldBytes}"), Text($"{step.NewBytes}"), Describe(step));
        }

        rows.Add(Signed(difference), Text($"{why.OldBytes}"), Text($"{why.NewBytes}"), "in all");
        rows.Write("where it comes from");
    }

    /// <summary>A part in words.</summary>
    internal static string Describe(SizeStep step) => step.Kind switch
    {
        SizeStepKind.MemberAdded => $"new member {step.Member} ({step.New})",
        SizeStepKind.MemberRemoved => $"member {step.Member} removed ({step.Old})",
        SizeStepKind.MemberGrew => $"{step.Member} grew{Types(step)}",
        SizeStepKind.MemberShrank => $"{step.Member} shrank{Types(step)}",
        SizeStepKind.HoleOpened => $"hole before {step.Member}",
        SizeStepKind.HoleClosed => $"hole before {step.Member} filled or closed",
        SizeStepKind.Padding => "padding at the end",
        _ => $"largest member: {step.Old} -> {step.New}",
    };

    private static string Types(SizeStep step) => step is not { Old: { } old, New: { } now } ? ""
        : old == now ? $" ({now})" : $" ({old} -> {now})";

    private static string Signed(long value) => value.ToString("+#;-#;0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
