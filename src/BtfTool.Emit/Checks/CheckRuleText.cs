using BtfTool.Core.Checks;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Checks;

/// <summary>The rules as text for people.</summary>
public static class CheckRuleText
{
    /// <summary>Writes one rule with its help, or a line for each.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="id">The id or name of one that is there; null for all.</param>
    public static void Write(Utf8Writer output, string? id)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (id is not null && CheckRules.Find(id) is { } asked)
        {
            output.Write($"{asked.Id} {asked.Name} ({LevelOf(asked)})\n{asked.Summary}.\n\n{asked.Help}\n");
            return;
        }

        foreach (CheckRuleInfo rule in CheckRules.All)
        {
            output.Write($"{rule.Id}  {rule.Name,-26} {LevelOf(rule),-8} {rule.Summary}\n");
        }
    }

    private static string LevelOf(CheckRuleInfo rule) => rule.IsWarning ? "warning" : "error";
}
