namespace BtfTool.Fuzz;

/// <summary>
/// Ends the process, with the input saved, when a case does not end: the only way to name a case that loops. A stack overflow cannot
/// be caught either: the numbers of the cases under way lie in <c>fuzz-running-N</c> beside the tests.
/// </summary>
internal sealed class FuzzWatch : IDisposable
{
    private static readonly TimeSpan Hopeless = TimeSpan.FromMinutes(2);
    private readonly long[] _began;
    private readonly int[] _numbers;
    private readonly FuzzInput?[] _inputs;
    private readonly FileStream[] _running;
    private readonly Timer _timer;

    public FuzzWatch(int threads)
    {
        _began = new long[threads];
        _numbers = new int[threads];
        _inputs = new FuzzInput?[threads];
        _running = [.. Enumerable.Range(0, threads).Select(t => new FileStream(
            Path.Combine(AppContext.BaseDirectory, $"fuzz-running-{t}"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 1))];
        _timer = new Timer(_ => Look(), null, 5000, 5000);
    }

    public void Begin(int thread, int number, FuzzInput input)
    {
        _numbers[thread] = number;
        _inputs[thread] = input;
        Volatile.Write(ref _began[thread], Environment.TickCount64);
        Span<byte> digits = stackalloc byte[12];
        digits.Fill((byte)' ');
        _ = number.TryFormat(digits, out _);
        digits[^1] = (byte)'\n';
        RandomAccess.Write(_running[thread].SafeFileHandle, digits, 0);
    }

    public void End(int thread) => Volatile.Write(ref _began[thread], 0);

    public void Dispose()
    {
        _timer.Dispose();
        foreach (FileStream running in _running)
        {
            running.Dispose();
        }
    }

    private void Look()
    {
        for (int t = 0; t < _began.Length; t++)
        {
            long began = Volatile.Read(ref _began[t]);
            if (began != 0 && Environment.TickCount64 - began > Hopeless.TotalMilliseconds)
            {
                Environment.FailFast($"fuzz case {_numbers[t]} does not end; saved as {FuzzRunner.Save(_numbers[t], _inputs[t]!)}");
            }
        }
    }
}
