using BtfTool.Core.Compare;

namespace BtfTool.Core.Checks;

/// <summary>Classes of changes by the words that users write: <c>tail_growth</c>.</summary>
internal static class ChangeWords
{
    private static readonly ChangeClass[] s_classes = Enum.GetValues<ChangeClass>();

    /// <summary>The words, in the order of the classes.</summary>
    public static IReadOnlyList<string> All { get; } = Array.ConvertAll(s_classes, WordOf);

    /// <summary>The class; null for a word that none has.</summary>
    public static ChangeClass? Of(string word)
    {
        for (int i = 0; i < All.Count; i++)
        {
            if (All[i] == word)
            {
                return s_classes[i];
            }
        }

        return null;
    }

    /// <summary>The word for a class: the name of its rule with underscores.</summary>
    public static string WordOf(ChangeClass change) => ChangeRules.Of(change).Name.Replace('-', '_');
}
