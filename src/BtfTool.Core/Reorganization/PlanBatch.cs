using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>Plans for many structs on several threads.</summary>
internal static class PlanBatch
{
    // Plans hold layouts: so many are made before they are handed on, so many a thread takes at a time.
    private const int BatchStructs = 2048;
    private const int ShareStructs = 32;

    /// <summary>
    /// Makes a plan for each struct and hands them on in the order of the list, on the calling thread. The result is the same for any
    /// number of threads. Cost: a plan each; memory for two thousand plans.
    /// </summary>
    /// <param name="structs">The structs; those of a graph together.</param>
    /// <param name="reorganizerOf">Makes a reorganizer for a graph; called once for each thread and graph, on that thread.</param>
    /// <param name="jobs">Number of threads; 0 for one per processor.</param>
    /// <param name="use">Gets each struct's place in the list and its plan.</param>
    /// <exception cref="ArgumentException">One is neither struct nor union.</exception>
    public static void Run(IReadOnlyList<TypeRef> structs, Func<TypeGraph, Reorganizer> reorganizerOf, int jobs,
        Action<int, ReorganizationPlan> use)
    {
        ArgumentNullException.ThrowIfNull(structs);
        ArgumentNullException.ThrowIfNull(reorganizerOf);
        ArgumentNullException.ThrowIfNull(use);
        var planners = new Planner[Math.Max(1, Crew.Size(jobs))];
        for (int i = 0; i < planners.Length; i++)
        {
            planners[i] = new Planner(reorganizerOf);
        }

        var plans = new ReorganizationPlan[Math.Min(BatchStructs, structs.Count)];
        for (int first = 0; first < structs.Count; first += BatchStructs)
        {
            int count = Math.Min(BatchStructs, structs.Count - first);
            PlanAll(structs, first, plans.AsMemory(0, count), planners);
            for (int i = 0; i < count; i++)
            {
                use(first + i, plans[i]);
            }
        }
    }

    private static void PlanAll(IReadOnlyList<TypeRef> structs, int first, Memory<ReorganizationPlan> plans, Planner[] planners)
    {
        int next = 0;
        Crew.Run(planners.Length, thread =>
        {
            for (int at = Interlocked.Add(ref next, ShareStructs); at - ShareStructs < plans.Length; at = Interlocked.Add(ref next, ShareStructs))
            {
                for (int i = at - ShareStructs; i < Math.Min(at, plans.Length); i++)
                {
                    plans.Span[i] = planners[thread].Plan(structs[first + i]);
                }
            }
        });
    }

    private sealed class Planner(Func<TypeGraph, Reorganizer> reorganizerOf)
    {
        private TypeGraph? _graph;
        private Reorganizer? _reorganizer;

        public ReorganizationPlan Plan(TypeRef type)
        {
            if (!ReferenceEquals(_graph, type.Graph))
            {
                (_graph, _reorganizer) = (type.Graph, reorganizerOf(type.Graph));
            }

            return _reorganizer!.Plan(type.Id);
        }
    }
}
