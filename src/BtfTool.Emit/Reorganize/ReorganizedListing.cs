using BtfTool.Core.Diagnostics;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Text;
using static BtfTool.Emit.Reorganize.ReorganizeWords;

namespace BtfTool.Emit.Reorganize;

/// <summary>
/// Lists structs as they are to be, as <c>pahole --reorganize</c> does: the listing, and behind its end what was saved (source of the
/// words: observed, pahole 1.24). Where pahole's words leave the gain out, a smaller bucket or members that no longer straddle a line, it
/// is said behind them; under <see cref="PaholeOptions.Compat"/> it is not. Not safe to share between threads.
/// </summary>
/// <param name="structs">The structs, all of one <see cref="ReorganizedStructs"/>.</param>
/// <param name="options">How the listing is written.</param>
/// <param name="output">Where to.</param>
public sealed class ReorganizedListing(IReadOnlyList<ReorganizedStruct> structs, PaholeOptions options, Utf8Writer output)
{
    private readonly Dictionary<TypeId, ReorganizedStruct> _byType = structs.ToDictionary(s => s.Plan.Type);
    private readonly PaholeEmitter? _relaid = structs.Count == 0 ? null : new PaholeEmitter(structs[0].RelaidGraph, options, output);
    private MemberNames? _names;

    /// <summary>Writes one of the structs, with its steps where they were found. Cost: linear in the text.</summary>
    /// <param name="id">The struct as it was.</param>
    /// <returns>False, and nothing written, where it is not one of the structs.</returns>
    /// <exception cref="InvalidImageException">The listing expands beyond the limits.</exception>
    public bool TryWrite(TypeId id)
    {
        if (_relaid is null || !_byType.TryGetValue(id, out ReorganizedStruct? s))
        {
            return false;
        }

        WriteSteps(s, _relaid);
        string trailer = TrailerOf(s);
        _relaid.Trailer = trailer.Length == 0 ? null : _ => trailer;
        _relaid.WriteType(s.Relaid);
        return true;
    }

    private void WriteSteps(ReorganizedStruct s, PaholeEmitter relaid)
    {
        relaid.Trailer = null;
        _names = _names?.Graph == s.Graph ? _names : new MemberNames(s.Graph);
        foreach (ReorganizedStep step in s.Steps)
        {
            string moved = string.Join(", ", step.Members.Select(member => $"'{NameOf(s, member)}'"));
            string behind = step.Behind < 0 ? "to the start" : $"to after '{NameOf(s, step.Behind)}'";
            output.Write($"/* Moving {moved} {behind} */\n");
            relaid.WriteType(step.Type);
            output.Write((byte)'\n');
        }

        output.Write(s.Steps.Count > 0 ? "/* Final reorganized struct: */\n"u8 : []);
    }

    // Names stand in a comment and may hold its end.
    private string NameOf(ReorganizedStruct s, int member) => _names!.Of(s.Plan.Type, member).Replace("*/", "*?/", StringComparison.Ordinal);

    private string TrailerOf(ReorganizedStruct s)
    {
        PlanObjective before = s.Plan.BeforeObjective, after = s.Plan.AfterObjective;
        long lines = before.Cachelines - after.Cachelines;
        string saved = s.Plan.SavingBytes <= 0 ? ""
            : $"saved {Count(s.Plan.SavingBytes, "byte")}{(lines > 0 ? $" and {Count(lines, "cacheline")}" : "")}!";
        if (!options.Compat && s.IsImprovement)
        {
            string bucket = after.BucketBytes < before.BucketBytes ? $" bucket {Number(before.BucketBytes)} -> {Number(after.BucketBytes)}" : "";
            string straddles = after.Straddles < before.Straddles ? $" straddles {Number(before.Straddles)} -> {Number(after.Straddles)}" : "";
            string more = string.Join(',', new[] { bucket, straddles }.Where(text => text.Length > 0)).TrimStart();
            saved = saved.Length > 0 && more.Length > 0 ? $"{saved} {more}" : saved + more;
        }

        return saved.Length == 0 ? "" : $"   /* {saved} */";
    }
}
