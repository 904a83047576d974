using System.Text;

namespace BtfTool.Core.Checks;

/// <summary>What reading a check file gave.</summary>
/// <param name="File">What it says; complete only without mistakes.</param>
/// <param name="Mistakes">What is wrong, in the order of the text; empty where nothing is.</param>
public sealed record CheckReadResult(CheckFile File, IReadOnlyList<CheckMistake> Mistakes);

/// <summary>
/// Reads check files and what they include. Nothing is thrown for what a file contains; work and memory are linear in its bytes, which
/// <see cref="CheckLimits"/> bound. Not safe to share between threads.
/// </summary>
/// <param name="open">
/// Gives the bytes of a file; what it throws as <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> is a mistake where
/// the file is included. Takes the path, and how many bytes are wanted at most.
/// </param>
/// <param name="describe">The words for what <paramref name="open"/> threw.</param>
/// <param name="limits">Bounds; null for the defaults.</param>
public sealed class CheckReader(
    Func<string, long, byte[]> open, Func<Exception, string, string>? describe = null, CheckLimits? limits = null)
{
    private static readonly UTF8Encoding s_strict = new(false, true);

    private readonly List<CheckMistake> _mistakes = [];
    private readonly List<string> _open = [];
    private long _bytes;
    private int _files;
    private int _patternBytes;

    /// <summary>Bounds on what is read.</summary>
    public CheckLimits Limits { get; } = limits ?? CheckLimits.Default;

    internal bool IsFull => _mistakes.Count >= Limits.MaxMistakes;

    /// <summary>Reads a file with all that it includes.</summary>
    /// <exception cref="IOException">The file itself cannot be read; also <see cref="UnauthorizedAccessException"/>.</exception>
    public CheckReadResult Read(string path)
    {
        byte[] bytes = open(path, Limits.MaxBytes + 1);
        var file = new CheckFile { Path = path };
        _mistakes.Clear();
        _open.Clear();
        (_bytes, _files, _patternBytes) = (0, 0, 0);
        Parse(path, bytes, new CheckPlace(path, 1, 1), file);
        return new CheckReadResult(file, _mistakes);
    }

    internal void Report(CheckPlace place, string message)
    {
        if (_mistakes.Count < Limits.MaxMistakes - 1)
        {
            _mistakes.Add(new CheckMistake(place, message));
        }
        else if (_mistakes.Count == Limits.MaxMistakes - 1)
        {
            _mistakes.Add(new CheckMistake(place, "more mistakes follow; these first"));
        }
    }

    internal void CountPattern(CheckPlace place, string pattern)
    {
        bool wasBelow = _patternBytes <= Limits.MaxPatternBytesTogether;
        _patternBytes = (int)Math.Min(int.MaxValue, (long)_patternBytes + Encoding.UTF8.GetByteCount(pattern) + 1);
        if (wasBelow && _patternBytes > Limits.MaxPatternBytesTogether)
        {
            Report(place, $"the patterns have more than {Limits.MaxPatternBytesTogether} bytes together");
        }
    }

    internal void Include(CheckPlace place, string path, CheckFile file)
    {
        string folder = Path.GetDirectoryName(place.File) ?? "";
        string full = path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? "" : Path.Combine(folder, path);
        if (full.Length == 0)
        {
            Report(place, "the name of a file expected");
        }
        else if (_open.Contains(Path.GetFullPath(full)))
        {
            Report(place, $"'{path}' includes itself");
        }
        else if (_open.Count > Limits.MaxNesting)
        {
            Report(place, $"files include each other deeper than {Limits.MaxNesting}");
        }
        else if (_files >= Limits.MaxFiles)
        {
            Report(place, $"more than {Limits.MaxFiles} files");
        }
        else if (Load(place, full) is { } bytes)
        {
            Parse(full, bytes, place, file);
        }
    }

    private byte[]? Load(CheckPlace place, string path)
    {
        try
        {
            return open(path, Limits.MaxBytes + 1 - _bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Report(place, $"cannot read '{path}': {describe?.Invoke(e, path) ?? e.Message}");
            return null;
        }
    }

    private void Parse(string path, byte[] bytes, CheckPlace place, CheckFile file)
    {
        _files++;
        _bytes += bytes.Length;
        if (_bytes > Limits.MaxBytes)
        {
            Report(place, $"the check files have more than {Limits.MaxBytes} bytes together");
            return;
        }

        if (Decode(path, bytes) is not { } text)
        {
            return;
        }

        _open.Add(Path.GetFullPath(path));
        new CheckParser(new CheckLexer(path, text, Report), file, this).Run();
        _open.RemoveAt(_open.Count - 1);
    }

    private string? Decode(string path, byte[] bytes)
    {
        ReadOnlySpan<byte> rest = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes;
        try
        {
            return s_strict.GetString(rest);
        }
        catch (DecoderFallbackException e)
        {
            int at = Math.Clamp(e.Index, 0, rest.Length);
            ReadOnlySpan<byte> before = rest[..at];
            int line = before.Count((byte)'\n') + 1;
            int column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
            Report(new CheckPlace(path, line, column), "the text is not UTF-8 here");
            return null;
        }
    }
}
