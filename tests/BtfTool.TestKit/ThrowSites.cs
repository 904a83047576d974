using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using BtfTool.Core.Diagnostics;

namespace BtfTool.TestKit;

/// <summary>
/// Which places of the sources report a broken input, and which of them a run has reached. The places are found in the text of the
/// sources; what is reached is taken from the stack of every <see cref="InvalidImageException"/> while it is thrown. Needs the
/// debugging information of the sources' assemblies, and code that is not optimised (a Debug build).
/// </summary>
public static partial class ThrowSites
{
    private static readonly ConcurrentDictionary<string, bool> Reached = new();
    private static int _recording;

    /// <summary>Records from now on; more calls have no effect.</summary>
    public static void StartRecording()
    {
        if (Interlocked.Exchange(ref _recording, 1) == 0)
        {
            AppDomain.CurrentDomain.FirstChanceException += (_, e) =>
            {
                if (e.Exception is InvalidImageException)
                {
                    Record(new StackTrace(fNeedFileInfo: true));
                }
            };
        }
    }

    /// <summary>The places under a folder of the repository (<c>src/BtfTool.Core</c>) that no recorded exception went through.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or no place in it: the search must have gone wrong.</exception>
    public static IReadOnlyList<string> Unreached(string folder)
    {
        int found = 0;
        var missing = new List<string>();
        foreach (string path in Directory.EnumerateFiles(Path.Combine(Fixtures.Root, folder), "*.cs", SearchOption.AllDirectories).Order())
        {
            string relative = Path.GetRelativePath(Fixtures.Root, path);
            if (relative.Contains("/obj/", StringComparison.Ordinal) || relative.Contains("/bin/", StringComparison.Ordinal))
            {
                continue;
            }

            string[] lines = File.ReadAllLines(path);
            foreach (int line in SitesIn(lines))
            {
                found++;
                if (!IsReached(path, lines, line))
                {
                    missing.Add($"{relative}:{line}: {lines[line - 1].Trim()}");
                }
            }
        }

        return found > 0 ? missing : throw new DirectoryNotFoundException(folder);
    }

    /// <summary>Numbers of the lines with a call that throws; declarations of such helpers are none.</summary>
    private static IEnumerable<int> SitesIn(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            string code = lines[i].Trim();
            if (!code.StartsWith("//", StringComparison.Ordinal) && Site().IsMatch(code) && !Declaration().IsMatch(code))
            {
                yield return i + 1;
            }
        }
    }

    // A stack frame names the line where its statement begins, which may lie above the call.
    private static bool IsReached(string path, string[] lines, int line)
    {
        for (int first = line; first > 0; first--)
        {
            if (Reached.ContainsKey(Key(path, first)))
            {
                return true;
            }

            string above = first > 1 ? lines[first - 2].Trim() : "{";
            if (above.Length == 0 || above[^1] is ';' or '{' or '}' or ':' || above.StartsWith("//", StringComparison.Ordinal))
            {
                return false;
            }
        }

        return false;
    }

    private static void Record(StackTrace stack)
    {
        foreach (StackFrame frame in stack.GetFrames())
        {
            if (frame.GetFileName() is { } file && file.Contains("/src/", StringComparison.Ordinal))
            {
                Reached[Key(file, frame.GetFileLineNumber())] = true;
            }
        }
    }

    // Deterministic builds may rewrite the root of the path, so that it is counted from src/.
    private static string Key(string path, int line) =>
        path[path.LastIndexOf("/src/", StringComparison.Ordinal)..] + ":" + line.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\bInvalidImageException\.Throw|\bnew InvalidImageException|\b(Fail|Throw)[A-Za-z]*)\(")]
    private static partial Regex Site();

    // Helpers that report broken inputs are declared with void or never return; ThrowIf... and arguments are those of .NET.
    [GeneratedRegex(@"^(public|private|internal|protected|static|readonly|void|\s)+\s*[\w<>?]*\s*\b(Fail|Throw)\w*\(|\.ThrowIf|(ArgumentException|ArgumentNullException|ArgumentOutOfRangeException|ObjectDisposedException)\.")]
    private static partial Regex Declaration();
}
