using System.Text;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Emit.Templates;

/// <summary>Which of some words may have been meant.</summary>
internal static class Nearest
{
    /// <summary>The question whether the nearest word was meant; empty where none is near.</summary>
    public static string Question(string typed, IEnumerable<string> known)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(typed);
        int limit = bytes.Length > EditDistance.MaxBytes ? 0 : Math.Max(1, EditDistance.LimitFor(bytes.Length));
        string? nearest = null;
        foreach (string word in known)
        {
            // What lacks its unit is meant most often: size for size_bytes.
            int distance = typed.Length > 2 && word.StartsWith(typed + "_", StringComparison.Ordinal) ? 0
                : limit == 0 || word.Length > EditDistance.MaxBytes ? int.MaxValue : EditDistance.Measure(bytes, Encoding.UTF8.GetBytes(word), limit);
            if (distance <= limit && (nearest is null || distance < limit))
            {
                nearest = word;
                limit = Math.Min(limit, distance);
            }
        }

        return nearest is null ? "" : $": did you mean '{nearest}'?";
    }
}
