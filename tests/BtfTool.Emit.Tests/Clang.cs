using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Asks clang whether it accepts C, for BPF unless another target is named.</summary>
internal static class Clang
{
    /// <summary>Compiles without output; returns what clang says, empty when it accepts the text. Skips the test without clang.</summary>
    public static string Check(params byte[][] parts) => CheckFor("bpf", parts);

    /// <summary>As <see cref="Check(byte[][])"/>, for another target.</summary>
    public static string CheckFor(string target, params byte[][] parts) => Check(path => Run(target, path), parts);

    private static string Check(Func<string, string> run, byte[][] parts)
    {
        string path = Path.Combine(Path.GetTempPath(), $"btftool-{Guid.NewGuid():n}.c");
        try
        {
            using (FileStream file = File.Create(path))
            {
                foreach (byte[] part in parts)
                {
                    file.Write(part);
                }
            }

            return run(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>As <see cref="Check(byte[][])"/>, by a gcc of any target; null where there is none of that name.</summary>
    public static string? CheckByGcc(string gcc, params byte[][] parts) =>
        File.Exists("/usr/bin/" + gcc) ? Check(path => Run(gcc, ["-fsyntax-only", "-fms-extensions", "-w", path]), parts) : null;

    /// <summary>Compiles with debug information; returns what the compiler says. Skips the test without the compiler.</summary>
    public static string Compile(string compiler, string path, string output)
    {
        try
        {
            return Run(compiler, ["-g", "-c", "-fms-extensions", "-w", "-o", output, path]);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{compiler} is not installed: nothing says how it lays a struct");
            return "";
        }
    }

    private static string Run(string target, string path)
    {
        string[] arguments = ["-target", target, "-fsyntax-only", "-fms-extensions", "-Wno-microsoft-anon-tag",
            "-Wno-visibility", "-ffixed-point", "-Wno-missing-declarations", "-ferror-limit=20",
            .. target.StartsWith("bpf", StringComparison.Ordinal) ? Array.Empty<string>() : ["-Wno-unknown-attributes"], path];
        try
        {
            return Run("clang", arguments);
        }
        catch (Win32Exception)
        {
            Assert.Skip("clang is not installed: nothing says whether the header compiles");
            return "";
        }
    }

    private static string Run(string compiler, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true })!;
        string messages = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : messages;
    }
}
