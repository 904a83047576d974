using System.Diagnostics;
using System.Text;
using BtfTool.TestKit;

namespace BtfTool.Cli.Tests;

/// <summary>What a run of the program left behind.</summary>
internal sealed record RunResult(int ExitCode, byte[] OutputBytes, string Errors)
{
    public string Output => Encoding.UTF8.GetString(OutputBytes);
}

/// <summary>Runs btftool as its users do: the native binary that BTFTOOL_BIN names, else the program built beside the tests.</summary>
internal static class BtfToolProcess
{
    private static readonly string[] s_command = Environment.GetEnvironmentVariable("BTFTOOL_BIN") is { Length: > 0 } native
        ? [Path.GetFullPath(native, Fixtures.Root)] : ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "btftool.dll")];

    /// <summary>The program as words for a shell.</summary>
    public static string InShell { get; } = string.Join(' ', s_command.Select(word => $"'{word}'"));

    public static RunResult Run(params string[] arguments) => Finish(Start(arguments));

    public static Process Start(params string[] arguments) => Start([.. s_command, .. arguments], []);

    /// <summary>Runs a line in a shell.</summary>
    public static RunResult RunShell(string line, params (string Name, string Value)[] environment) =>
        Finish(Start(["sh", "-c", line], environment));

    private static Process Start(string[] words, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string inherited in (ReadOnlySpan<string>)["BTFTOOL_DEBUG", "NO_COLOR"])
        {
            start.Environment.Remove(inherited);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static RunResult Finish(Process process)
    {
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            return new RunResult(process.ExitCode, output.ToArray(), errors.GetAwaiter().GetResult());
        }
    }
}
