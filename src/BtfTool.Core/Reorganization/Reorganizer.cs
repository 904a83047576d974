using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Finds the best legal order of a struct's members. Never changes the graph; nothing here throws for what a file contained. Not safe
/// to share between threads: make one for each.
/// </summary>
/// <remarks>
/// Legal is what keeps every <see cref="BarrierReason"/>: nothing crosses a barrier, a barrier keeps its alignment, runs of bitfields
/// move whole and never become neighbours of others. Best is the least <see cref="PlanObjective"/>. Cost: for most structs n log n in
/// the members; where the bounds do not settle it a search of at most <see cref="ReorganizeOptions.MaxSteps"/> steps.
/// </remarks>
public sealed class Reorganizer
{
    /// <summary>Items up to which a proof is worth much time.</summary>
    private const int ExactMembers = 66;

    private static readonly PlanObjective WorstObjective =
        new(int.MaxValue / 4, int.MaxValue / 4, 1L << 50, 1L << 40, int.MaxValue / 4, 1L << 50, 0);

    private readonly TypeGraph _graph;
    private readonly ReorganizeOptions _options;
    private readonly int _maxNesting;
    private readonly LayoutAnalyzer _analyzer;
    private readonly AlignmentInference _alignments;
    private readonly FlexibleTails _tails;
    private readonly LayoutSearch _layouts = new();
    private readonly MoveSearch _moves = new();

    /// <summary>Makes the memory for a graph.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="options">Constraints; null for none.</param>
    /// <param name="limits">Bounds the nesting that is followed; null for the defaults.</param>
    public Reorganizer(TypeGraph graph, ReorganizeOptions? options = null, ReaderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _options = options ?? new ReorganizeOptions();
        _maxNesting = (limits ?? ReaderLimits.Default).MaxNesting;
        _analyzer = new LayoutAnalyzer(graph, limits);
        _alignments = new AlignmentInference(_analyzer, graph, _options.CachelineBytes, limits);
        _tails = new FlexibleTails(graph, _analyzer.Sizes, _maxNesting);
    }

    /// <summary>What the options ask of a struct that cannot be: a member it does not have, or two that a barrier keeps apart; else null.</summary>
    /// <exception cref="ArgumentException">The type is neither struct nor union.</exception>
    public string? MistakeIn(TypeId id)
    {
        var constraints = new MemberConstraints(_graph, _analyzer.Sizes, id, _options, _maxNesting);
        if (constraints.Mistake is null)
        {
            _ = Builder(constraints).Build(_analyzer.Analyze(id), out _);
        }

        return constraints.Mistake;
    }

    /// <summary>The plan for a struct; one that changes nothing where nothing gets better. What <see cref="MistakeIn"/> tells is left aside.</summary>
    /// <exception cref="ArgumentException">The type is neither struct nor union.</exception>
    public ReorganizationPlan Plan(TypeId id)
    {
        StructLayout layout = _analyzer.Analyze(id);
        ProblemBuilder builder = Builder(new MemberConstraints(_graph, _analyzer.Sizes, id, _options, _maxNesting));
        List<PackingProblem> problems = builder.Build(layout, out BarrierReason kept);
        if (problems.Count == 0 || !Explains(builder.Given!, layout))
        {
            return Unchanged(layout, ObjectiveOf(layout), [], PlanProof.Size | PlanProof.Layout | PlanProof.Moves,
                layout.Summary.SizeBytes, layout.Summary.AlignmentBytes, problems.Count == 0 ? kept : BarrierReason.Overlap);
        }

        int[] identity = [.. Enumerable.Range(0, builder.Given!.Items.Length)];
        PlanObjective before = builder.Given.ObjectiveOf(builder.Given.Lay(identity));
        ReorganizationPlan? best = BestOf(problems, layout, before, builder.Barriers);
        if (best is null)
        {
            // Together they fit into no order of this size.
            List<PackingProblem> larger = [.. problems.Select(problem => problem.WithLimit(SizeAsGiven(problem)))];
            best = BestOf(larger, layout, before, builder.Barriers)!;
        }

        // A glued item may keep some of its members in their order and not others, which the search does not see.
        return problems.Count == 1 || best.Moves.Length <= 1 ? best : best.WithProof(best.Proof & ~PlanProof.Moves);
    }

    private ReorganizationPlan? BestOf(List<PackingProblem> problems, StructLayout layout, PlanObjective before, List<Barrier> barriers)
    {
        ReorganizationPlan? best = null;
        foreach (PackingProblem problem in problems)
        {
            ReorganizationPlan? next = Solve(problem, layout, before, barriers);
            best = next is not null && (best is null || next.AfterObjective < best.AfterObjective) ? next : best;
        }

        return best;
    }

    private static long SizeAsGiven(PackingProblem problem) =>
        Math.Max(problem.MaxSizeBytes, problem.SizeBytesOf(problem.Lay([.. Enumerable.Range(0, problem.Items.Length)]).Bit));

    private ProblemBuilder Builder(MemberConstraints constraints) => new(_graph, _analyzer, _alignments, _tails, _options, constraints);

    // Null where no order keeps the limit of the size.
    private ReorganizationPlan? Solve(PackingProblem problem, StructLayout layout, PlanObjective before, List<Barrier> barriers)
    {
        int[] order = [.. Enumerable.Range(0, problem.Items.Length)];
        PlanObjective given = problem.ObjectiveOf(problem.Lay(order));
        given = given.SizeBytes > problem.MaxSizeBytes ? WorstObjective : given;
        PlanProof proof = PlanProof.Size | PlanProof.Layout | PlanProof.Moves;
        if (problem.CanMove)
        {
            PackingProblem reduced = problem.Reduce();
            _layouts.Run(reduced, given, _options.MaxSteps);
            bool fewest = true;
            if (_layouts.Best < given)
            {
                order = PackingProblem.Restore(reduced, FewestMoves(reduced, out fewest));
            }

            if (_layouts.Best == WorstObjective)
            {
                return null;
            }

            proof = _layouts.IsProven ? PlanProof.Size | PlanProof.Layout | (fewest ? PlanProof.Moves : 0) : PlanProof.None;
        }

        if (given == WorstObjective && !problem.CanMove)
        {
            return null;
        }

        PlacedMember[] placed = Places(problem, order);
        MemberMove[] moves = OrderMoves.Between(layout.Members, placed);
        PlanObjective after = problem.ObjectiveOf(problem.Lay(order)) with { Moves = moves.Length };
        long bound = problem.LowerBoundBytes();
        if (after.SizeBytes == bound && after.Violations == 0 && after.HotLines == 0)
        {
            proof |= PlanProof.Size;
        }

        return moves.Length == 0
            ? Unchanged(layout, before, barriers, proof, bound, (int)problem.AlignmentBytes, BarrierReason.None)
            : new ReorganizationPlan(layout, before, after, placed, moves, [.. barriers])
            {
                Proof = proof,
                LowerBoundBytes = bound,
                AlignmentBytes = (int)problem.AlignmentBytes,
            };
    }

    private int[] FewestMoves(PackingProblem problem, out bool isProven)
    {
        int[] order = problem.InTurn(_layouts.BestClasses);
        int known = MovesOf(problem, order);
        bool found = _moves.Run(problem, _layouts.Best, known,
            problem.Items.Length <= ExactMembers ? _options.MaxSteps : _options.MaxSteps / 8);
        isProven = _moves.IsProven;
        return found ? _moves.Order : order;
    }

    private static int MovesOf(PackingProblem problem, int[] order)
    {
        var before = new List<MemberLayout>();
        foreach (PackingItem item in problem.Items)
        {
            foreach (PackingPart part in item.Parts.Where(part => part.Member >= 0))
            {
                before.Add(new MemberLayout { Index = part.Member });
            }
        }

        return OrderMoves.Between([.. before], Places(problem, order)).Length;
    }

    private static PlacedMember[] Places(PackingProblem problem, int[] order)
    {
        var placed = new List<PlacedMember>();
        PackingCursor cursor = default;
        foreach (int item in order)
        {
            long previous = 0;
            foreach (PackingPart part in problem.Items[item].Parts)
            {
                previous = cursor.Place(in part, previous, problem.LineBits);
                if (part.Member >= 0)
                {
                    placed.Add(new PlacedMember(part.Member, previous));
                }
            }
        }

        return [.. placed];
    }

    // A layout that the rules do not reproduce is not understood, and left alone.
    private static bool Explains(PackingProblem problem, StructLayout layout)
    {
        int[] order = [.. Enumerable.Range(0, problem.Items.Length)];
        PlacedMember[] placed = Places(problem, order);
        if (placed.Length != layout.Members.Length || problem.SizeBytesOf(problem.Lay(order).Bit) != layout.Summary.SizeBytes)
        {
            return false;
        }

        for (int i = 0; i < placed.Length; i++)
        {
            if (placed[i] != new PlacedMember(layout.Members[i].Index, layout.Members[i].BitOffset))
            {
                return false;
            }
        }

        return true;
    }

    private PlanObjective ObjectiveOf(StructLayout layout)
    {
        int straddles = 0;
        foreach (ref readonly MemberLayout member in layout.Members)
        {
            straddles += member.Straddles(_options.CachelineBytes) ? 1 : 0;
        }

        long size = layout.Summary.SizeBytes;
        return new PlanObjective(0, 0, KmallocBuckets.BucketOf(size), layout.Summary.CachelinesOf(_options.CachelineBytes), straddles, size, 0);
    }

    private static ReorganizationPlan Unchanged(StructLayout layout, PlanObjective objective, List<Barrier> barriers, PlanProof proof,
        long lowerBoundBytes, int alignmentBytes, BarrierReason kept)
    {
        var members = new PlacedMember[layout.Members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            members[i] = new PlacedMember(layout.Members[i].Index, layout.Members[i].BitOffset);
        }

        return new ReorganizationPlan(layout, objective, objective, members, [], [.. barriers])
        {
            Kept = kept,
            Proof = proof,
            LowerBoundBytes = lowerBoundBytes,
            AlignmentBytes = alignmentBytes,
        };
    }
}
