using BtfTool.Core.Layout;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Consecutive bitfields as parts. Where the rules of the compiler give the places that they have, they are laid by the rules; where
/// not (unnamed bitfields, which the files leave out), they keep their distances and their place in the storage unit.
/// </summary>
internal readonly ref struct BitfieldRun
{
    private const long LargestUnitBytes = 16;

    /// <summary>The bitfields.</summary>
    public PackingPart[] Parts { get; private init; }

    /// <summary>Whether the rules explain all places.</summary>
    public bool IsExplained { get; private init; }

    /// <summary>Whether the rules explain where the run begins.</summary>
    public bool StartIsExplained { get; private init; }

    /// <summary>Whole bytes before it that stay, because nothing explains them.</summary>
    public long GapBytes { get; private init; }

    /// <summary>Whether fields share bits with others or with what lies before.</summary>
    public bool Overlaps { get; private init; }

    /// <summary>Reads a run.</summary>
    /// <param name="run">The bitfields by offset, at least one.</param>
    /// <param name="endBit">First bit behind what lies before it.</param>
    public static BitfieldRun Of(ReadOnlySpan<MemberLayout> run, long endBit)
    {
        var parts = new PackingPart[run.Length];
        bool explained = true, startExplained = false;
        long largestUnit = 8;
        var cursor = new PackingCursor { Bit = endBit };
        long before = endBit;
        for (int i = 0; i < run.Length; i++)
        {
            if (run[i].BitOffset < before)
            {
                return new BitfieldRun { Overlaps = true };
            }

            before = run[i].EndBits;
            parts[i] = ByTheRules(run[i]);
            largestUnit = Math.Max(largestUnit, parts[i].UnitBits);
            explained &= cursor.Place(in parts[i], 0, long.MaxValue / 2) == run[i].BitOffset;
            startExplained |= i == 0 && explained;
        }

        long gap = startExplained ? 0 : (run[0].BitOffset - endBit) / largestUnit * (largestUnit / 8);
        return new BitfieldRun
        {
            Parts = explained ? parts : Rigid(run, largestUnit),
            IsExplained = explained,
            StartIsExplained = startExplained,
            GapBytes = gap,
        };
    }

    private static PackingPart ByTheRules(in MemberLayout member)
    {
        long unit = Math.Clamp(member.SizeBytes, 1, LargestUnitBytes);
        unit = long.IsPow2(unit) ? unit : 1;
        return new PackingPart
        {
            Kind = PartKind.Bitfield,
            Member = member.Index,
            SizeBits = member.BitfieldBits,
            AlignmentBits = Math.Min(unit, member.AlignmentBytes) * 8,
            UnitBits = unit * 8,
            PinnedBit = -1,
        };
    }

    private static PackingPart[] Rigid(ReadOnlySpan<MemberLayout> run, long unitBits)
    {
        var parts = new PackingPart[run.Length];
        for (int i = 0; i < run.Length; i++)
        {
            parts[i] = ByTheRules(run[i]) with
            {
                Kind = i == 0 ? PartKind.Phased : PartKind.Relative,
                UnitBits = unitBits,
                AlignmentBits = 8,
                ShiftBits = i == 0 ? run[0].BitOffset & (unitBits - 1) : run[i].BitOffset - run[i - 1].BitOffset,
            };
        }

        return parts;
    }
}
