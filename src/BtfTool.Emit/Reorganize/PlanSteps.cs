using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Reorganize;

/// <summary>A layout on the way of a plan.</summary>
/// <param name="Moved">Indices of the members that the step moves, in their new order.</param>
/// <param name="Behind">Index of the member that they then lie behind; -1: at the start.</param>
/// <param name="Members">All members as they lie then.</param>
/// <param name="SizeBytes">Size then.</param>
internal sealed record PlanStep(int[] Moved, int Behind, PlacedMember[] Members, long SizeBytes);

/// <summary>
/// Finds an order in which the moves of a plan can be made one by one, each giving a layout that a compiler would make. Members that stay
/// neighbours move together. Of the moves that are left the one is made that gives the smallest struct, so that it grows on the way only
/// where every move that is left does that. Not safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="cachelineBytes">Bytes of a cache line.</param>
internal sealed class PlanSteps(TypeGraph graph, int cachelineBytes)
{
    // With more moves than this they are made from the first to the last: choosing costs their square.
    private const int MostChosen = 48;

    // Each step holds all members; beyond this many of them together the way is one step.
    private const long MostPlaced = 1 << 20;

    private readonly AlignmentInference _alignments = new(new LayoutAnalyzer(graph), graph, cachelineBytes);

    /// <summary>The steps; the last one is the plan. Cost: members times the square of the moves, where these are few; see above.</summary>
    public List<PlanStep> Of(ReorganizationPlan plan)
    {
        List<int[]> blocks = Blocks(plan);
        if ((long)blocks.Count * plan.Members.Length > MostPlaced)
        {
            blocks = [[.. blocks.SelectMany(block => block)]];
        }

        var way = new Way(graph, plan, _alignments);
        bool chooses = blocks.Count <= MostChosen;
        var steps = new List<PlanStep>(blocks.Count);
        while (blocks.Count > 1)
        {
            PlanStep? best = null;
            int at = 0;
            for (int i = 0; i < (chooses ? blocks.Count : 1); i++)
            {
                PlanStep step = way.Try(blocks[i]);
                (best, at) = best is null || step.SizeBytes < best.SizeBytes ? (step, i) : (best, at);
            }

            way.Make(best!);
            steps.Add(best!);
            blocks.RemoveAt(at);
        }

        if (blocks.Count == 1)
        {
            // What holds members apart beyond the rules of C is known to the plan alone.
            steps.Add(way.Try(blocks[0]) with { Members = plan.Members.ToArray(), SizeBytes = plan.AfterObjective.SizeBytes });
        }

        return steps;
    }

    private static List<int[]> Blocks(ReorganizationPlan plan)
    {
        var blocks = new List<int[]>();
        var block = new List<int>();
        foreach (ref readonly MemberMove move in plan.Moves)
        {
            if (block.Count > 0 && (move.Behind != block[^1] || move.OldBehind != block[^1]))
            {
                blocks.Add([.. block]);
                block.Clear();
            }

            block.Add(move.Member);
        }

        if (block.Count > 0)
        {
            blocks.Add([.. block]);
        }

        return blocks;
    }

    /// <summary>The order of the members on the way.</summary>
    private sealed class Way
    {
        private readonly ReorganizationPlan _plan;
        private readonly MemberLayout[] _layouts;
        private readonly long[] _alignments;
        private readonly long[] _fixedOffsets;
        private readonly int[] _ranks;
        private readonly bool[] _isSettled;
        private List<int> _order = [];

        public Way(TypeGraph graph, ReorganizationPlan plan, AlignmentInference alignments)
        {
            _plan = plan;
            MemberList list = graph[plan.Type].Members;
            int count = list.Count;
            (_layouts, _alignments, _fixedOffsets) = (new MemberLayout[count], new long[count], new long[count]);
            (_ranks, _isSettled) = (new int[count], new bool[count]);
            foreach (ref readonly MemberLayout member in plan.Before.Members)
            {
                _layouts[member.Index] = member;
                _alignments[member.Index] = Math.Max(member.AlignmentBytes, alignments.AlignmentBytesOf(list[member.Index].Type));
                _fixedOffsets[member.Index] = -1;
                _order.Add(member.Index);
            }

            Array.Fill(_isSettled, true);
            foreach (ref readonly MemberMove move in plan.Moves)
            {
                _isSettled[move.Member] = false;
            }

            for (int i = 0; i < plan.Members.Length; i++)
            {
                _ranks[plan.Members[i].Member] = i;
            }

            foreach (ref readonly BtfTool.Core.Reorganization.Barrier barrier in plan.Barriers)
            {
                _alignments[barrier.Member] = Math.Max(_alignments[barrier.Member], barrier.AlignmentBytes);
                if (barrier.Reason is BarrierReason.Pinned or BarrierReason.UnexplainedHole)
                {
                    _fixedOffsets[barrier.Member] = _layouts[barrier.Member].BitOffset;
                }
            }
        }

        // Behind the last that has its place already and comes before the block in the end.
        public PlanStep Try(int[] block)
        {
            var order = new List<int>(_order.Count);
            int after = 0, behind = -1;
            foreach (int member in _order)
            {
                if (Array.IndexOf(block, member) >= 0)
                {
                    continue;
                }

                order.Add(member);
                if (_isSettled[member] && _ranks[member] < _ranks[block[0]])
                {
                    (after, behind) = (order.Count, member);
                }
            }

            order.InsertRange(after, block);
            PlacedMember[] members = Place(order, out long sizeBytes);
            return new PlanStep(block, behind, members, sizeBytes);
        }

        public void Make(PlanStep step)
        {
            _order = [.. step.Members.Select(member => member.Member)];
            foreach (int member in step.Moved)
            {
                _isSettled[member] = true;
            }
        }

        // As a compiler lays members out; up to the first that differs they lie as they do.
        private PlacedMember[] Place(List<int> order, out long sizeBytes)
        {
            var placed = new PlacedMember[order.Count];
            long end = 0;
            bool isSame = true;
            bool wasBitfield = false;
            for (int i = 0; i < placed.Length; i++)
            {
                ref readonly MemberLayout member = ref _layouts[order[i]];
                isSame &= _plan.Before.Members[i].Index == order[i];
                long at = isSame ? member.BitOffset : PlaceOf(member, end, wasBitfield && IsOfRun(order[i - 1], order[i]));
                placed[i] = new PlacedMember(member.Index, at);
                wasBitfield = member.BitfieldBits != 0;
                end = Math.Max(end, at + (wasBitfield ? member.BitfieldBits : member.SizeBytes * 8));
            }

            sizeBytes = Up(end, 8L * Math.Max(1, _plan.AlignmentBytes)) / 8;
            return placed;
        }

        private long PlaceOf(in MemberLayout member, long end, bool goesOn)
        {
            long at;
            if (member.BitfieldBits == 0)
            {
                at = Up(end, 8 * _alignments[member.Index]);
            }
            else
            {
                at = goesOn ? end : Up(end, 8);
                long unit = Math.Max(1, member.SizeBytes * 8);
                at = (at % unit) + member.BitfieldBits > unit ? Up(at, unit) : at;
            }

            return Math.Max(at, _fixedOffsets[member.Index]);
        }

        // Runs of bitfields stay apart: one that begins behind another begins a byte.
        private bool IsOfRun(int first, int second) => _layouts[first].EndBits == _layouts[second].BitOffset;

        private static long Up(long value, long unit) => (value + unit - 1) / unit * unit;
    }
}
