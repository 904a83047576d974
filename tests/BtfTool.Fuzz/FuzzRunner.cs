using System.Diagnostics;
using System.Globalization;
using BtfTool.Core.Diagnostics;
using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>Gives inputs to targets and holds them to their promise.</summary>
internal sealed class FuzzRunner(FuzzReport report)
{
    private const int Threads = 2;

    // What the runtime gives to threads that it starts itself; a deep recursion must not fit.
    private const int StackBytes = 1536 * 1024;
    private static readonly int Readers = FuzzTargets.Readers.Count;
    private static readonly int Emitters = FuzzTargets.Emitters.Count;
    private readonly DiscardingBufferWriter _output = new();

    /// <summary>Runs one input through all targets; returns what went wrong, or null.</summary>
    public string? RunAll(FuzzInput input)
    {
        for (int target = 0; target < FuzzTargets.All.Count; target++)
        {
            if (Run(input, target) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    /// <summary>
    /// Runs one input through one reader and, if it is one that emitters can be given, one or two of these, chosen by the number of the case.
    /// </summary>
    public string? RunSome(FuzzInput input, ulong number)
    {
        // Not the numbers that spoiled the input.
        var random = new FuzzRandom(~number);
        int emitter = random.Below(Emitters);
        return Run(input, random.Below(Readers))
            ?? Run(input, Readers + emitter)
            ?? Run(input, Readers + ((emitter + 1 + random.Below(Emitters - 1)) % Emitters));
    }

    /// <summary>Runs one input through one of the targets of DWARF, chosen by the number of the case.</summary>
    public string? RunDwarf(FuzzInput input, ulong number) =>
        Run(input, Readers + Emitters + new FuzzRandom(~number).Below(DwarfTargets.All.Count));

    /// <summary>Runs one input through one of the targets of texts.</summary>
    public string? RunText(FuzzInput input, IFuzzTarget target) => Run(input, FuzzTargets.All.Count - TextTargets.All.Count + TextTargets.All.ToList().IndexOf(target));

    private string? Run(FuzzInput input, int number)
    {
        IFuzzTarget target = FuzzTargets.All[number];
        long budget = target.AllocatedBytes(input.Length);
        _output.Reset(FuzzBudget.OutputBytes(input.Length));
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        bool hasResult = false;
        try
        {
            target.Run(input.Image(), _output);
            hasResult = true;
        }
        catch (InvalidImageException)
        {
            // That is how a broken input ends.
        }
#pragma warning disable CA1031 // Any other exception is what this looks for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"{target.Name}: {e}";
        }

        report.Count(number, hasResult, Stopwatch.GetElapsedTime(start));
        long used = GC.GetAllocatedBytesForCurrentThread() - before;
        return used > budget ? $"{target.Name}: {used} bytes allocated for an input of {input.Length}; {budget} are allowed" : null;
    }

    /// <summary>Runs one seed as it is through all targets.</summary>
    public static string? RunSeed(FuzzSeed seed)
    {
        ArgumentNullException.ThrowIfNull(seed);
        var input = new FuzzInput(seed.Bytes.Length);
        input.Load(seed.Bytes);
        using var watch = new FuzzWatch(1);
        watch.Begin(0, 0, input);
        return OnStack(() => new FuzzRunner(new FuzzReport()).RunAll(input));
    }

    /// <summary>Runs cases of numbers from 0 on several threads, each through some targets.</summary>
    /// <param name="cases">How many.</param>
    /// <param name="seeds">What to spoil.</param>
    /// <param name="capacityBytes">Most bytes of an input.</param>
    public static FuzzReport RunCases(int cases, IReadOnlyList<FuzzSeed> seeds, int capacityBytes) => RunCases(
        cases, capacityBytes, (number, input) => Mutator.Make(number, seeds, input), (runner, input, number) => runner.RunSome(input, number));

    /// <summary>As the other, of DWARF.</summary>
    public static FuzzReport RunCases(int cases, IReadOnlyList<DwarfSeed> seeds) => RunCases(cases, seeds.Max(s => s.Elf.Length),
        (number, input) => DwarfMutator.Make(number, seeds, input), (runner, input, number) => runner.RunDwarf(input, number));

    /// <summary>As the others, of texts, each given to one target.</summary>
    public static FuzzReport RunTexts(int cases, IReadOnlyList<FuzzSeed> seeds, IFuzzTarget target) => RunCases(cases, 32 * 1024,
        (number, input) => TextMutator.Make(number, seeds, input), (runner, input, _) => runner.RunText(input, target));

    private static FuzzReport RunCases(int cases, int capacityBytes, Action<ulong, FuzzInput> make, Func<FuzzRunner, FuzzInput, ulong, string?> run)
    {
        var report = new FuzzReport();
        var threads = new Thread[Threads];
        using var watch = new FuzzWatch(Threads);
        for (int t = 0; t < Threads; t++)
        {
            int thread = t;
            threads[t] = new Thread(() => RunShare(thread, cases, new FuzzInput(capacityBytes), make, run, watch, report), StackBytes);
            threads[t].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        return report;
    }

    private static void RunShare(int thread, int cases, FuzzInput input, Action<ulong, FuzzInput> make,
        Func<FuzzRunner, FuzzInput, ulong, string?> run, FuzzWatch watch, FuzzReport report)
    {
        var runner = new FuzzRunner(report);
        for (int number = thread; number < cases; number += Threads)
        {
            make((ulong)number, input);
            watch.Begin(thread, number, input);
            if (run(runner, input, (ulong)number) is { } failure)
            {
                report.Fail($"case {number}, saved as {Save(number, input)}: {failure}");
                break;
            }
        }

        watch.End(thread);
    }

    /// <summary>Keeps an input for the replay; returns its path.</summary>
    public static string Save(int number, FuzzInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        string path = Fixtures.PathOf($"crashes/{number.ToString(CultureInfo.InvariantCulture)}-{input.Length}.bin");
        File.WriteAllBytes(path, input.Bytes.ToArray());
        return path;
    }

    private static string? OnStack(Func<string?> run)
    {
        string? result = null;
        var thread = new Thread(() => result = run(), StackBytes);
        thread.Start();
        thread.Join();
        return result;
    }
}
