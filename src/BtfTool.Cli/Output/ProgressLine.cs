using System.Globalization;
using System.Text;
using BtfTool.Core.Dwarf;

namespace BtfTool.Cli.Output;

/// <summary>
/// A line on the terminal that says how far a long reading has come, from its second second on, gone at the end. A thread of its own
/// looks at the counters: those of the pool are busy with reading.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private const int QuietMilliseconds = 1000;
    private const int StepMilliseconds = 200;

    private readonly DwarfProgress _progress;
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;

    private ProgressLine(DwarfProgress progress)
    {
        _progress = progress;
        _thread = new Thread(Run, 256 * 1024) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether somebody looks: standard error is a terminal that can erase a line.</summary>
    public static bool IsWanted =>
        Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb") && Posix.IsTerminal(Posix.StandardError);

    /// <summary>Begins to look; null when there is nothing to look at.</summary>
    public static ProgressLine? Start(DwarfProgress? progress) => progress is null ? null : new ProgressLine(progress);

    /// <summary>The line for a state.</summary>
    public static string Describe(int units, int count) => count == 0 ? "reading DWARF" : string.Create(
        CultureInfo.InvariantCulture, $"reading DWARF: {100L * units / count}% ({units} of {count} units)");

    /// <summary>Erases the line.</summary>
    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }

    private void Run()
    {
        bool isShown = false;
        for (int wait = QuietMilliseconds; !_end.Wait(wait); wait = StepMilliseconds)
        {
            isShown = true;
            Write("\r" + Describe(_progress.UnitsBegun, _progress.UnitCount) + "\e[K");
        }

        if (isShown)
        {
            Write("\r\e[K");
        }
    }

    private static void Write(string text) => _ = Posix.TryWriteAll(Posix.StandardError, Encoding.UTF8.GetBytes(text));
}
