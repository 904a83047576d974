namespace BtfTool.Cli.Completion;

/// <summary>What the scripts of all shells have in common.</summary>
internal static class ScriptText
{
    /// <summary>A word that the shell takes as it is: in single quotes, which <c>'\''</c> interrupts.</summary>
    public static string Quote(string text) => "'" + text.Replace("'", @"'\''", StringComparison.Ordinal) + "'";

    /// <summary>A description without the rules that would make a menu too wide: up to the first <c>;</c> or bracket.</summary>
    public static string Short(string description)
    {
        int end = description.IndexOfAny([';', '[']);
        return (end > 0 ? description[..end] : description).Trim();
    }
}
