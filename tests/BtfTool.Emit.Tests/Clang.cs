using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Asks clang whether it accepts C, for BPF unless another target is named.</summary>
internal static class Clang
{
    /// <summary>Compiles without output; returns what clang says, empty when it accepts the text. Skips the test without clang.</summary>
    public static string Check(params byte[][] parts) => CheckFor("bpf", parts);

    /// <summary>As <see cref="Check"/>, for another target.</summary>
    public static string CheckFor(string target, params byte[][] parts)
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

            return Run(target, path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Run(string target, string path)
    {
        string[] arguments = ["-target", target, "-fsyntax-only", "-fms-extensions", "-Wno-microsoft-anon-tag",
            "-Wno-visibility", "-Wno-missing-declarations", "-ferror-limit=20", path];
        try
        {
            using Process clang = Process.Start(new ProcessStartInfo("clang", arguments) { RedirectStandardError = true })!;
            string messages = clang.StandardError.ReadToEnd();
            clang.WaitForExit();
            return clang.ExitCode == 0 ? "" : messages;
        }
        catch (Win32Exception)
        {
            Assert.Skip("clang is not installed: nothing says whether the header compiles");
            return "";
        }
    }
}
