using BtfTool.Core.Compare;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary>
/// Compares the types of one name in two programs with DWARF, each found without reading the rest of its program. What only the rest could
/// tell is left to a comparison of all.
/// </summary>
internal static class DiffExcerpt
{
    // Each is a search of its own; more of them take as long as reading all.
    private const int MostSearches = 3;

    /// <summary>
    /// The comparison; null where all has to be read: for other formats, for patterns, functions and several names, for a name that a
    /// side does not define, and where a type that is mentioned on one side only may have got another name.
    /// </summary>
    public static GraphDiffResult? Of(DiffSide old, DiffSide now, string[] names, bool sayStages)
    {
        if (names is not [var name] || old.Searched is not { } before || now.Searched is not { } after
            || TypeNameQuery.IsPattern(name) || TypeNameQuery.AsksForDeclarations(name))
        {
            return null;
        }

        string word = name.Split(' ')[^1];
        DwarfFindResult left = before.FindInDwarf(word)!, right = after.FindInDwarf(word)!;
        if (!TypeNameQuery.Resolve(left.Graph, name).IsDefined || !TypeNameQuery.Resolve(right.Graph, name).IsDefined)
        {
            return null;
        }

        TypeGraphSet oldTypes = new(left.Graph), newTypes = new(right.Graph);
        GraphDiffResult result = GraphComparison.Of(oldTypes, newTypes, new CompareOptions
        {
            IsWanted = DiffNames.Resolve(oldTypes, newTypes, names).Has,
            Functions = false,
            IsExcerpt = true,
        });
        if (!AllAreIn(after.FindInDwarf, result.Gone, result.Appeared.Count) && !AllAreIn(before.FindInDwarf, result.Appeared, result.Gone.Count))
        {
            return null;
        }

        foreach (DwarfFindResult side in (ReadOnlySpan<DwarfFindResult>)[left, right])
        {
            Messages.Write(side.Diagnostics);
            if (sayStages)
            {
                Inputs.WriteStages(side.Stages);
            }
        }

        old.TakeExcerpt(left.Graph);
        now.TakeExcerpt(right.Graph);
        return result;
    }

    // A type that the other side has too was not renamed; nor was any where nothing took its place.
    private static bool AllAreIn(Func<string, bool, DwarfFindResult?> find, IReadOnlyList<string> names, int others)
    {
        if (names.Count > MostSearches && others > 0)
        {
            return false;
        }

        for (int i = 0; i < names.Count && others > 0; i++)
        {
            if (find(names[i], true)!.Types.Count == 0)
            {
                return false;
            }
        }

        return true;
    }
}
