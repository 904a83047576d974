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

    /// <summary>Whether the run was asked for some of its tests only: those do not reach every place.</summary>
    public static bool IsRunOfSomeTests { get; } = Environment.GetCommandLineArgs().Any(a => a.Contains("filter", StringComparison.Ordinal)
        || a is "-class" or "-method" or "-namespace" or "-trait");

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

                    // Inside a catch block the stack has the line that was left, and only the exception the line that throws.
                    Record(new StackTrace(e.Exception, fNeedFileInfo: true));
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
        Dictionary<string, string[]> sources = Directory.EnumerateFiles(Path.Combine(Fixtures.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(p => !p.Contains("/obj/", StringComparison.Ordinal) && !p.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).ToDictionary(p => p, File.ReadAllLines);
        HashSet<string> others = [.. sources.Values.SelectMany(HelpersOfOtherErrors)];
        foreach ((string path, string[] lines) in sources)
        {
            foreach (int line in SitesIn(lines, others))
            {
                found++;
                if (!IsReached(path, lines, line))
                {
                    missing.Add($"{Path.GetRelativePath(Fixtures.Root, path)}:{line}: {lines[line - 1].Trim()}");
                }
            }
        }

        return found > 0 ? missing : throw new DirectoryNotFoundException(folder);
    }

    /// <summary>Numbers of the lines with a call that throws; declarations of such helpers are none.</summary>
    private static IEnumerable<int> SitesIn(string[] lines, HashSet<string> others)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            string code = lines[i].Trim();
            if (!code.StartsWith("//", StringComparison.Ordinal) && Site().Match(code) is { Success: true } site
                && !others.Contains(site.Groups["helper"].Value) && !Declaration().IsMatch(code))
            {
                yield return i + 1;
            }
        }
    }

    // Helpers named Throw... that are about arguments: their text, up to the next empty line, throws something else.
    private static IEnumerable<string> HelpersOfOtherErrors(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (Declaration().IsMatch(lines[i].Trim()) && Site().Match(lines[i]) is { Success: true } site)
            {
                string body = string.Concat(lines.Skip(i).TakeWhile(l => l.Length > 0));
                if (body.Contains("throw new ", StringComparison.Ordinal) && !body.Contains(nameof(InvalidImageException), StringComparison.Ordinal))
                {
                    yield return site.Groups["helper"].Value;
                }
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

    [GeneratedRegex(@"(\bInvalidImageException\.Throw|\bnew InvalidImageException|(?<helper>\b(Fail|Throw)[A-Za-z]*))\(")]
    private static partial Regex Site();

    // Helpers that report broken inputs are declared with void or never return; ThrowIf... and arguments are those of .NET.
    [GeneratedRegex(@"^(public|private|internal|protected|static|readonly|void|\s)+\s*[\w<>?]*\s*\b(Fail|Throw)\w*\(|\.ThrowIf|(ArgumentException|ArgumentNullException|ArgumentOutOfRangeException|ObjectDisposedException)\.")]
    private static partial Regex Declaration();
}
