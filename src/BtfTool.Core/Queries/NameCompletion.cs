using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>The names that begin with what was typed, for shells that complete words.</summary>
internal static class NameCompletion
{
    /// <summary>
    /// The names of structs, unions, enumerations and typedefs that begin with a text, sorted by their bytes, each once; with a word of C
    /// in front (<c>struct task_</c>), those of that kind with the word in front. Cost: a look at each type, a sort of what was found.
    /// </summary>
    /// <param name="graph">Where to look; the types of its base are included.</param>
    /// <param name="typed">What was typed.</param>
    /// <param name="functions">Whether functions are wanted instead of types.</param>
    /// <param name="most">
    /// How many names at most; where there are more, the last one is the last of all, so that what is common to all of them at their
    /// start is common to the result.
    /// </param>
    public static IReadOnlyList<string> Find(TypeGraph graph, string typed, bool functions, int most)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(typed);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);
        int space = typed.LastIndexOf(' ');
        string words = typed[..(space + 1)];
        ulong kinds = TypeKinds.SetOf(TypeKind.Struct, TypeKind.Union, TypeKind.Enum, TypeKind.Enum64, TypeKind.Typedef);
        if (functions)
        {
            kinds = TypeKinds.SetOf(TypeKind.Function);
        }
        else if (space >= 0)
        {
            kinds &= TypeKinds.TryParse(words.Trim(), out ulong named) ? named : 0;
        }

        List<NameId> names = NamesOf(graph, kinds, Encoding.UTF8.GetBytes(typed[(space + 1)..]));
        names.Sort((a, b) => graph.NameOf(a).SequenceCompareTo(graph.NameOf(b)));
        var found = new List<string>();
        for (int i = 0; i < names.Count; i++)
        {
            if (i > 0 && graph.NameOf(names[i]).SequenceEqual(graph.NameOf(names[i - 1])))
            {
                continue;
            }

            found.Add(words + graph.NameString(names[found.Count == most - 1 ? ^1 : i]));
            if (found.Count == most)
            {
                break;
            }
        }

        return found;
    }

    private static List<NameId> NamesOf(TypeGraph graph, ulong kinds, ReadOnlySpan<byte> start)
    {
        var names = new List<NameId>();
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (!TypeKinds.Contains(kinds, graph.KindOf(new TypeId(id))))
            {
                continue;
            }

            TypeView type = graph[new TypeId(id)];
            if (!type.IsAnonymous && type.Name.StartsWith(start))
            {
                names.Add(type.NameId);
            }
        }

        return names;
    }
}
