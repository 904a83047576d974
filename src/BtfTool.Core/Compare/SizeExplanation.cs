using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// Why a struct or union has another size: member by member, in bytes that add up to the difference. Every byte of a struct belongs to the
/// first member that has a bit in it, to the hole before a member, or to the padding; every byte of a union to its largest member or to the
/// padding. What has the same share on both sides is left out.
/// </summary>
public sealed class SizeExplanation
{
    private SizeExplanation(long oldBytes, long newBytes, IReadOnlyList<SizeStep> steps)
    {
        (OldBytes, NewBytes, Steps) = (oldBytes, newBytes, steps);
    }

    /// <summary>Size before.</summary>
    public long OldBytes { get; }

    /// <summary>Size now.</summary>
    public long NewBytes { get; }

    /// <summary>The parts, by offset; their <see cref="SizeStep.Bytes"/> together are <see cref="NewBytes"/> less <see cref="OldBytes"/>.</summary>
    public IReadOnlyList<SizeStep> Steps { get; }

    /// <summary>Explains the sizes of two types. Cost: linear in the types of both graphs; for several use <see cref="SizeExplainer"/>.</summary>
    /// <param name="old">The struct or union before.</param>
    /// <param name="now">The struct or union now; typedefs of one are followed on both sides.</param>
    /// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
    /// <exception cref="ArgumentException">One is neither.</exception>
    /// <exception cref="InvalidImageException">One holds more members than anything does, or nests deeper.</exception>
    public static SizeExplanation Of(TypeRef old, TypeRef now, ReaderLimits? limits = null) =>
        new SizeExplainer(old.Graph, now.Graph, limits).Explain(old.Id, now.Id);

    internal static SizeExplanation Of(SizeShares a, SizeShares b)
    {
        var steps = new List<SizeStep>();
        int[] matches = a.Match(b);
        var isMatched = new bool[a.Shares.Length];
        foreach (int match in matches)
        {
            if (match >= 0)
            {
                isMatched[match] = true;
            }
        }

        int gone = 0;
        for (int k = 0; k < b.Shares.Length; k++)
        {
            for (; matches[k] >= 0 && gone < matches[k]; gone++)
            {
                AddRemoved(a, gone, isMatched[gone], steps);
            }

            AddShare(a, matches[k], b, k, steps);
        }

        for (; gone < a.Shares.Length; gone++)
        {
            AddRemoved(a, gone, isMatched[gone], steps);
        }

        if (a.PaddingBytes != b.PaddingBytes)
        {
            steps.Add(new SizeStep(SizeStepKind.Padding, null, b.PaddingBytes - a.PaddingBytes, a.PaddingBytes, b.PaddingBytes, null, null));
        }

        return new SizeExplanation(a.SizeBytes, b.SizeBytes, a.IsUnion && b.IsUnion ? Joined(steps) : steps);
    }

    private static void AddShare(SizeShares a, int match, SizeShares b, int k, List<SizeStep> steps)
    {
        SizeShare now = b.Shares[k];
        SizeShare before = match < 0 ? default : a.Shares[match];
        string name = b.NameOf(k);
        if (before.HoleBytes != now.HoleBytes)
        {
            SizeStepKind kind = now.HoleBytes > before.HoleBytes ? SizeStepKind.HoleOpened : SizeStepKind.HoleClosed;
            steps.Add(new SizeStep(kind, name, now.HoleBytes - before.HoleBytes, before.HoleBytes, now.HoleBytes, null, null));
        }

        if (before.Bytes != now.Bytes)
        {
            SizeStepKind kind = match < 0 ? SizeStepKind.MemberAdded
                : now.Bytes > before.Bytes ? SizeStepKind.MemberGrew : SizeStepKind.MemberShrank;
            steps.Add(new SizeStep(kind, name, now.Bytes - before.Bytes, before.Bytes, now.Bytes, match < 0 ? null : a.TypeOf(match), b.TypeOf(k)));
        }
    }

    private static void AddRemoved(SizeShares a, int gone, bool isMatched, List<SizeStep> steps)
    {
        SizeShare share = a.Shares[gone];
        if (isMatched)
        {
            return;
        }

        if (share.HoleBytes != 0)
        {
            steps.Add(new SizeStep(SizeStepKind.HoleClosed, a.NameOf(gone), -share.HoleBytes, share.HoleBytes, 0, null, null));
        }

        if (share.Bytes != 0)
        {
            steps.Add(new SizeStep(SizeStepKind.MemberRemoved, a.NameOf(gone), -share.Bytes, share.Bytes, 0, a.TypeOf(gone), null));
        }
    }

    // In a union one member has all bytes: where it is another now, that is one step.
    private static List<SizeStep> Joined(List<SizeStep> steps)
    {
        SizeStep? gone = null, come = null;
        foreach (SizeStep step in steps)
        {
            gone = step.Member is not null && step.NewBytes == 0 ? step : gone;
            come = step.Member is not null && step.OldBytes == 0 ? step : come;
        }

        if (gone is null || come is null)
        {
            return steps;
        }

        steps.Remove(gone);
        steps[steps.IndexOf(come)] = come with
        {
            Kind = SizeStepKind.Largest,
            Bytes = come.Bytes + gone.Bytes,
            OldBytes = gone.OldBytes,
            Old = $"{gone.Old} {gone.Member}",
            New = $"{come.New} {come.Member}",
        };
        return steps;
    }
}
