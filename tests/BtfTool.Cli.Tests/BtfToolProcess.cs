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
    public static RunResult Run(params string[] arguments) => Finish(Start(arguments));

    public static Process Start(params string[] arguments)
    {
        string? native = Environment.GetEnvironmentVariable("BTFTOOL_BIN");
        ProcessStartInfo start = string.IsNullOrEmpty(native)
            ? new("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "btftool.dll"), .. arguments])
            : new(Path.GetFullPath(native, Fixtures.Root), arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardErrorEncoding = Encoding.UTF8;
        start.Environment.Remove("BTFTOOL_DEBUG");
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
