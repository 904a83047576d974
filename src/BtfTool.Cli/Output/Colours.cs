namespace BtfTool.Cli.Output;

/// <summary>Whether to colour: what <c>--color</c> says, and by itself only on a terminal that did not ask for none.</summary>
internal static class Colours
{
    public static bool Wanted(string when, string? outputPath) => when switch
    {
        "always" => true,
        "never" => false,
        _ => (outputPath is null or "-") && (Environment.GetEnvironmentVariable("NO_COLOR") is null or "")
            && Environment.GetEnvironmentVariable("TERM") is not "dumb" && Posix.IsTerminal(Posix.StandardOutput),
    };
}
