using System.Runtime.ExceptionServices;

namespace BtfTool.Core.IO;

/// <summary>Runs work on several threads of its own; starting them costs less than waking the pool does in a short-lived process.</summary>
internal static class Crew
{
    /// <summary>Number of threads that options mean: 0 stands for one per processor.</summary>
    internal static int Size(int jobs) => jobs <= 0 ? Environment.ProcessorCount : jobs;

    /// <summary>Runs the work once for each number below <paramref name="threads"/>; number 0 on the calling thread.</summary>
    /// <param name="threads">Number of threads, at least 1.</param>
    /// <param name="work">What a thread does; it gets its number.</param>
    /// <exception cref="Exception">What a thread threw, that of the lowest number.</exception>
    internal static void Run(int threads, Action<int> work)
    {
        if (threads <= 1)
        {
            work(0);
            return;
        }

        var errors = new ExceptionDispatchInfo?[threads];
        var others = new Thread[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            int number = i + 1;
            others[i] = new Thread(() => Guard(number, work, errors)) { IsBackground = true };
            others[i].Start();
        }

        Guard(0, work, errors);
        foreach (Thread thread in others)
        {
            thread.Join();
        }

        foreach (ExceptionDispatchInfo? error in errors)
        {
            error?.Throw();
        }
    }

    // An exception that leaves a thread would end the process: it is thrown where the work was asked for.
    private static void Guard(int number, Action<int> work, ExceptionDispatchInfo?[] errors)
    {
        try
        {
            work(number);
        }
        catch (Exception e)
        {
            errors[number] = ExceptionDispatchInfo.Capture(e);
        }
    }
}
