using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>Writes how members may be used, where no samples say it; every section says that it is a guess.</summary>
internal static class GuessText
{
    public static void Write(LayoutReport report, LayoutWords words, Utf8Writer output)
    {
        MemberGuesses guesses = MemberGuesses.Of(report.Graph, report.Layout, report.CachelineBytes);
        var rows = new TextRows(output, new("offset", true, TextStyle.Comment), new("member", false, TextStyle.MemberName), new(""));
        for (int i = 0; i < report.Layout.Members.Length; i++)
        {
            if (guesses.Of(i) != MemberGuess.None)
            {
                rows.Add(LayoutTextWriter.Text(report.Layout.Members[i].BitOffset / 8), words.NameOf(i), guesses.Of(i) switch
                {
                    MemberGuess.ReadMostly => "guess: read mostly (constant by its type)",
                    MemberGuess.LikelyWritten => "guess: written often (a word of its name)",
                    _ => "guess: cold (a word of its name)",
                });
            }
        }

        rows.Write("Guesses, from types and names of members alone; samples tell (--profile)");
        var mixed = new TextRows(output, new("line", true, TextStyle.Boundary), new("read mostly", false, TextStyle.MemberName),
            new("written often", false, TextStyle.MemberName));
        foreach (GuessedLine line in guesses.Mixed)
        {
            for (int i = 0; i < Math.Max(line.Read.Count, line.Written.Count); i++)
            {
                mixed.Add(i == 0 ? LayoutTextWriter.Text(line.Line) : "", i < line.Read.Count ? words.NameOf(line.Read[i]) : "",
                    i < line.Written.Count ? words.NameOf(line.Written[i]) : "");
            }
        }

        mixed.Write("Lines that may mix what is read with what is written (guess: candidates to measure)");
    }
}
