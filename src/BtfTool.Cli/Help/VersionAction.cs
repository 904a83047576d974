using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using BtfTool.Cli.Output;

namespace BtfTool.Cli.Help;

/// <summary>Name and version on one line.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult) => Write();

    public static int Write()
    {
        string version = typeof(VersionAction).Assembly.GetName().Version!.ToString(3);
        return Posix.TryWriteAll(Posix.StandardOutput, Encoding.UTF8.GetBytes($"btftool {version}\n")) ? ExitCode.Done : ExitCode.Unusable;
    }
}
