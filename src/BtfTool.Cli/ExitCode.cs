namespace BtfTool.Cli;

/// <summary>What the program tells its caller.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Findings = 1;
    public const int Usage = 2;
    public const int Unusable = 3;
    public const int InternalError = 4;
}
