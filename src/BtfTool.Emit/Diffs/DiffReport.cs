using System.Globalization;
using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using BtfTool.Emit.Reports;

namespace BtfTool.Emit.Diffs;

/// <summary>Turns a comparison into findings for the formats of <c>--as</c>.</summary>
public static class DiffReport
{
    private static readonly ReportSuppression s_allowed = new("allowed by --allow", null);

    /// <summary>
    /// One finding for each change of a cause, and one for each type that follows from one; neighbours that moved together are one. Cost:
    /// linear in the changes.
    /// </summary>
    /// <param name="view">What is shown.</param>
    /// <param name="oldInput">What the comparison begins with.</param>
    /// <param name="newInput">What it ends with.</param>
    /// <param name="mapPath">Makes a source file's path that of the repository; null to leave it.</param>
    public static Report Of(DiffView view, DiffInput oldInput, DiffInput newInput, Func<string, string>? mapPath = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(oldInput);
        ArgumentNullException.ThrowIfNull(newInput);
        var items = new List<ReportItem>();
        var places = new Places(oldInput.File, newInput.File, mapPath);
        foreach (ShownDifference item in view.Items)
        {
            if (item.IsFolded)
            {
                items.Add(OfConsequence(item, places));
                continue;
            }

            foreach (TypeChange change in item.Changes)
            {
                items.Add(OfChange(view, item, change, places));
            }
        }

        return new Report { Command = "diff", Rules = DiffRules.All, Items = items, Inputs = [oldInput.File, newInput.File] };
    }

    private static ReportItem OfChange(DiffView view, ShownDifference item, TypeChange change, Places places)
    {
        var finding = new ReportItem
        {
            Rule = DiffRules.Of(change.Class),
            Level = DiffSelection.LevelOf(change.Breaks),
            Type = item.Difference.Name,
            Member = change.Count > 1 ? null : change.Path,
            Message = MessageOf(item.Difference, change),
            Expected = change.Old,
            Found = change.New,
            Suppression = view.IsAllowed(item, change) ? s_allowed : null,
        };
        return Placed(item, places, finding);
    }

    private static ReportItem OfConsequence(ShownDifference item, Places places)
    {
        string? cause = null, sizeBefore = null, sizeAfter = null;
        foreach (TypeChange change in item.Changes)
        {
            cause ??= change.Cause;
            (sizeBefore, sizeAfter) = change.Class == ChangeClass.Size ? (change.Old, change.New) : (sizeBefore, sizeAfter);
        }

        string sizes = sizeBefore is null ? "" : $": size {sizeBefore} -> {sizeAfter}";
        return Placed(item, places, new ReportItem
        {
            Rule = DiffRules.Of(ChangeClass.Embedded),
            Level = DiffSelection.LevelOf(item.Breaks),
            Type = item.Difference.Name,
            Message = $"{item.Difference.Name} changed because it embeds {cause ?? "a type that did"}{sizes}",
            Suppression = item.Level is null ? s_allowed : null,
        });
    }

    /// <summary>A change as one line that stands alone.</summary>
    public static string MessageOf(TypeDifference difference, TypeChange change)
    {
        ArgumentNullException.ThrowIfNull(difference);
        ArgumentNullException.ThrowIfNull(change);
        string because = change.Cause is { } cause ? $" (through {cause})" : "";
        string breaks = change.Breaks == Breaks.None ? "" : $"; breaks {ChangeNames.Of(change.Breaks)}";
        return $"{difference.Name}: {WhatOf(change)}{because}{breaks}";
    }

    /// <summary>What happened, without the name of the type.</summary>
    internal static string WhatOf(TypeChange change)
    {
        string from = change is { Old: null, New: null } ? "" : $": {change.Old ?? "none"} -> {change.New ?? "none"}";
        string path = change.Path ?? "";
        string at = change.NewBitOffset >= 0 ? $" at {OffsetOf(change.NewBitOffset)}" : "";
        return change.Class switch
        {
            ChangeClass.TypeAdded => "new type",
            ChangeClass.TypeRemoved => "type removed",
            ChangeClass.TypeRenamed => $"renamed{from}",
            ChangeClass.KindChanged => $"another kind of type{from}",
            ChangeClass.Size => $"size{from}",
            ChangeClass.Alignment => $"alignment{from}",
            ChangeClass.MemberMoved when change.Count > 1 => Text($"{change.Count} members from {path} on moved by {SideText.Distance(change.ShiftBits)}"),
            ChangeClass.MemberMoved => $"{path} moved: {OffsetOf(change.OldBitOffset)} -> {OffsetOf(change.NewBitOffset)}",
            ChangeClass.MemberAdded => $"new member {path}{at}{TypeOf(change.New)}",
            ChangeClass.HoleFill => $"new member {path} in a hole{at}{TypeOf(change.New)}",
            ChangeClass.TailGrowth when change.Path is null => $"grew at its end{from}",
            ChangeClass.TailGrowth => $"new member {path} at the end{at}{TypeOf(change.New)}",
            ChangeClass.ReservedUse => $"{path} takes a reserved place{at}{TypeOf(change.New)}",
            ChangeClass.MemberRemoved => $"member {path} removed{TypeOf(change.Old)}",
            ChangeClass.MemberRenamed => $"member renamed{from}",
            ChangeClass.MemberType => $"type of {path}{from}",
            ChangeClass.BitWidth => $"width of {path}{from}",
            ChangeClass.Signedness => $"sign of {path}{from}",
            ChangeClass.ArrayLength => $"length of {path}{from}",
            ChangeClass.EnumAppend => $"new enumerator {path} = {change.New}",
            ChangeClass.EnumInsert => $"new enumerator {path} = {change.New} between others",
            ChangeClass.EnumRenumber => $"value of {path}{from}",
            ChangeClass.EnumRemove => $"enumerator {path} removed",
            ChangeClass.BecameComplete => "was declared only, is defined now",
            ChangeClass.BecameIncomplete => "was defined, is declared only now",
            ChangeClass.Prototype => $"prototype{(path.Length > 0 ? $" ({path})" : "")}{from}",
            ChangeClass.TypedefTarget => $"stands for another type{from}",
            ChangeClass.Embedded => $"an embedded type changed{(path.Length > 0 ? $" ({path})" : "")}",
            _ => $"{ChangeNames.Of(change.Class)}{from}",
        };
    }

    private static string TypeOf(string? type) => type is null ? "" : $" ({type})";

    private static string OffsetOf(long bits) => bits % 8 == 0 ? Text($"{bits / 8}") : Text($"{bits / 8}:{bits % 8}");

    // Where the type is declared now, or was; else the file that it is in.
    private static ReportItem Placed(ShownDifference item, Places places, ReportItem finding)
    {
        string input = item.Difference.New is null ? places.OldFile : places.NewFile;
        if ((item.Difference.New ?? item.Difference.Old) is not { } type
            || !type.View.TryGetDeclaration(out NameId file, out uint line) || file.IsNone)
        {
            return finding with { File = input };
        }

        string path = type.Graph.NameString(file);
        return finding with { File = places.MapPath?.Invoke(path) ?? path, Line = (int)Math.Min(line, int.MaxValue) };
    }

    private sealed record Places(string OldFile, string NewFile, Func<string, string>? MapPath);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
