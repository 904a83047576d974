using System.Globalization;
using BtfTool.Core.Compare;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Pictures;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Diffs;

/// <summary>
/// Writes a comparison as a page: the counts, then each cause with its changes, both pictures, and what follows from it, folded; then what
/// is new and gone. Of whole kernels, pictures are drawn of the gravest causes up to a size that browsers open at once; the page says how
/// many have none.
/// </summary>
/// <param name="output">Where to.</param>
internal sealed class DiffPage(Utf8Writer output)
{
    private const int UsualCachelineBytes = 64;
    private const int FewTypes = 8;
    private const int FewChanges = 12;
    private const int MostChanges = 200;
    private const int MostNames = 4000;

    private readonly PictureSvg _svg = new(output);
    private readonly PictureStudio _studio = new();
    private int _undrawn;
    private int _cachelineBytes;

    /// <summary>Bytes of a page beyond which no more pictures are drawn.</summary>
    public long MostPictureBytes { get; init; } = 12_000_000;

    /// <summary>The module that a graph is of; null for the kernel and where one file is compared.</summary>
    public Func<TypeGraph, string?>? ModuleOf { get; init; }

    /// <summary>Writes the page.</summary>
    public void Write(DiffView view, DiffInput oldInput, DiffInput newInput)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(oldInput);
        ArgumentNullException.ThrowIfNull(newInput);
        _cachelineBytes = TargetMachine.Of(newInput.Machine ?? oldInput.Machine ?? "")?.CachelineBytes ?? UsualCachelineBytes;
        ReportPage.Write(output, $"{NameOf(oldInput)} → {NameOf(newInput)}", _ => WriteSummary(view, oldInput, newInput), _ => WriteTypes(view));
    }

    private static string NameOf(DiffInput input) => input.File[(input.File.TrimEnd('/').LastIndexOf('/') + 1)..];

    private void WriteSummary(DiffView view, DiffInput oldInput, DiffInput newInput)
    {
        WriteInput("Before: ", oldInput);
        WriteInput("Now: ", newInput);
        if (view.Items.Count == 0)
        {
            output.Write("<p><b>No differences.</b></p>\n"u8);
            return;
        }

        output.Write("<p>"u8);
        output.Write(Text($"{view.ChangedCount} types changed"));
        output.Write(view.ConsequenceCount == 0 ? "" : Text($" ({view.ConsequenceCount} only because they embed one that did)"));
        output.Write(Text($", {view.AddedCount} added, {view.RemovedCount} removed. Types that break layout: {view.BreakCount(Breaks.Layout)}, source: "));
        output.Write(Text($"{view.BreakCount(Breaks.Source)}, CO-RE: {view.BreakCount(Breaks.CoRe)}."));
        output.Write(view.IgnoredCount == 0 ? "" : Text($" {view.IgnoredCount} changes not looked at."));
        output.Write("</p>\n"u8);
        WriteCounts(view);
        PictureStyle.WriteDiffLegend(output);
    }

    private void WriteCounts(DiffView view)
    {
        bool hasAllowed = false;
        foreach (ClassCount count in view.Counts)
        {
            hasAllowed |= count.Allowed > 0;
        }

        output.Write("<table class=\"counts\"><thead><tr><th scope=\"col\">Class</th><th scope=\"col\" class=\"n\">Changes</th>"u8);
        output.Write("<th scope=\"col\" class=\"n\">Types</th>"u8);
        output.Write(hasAllowed ? "<th scope=\"col\" class=\"n\">Allowed</th>"u8 : []);
        output.Write("<th scope=\"col\">Breaks</th></tr></thead><tbody>\n"u8);
        foreach (ClassCount count in view.Counts)
        {
            if (count.Changes > 0)
            {
                output.Write(Text($"<tr><td>{ChangeNames.Of(count.Class)}</td><td class=\"n\">{count.Changes}</td><td class=\"n\">{count.Types}</td>"));
                output.Write(hasAllowed ? Text($"<td class=\"n\">{count.Allowed}</td>") : "");
                output.Write(Text($"<td>{ChangeNames.Of(count.Breaks)}</td></tr>\n"));
            }
        }

        output.Write("</tbody></table>\n"u8);
    }

    private void WriteInput(string mark, DiffInput input)
    {
        output.Write("<p class=\"source\">"u8);
        output.Write(mark);
        HtmlText.Write(output, input.File);
        output.Write(Text($" ({input.Format}{(input.TypeCount is { } types ? $", {types} types" : "")}"));
        output.Write(input.ModuleCount == 0 ? "" : Text($", {input.ModuleCount} modules"));
        foreach (string? part in (ReadOnlySpan<string?>)[input.Machine, input.Producer, input.BuildId is null ? null : "build id " + input.BuildId])
        {
            output.Write(part is null ? [] : ", "u8);
            HtmlText.Write(output, part ?? "");
        }

        output.Write(")</p>\n"u8);
    }

    private void WriteTypes(DiffView view)
    {
        var added = new List<string>();
        var removed = new List<string>();
        int id = 0, causes = 0;
        foreach (ShownDifference item in view.Items)
        {
            causes += item.IsFolded || item.IsAdded || item.IsRemoved ? 0 : 1;
        }

        foreach (ShownDifference item in view.Items)
        {
            if (item.IsAdded || item.IsRemoved)
            {
                (item.IsAdded ? added : removed).Add(item.Difference.Name);
            }
            else if (!item.IsFolded)
            {
                WriteType(item, view, id++, causes <= FewTypes);
            }
        }

        if (_undrawn > 0)
        {
            output.Write(Text($"<p>{_undrawn} of the {causes} types that changed by themselves have no picture here, to keep the page small: "));
            output.Write("name them, as in <code>btftool diff OLD NEW NAME --as html</code>.</p>\n"u8);
        }

        WriteNames("Types that are gone", removed);
        WriteNames("Types that are new", added);
    }

    private void WriteType(ShownDifference item, DiffView view, int id, bool isOpen)
    {
        TypeDifference difference = item.Difference;
        (TypeRef old, TypeRef now) = (difference.Old!.Value, difference.New!.Value);
        output.Write(Text($"<section class=\"type folded\" id=\"t-{id}\"><details class=\"change\"{(isOpen ? " open" : "")}><summary><h2>"));
        HtmlText.Write(output, difference.Name);
        output.Write("</h2> <span>"u8);
        if (ModuleOf?.Invoke(now.Graph) is { } module)
        {
            output.Write("of module "u8);
            HtmlText.Write(output, module);
            output.Write("; "u8);
        }

        output.Write(item.Breaks == Breaks.None ? "breaks nothing" : "breaks " + ChangeNames.Of(item.Breaks));
        output.Write(difference.FanOut == 0 ? "" : Text($"; {difference.FanOut} {(difference.FanOut == 1 ? "type embeds" : "types embed")} it"));
        output.Write(item.IsAllowed ? "; allowed"u8 : []);
        output.Write("</span></summary>\n"u8);
        bool canDraw = old.View.IsComposite && now.View.IsComposite;
        bool isSmall = output.Length < MostPictureBytes;
        _undrawn += canDraw && !isSmall ? 1 : 0;
        if (canDraw && isSmall)
        {
            WritePictures(old, now, difference.Name);
        }

        WriteChanges(item, view);

        WriteConsequences(item);
        output.Write("</details></section>\n"u8);
    }

    private void WriteChanges(ShownDifference item, DiffView view)
    {
        bool isFolded = item.Changes.Count > FewChanges;
        output.Write(isFolded ? Text($"<details><summary>{item.Changes.Count} changes</summary>\n") : "");
        output.Write("<ul class=\"changes\">\n"u8);
        int written = 0;
        foreach (TypeChange change in item.Changes)
        {
            if (written++ == MostChanges)
            {
                output.Write(Text($"<li>… and {item.Changes.Count - MostChanges} more</li>\n"));
                break;
            }

            output.Write("<li>"u8);
            HtmlText.Write(output, DiffReport.WhatOf(change), 600);
            output.Write(change.Cause is null ? [] : " (through "u8);
            HtmlText.Write(output, change.Cause ?? "");
            output.Write(change.Cause is null ? [] : ")"u8);
            output.Write(" <span>"u8);
            output.Write(ChangeNames.Of(change.Class));
            output.Write(change.Breaks == Breaks.None ? "" : "; breaks " + ChangeNames.Of(change.Breaks));
            output.Write(view.IsAllowed(item, change) ? "; allowed</span></li>\n"u8 : "</span></li>\n"u8);
        }

        output.Write(isFolded ? "</ul>\n</details>\n"u8 : "</ul>\n"u8);
    }

    private void WritePictures(TypeRef old, TypeRef now, string name)
    {
        DiffPicture both = DiffPicture.Of(_studio, old, now, _cachelineBytes);
        output.Write("<div class=\"pair\">\n"u8);
        WriteSide("Before: ", both.Old, name + " before", both.OldMarks);
        WriteSide("Now: ", both.New, name + " now", both.NewMarks);
        output.Write("</div>\n<output class=\"detail\" aria-live=\"polite\"></output>\n"u8);
    }

    private void WriteSide(string head, PictureWords words, string title, PictureMark[] marks)
    {
        LayoutReport report = words.Picture.Report;
        output.Write("<div class=\"side\"><h3>"u8);
        output.Write(head);
        output.Write(TypeFacts.Headline(report));
        output.Write("</h3>\n<figure>\n"u8);
        _svg.Write(words, title, marks);
        output.Write("</figure>\n</div>\n"u8);
    }

    private void WriteConsequences(ShownDifference item)
    {
        if (item.Consequences.Count > 0)
        {
            output.Write(Text($"<details><summary>{item.Consequences.Count} {(item.Consequences.Count == 1 ? "type follows" : "types follow")}</summary>\n"));
            WriteList(item.Consequences.Count, i => item.Consequences[i].Difference.Name);
            output.Write("</details>\n"u8);
        }
    }

    private void WriteNames(string head, List<string> names)
    {
        if (names.Count > 0)
        {
            output.Write(Text($"<details class=\"change\"><summary>{head} <span>{names.Count}</span></summary>\n"));
            WriteList(names.Count, i => names[i]);
            output.Write("</details>\n"u8);
        }
    }

    private void WriteList(int count, Func<int, string> nameOf)
    {
        output.Write("<ul class=\"names\">\n"u8);
        for (int i = 0; i < Math.Min(count, MostNames); i++)
        {
            output.Write("<li>"u8);
            HtmlText.Write(output, nameOf(i));
            output.Write("</li>\n"u8);
        }

        output.Write(count > MostNames ? Text($"<li>… and {count - MostNames} more</li>\n") : "");
        output.Write("</ul>\n"u8);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
