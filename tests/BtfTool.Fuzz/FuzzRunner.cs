using System.Globalization;
using BtfTool.Core.Diagnostics;
using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>Gives inputs to all targets and holds them to their promise.</summary>
public sealed class FuzzRunner
{
    private const int Threads = 2;

    // What the runtime gives to threads that it starts itself; a deep recursion must not fit.
    private const int StackBytes = 1536 * 1024;
    private readonly DiscardingBufferWriter _output = new();

    /// <summary>Runs one input through all targets; returns what went wrong, or null.</summary>
    public string? Run(FuzzInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        long budget = FuzzBudget.AllocatedBytes(input.Length);
        foreach (IFuzzTarget target in FuzzTargets.All)
        {
            _output.Reset(FuzzBudget.OutputBytes(input.Length));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target.Run(input.Image(), _output);
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

            long used = GC.GetAllocatedBytesForCurrentThread() - before;
            if (used > budget)
            {
                return $"{target.Name}: {used} bytes allocated for an input of {input.Length}; {budget} are allowed";
            }
        }

        return null;
    }

    /// <summary>Runs one seed as it is.</summary>
    public static string? RunSeed(FuzzSeed seed)
    {
        ArgumentNullException.ThrowIfNull(seed);
        var input = new FuzzInput(seed.Bytes.Length);
        input.Load(seed.Bytes);
        using var watch = new FuzzWatch(1);
        watch.Begin(0, 0, input);
        return OnStack(() => new FuzzRunner().Run(input));
    }

    /// <summary>Runs cases of numbers from 0 on several threads; returns what the first failing one of each thread did.</summary>
    /// <param name="cases">How many.</param>
    /// <param name="seeds">What to spoil.</param>
    /// <param name="capacityBytes">Most bytes of an input.</param>
    public static IReadOnlyList<string> RunCases(int cases, IReadOnlyList<FuzzSeed> seeds, int capacityBytes)
    {
        var failures = new string?[Threads];
        var threads = new Thread[Threads];
        using var watch = new FuzzWatch(Threads);
        for (int t = 0; t < Threads; t++)
        {
            int thread = t;
            threads[t] = new Thread(() => failures[thread] = RunShare(thread, cases, seeds, capacityBytes, watch), StackBytes);
            threads[t].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        return [.. failures.OfType<string>()];
    }

    private static string? RunShare(int thread, int cases, IReadOnlyList<FuzzSeed> seeds, int capacityBytes, FuzzWatch watch)
    {
        var runner = new FuzzRunner();
        var input = new FuzzInput(capacityBytes);
        for (int number = thread; number < cases; number += Threads)
        {
            Mutator.Make((ulong)number, seeds, input);
            watch.Begin(thread, number, input);
            if (runner.Run(input) is { } failure)
            {
                return $"case {number}, saved as {Save(number, input)}: {failure}";
            }
        }

        watch.End(thread);
        return null;
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
