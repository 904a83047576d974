using BtfTool.Core.Checks;

namespace BtfTool.Cli.Commands;

/// <summary>Reads the files of <c>check</c>, and holds inputs against them.</summary>
internal static class CheckFiles
{
    /// <summary>The files; null where one cannot be read or has mistakes, which are reported then.</summary>
    public static List<CheckFile>? Read(string[] paths)
    {
        var files = new List<CheckFile>();
        bool areRight = true;
        foreach (string path in paths)
        {
            try
            {
                CheckReadResult result = new CheckReader(ReadBytes, FileErrors.Describe).Read(path);
                foreach (CheckMistake mistake in result.Mistakes)
                {
                    Messages.Error(mistake.ToString());
                }

                areRight &= result.Mistakes.Count == 0;
                files.Add(result.File);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Messages.Error($"cannot read {path}: {FileErrors.Describe(e, path)}");
                areRight = false;
            }
        }

        return areRight ? files : null;
    }

    /// <summary>What all files find, one after the other.</summary>
    /// <param name="files">The files.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="compare">Gives the evaluator of a file what its baselines find.</param>
    /// <exception cref="CheckLimitException">It would take too much work.</exception>
    public static CheckResult Evaluate(List<CheckFile> files, List<CheckInput> inputs, Action<CheckFile, CheckEvaluator> compare)
    {
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var findings = new List<CheckFinding>();
        var passed = new List<string>();
        long left = 0;
        foreach (CheckFile file in files)
        {
            var evaluator = new CheckEvaluator(file, today);
            compare(file, evaluator);
            CheckResult result = evaluator.Run(inputs);
            findings.AddRange(result.Findings);
            passed.AddRange(result.Passed);
            left += result.Left;
        }

        return new CheckResult(findings, passed, left);
    }

    // A pipe has no length: what is read is bounded, not what is there.
    private static byte[] ReadBytes(string path, long mostBytes)
    {
        using Stream stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        var bytes = new MemoryStream();
        byte[] block = new byte[64 * 1024];
        while (bytes.Length < mostBytes && stream.Read(block) is var count and > 0)
        {
            bytes.Write(block, 0, (int)Math.Min(count, mostBytes - bytes.Length));
        }

        return bytes.ToArray();
    }
}
