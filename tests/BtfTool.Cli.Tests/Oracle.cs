using BtfTool.TestKit;
using Shouldly;

namespace BtfTool.Cli.Tests;

/// <summary>What pahole 1.31 and bpftool 7.8 wrote for real inputs, and those inputs, compressed as they are kept.</summary>
internal static class Oracle
{
    public static string PathOf(string name) => Fixtures.PathOf("oracle/" + name);

    /// <summary>The run succeeded in silence, and its output is that of the peer, byte for byte.</summary>
    public static void ShouldHaveWritten(this RunResult run, string name)
    {
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        byte[] expected = Fixtures.Read("oracle/" + name);
        int same = run.OutputBytes.AsSpan().CommonPrefixLength(expected);
        bool isEqual = same == expected.Length && same == run.OutputBytes.Length;
        isEqual.ShouldBeTrue($"the output differs from {name} at byte {same}");
    }
}
