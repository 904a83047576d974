using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Profiles;

/// <summary>How a member may be used, guessed without samples.</summary>
public enum MemberGuess
{
    /// <summary>Nothing is guessed.</summary>
    None,

    /// <summary>Read much more often than written: constant by its type, or a pointer to constant functions.</summary>
    ReadMostly,

    /// <summary>Written often, as a word of its name says: a lock, a count.</summary>
    LikelyWritten,

    /// <summary>Seldom used, as a word of its name says.</summary>
    Cold,
}

/// <summary>A cache line on which members lie that are guessed to be read mostly, and others that are guessed to be written.</summary>
/// <param name="Line">The line, from 0.</param>
/// <param name="Read">Positions of those that are read mostly.</param>
/// <param name="Written">Positions of those that are likely written.</param>
public sealed record GuessedLine(long Line, IReadOnlyList<int> Read, IReadOnlyList<int> Written);

/// <summary>
/// Guesses from the types of members and from whole words of their names (<c>sk_lock</c>, <c>refCount</c>), never from names of types.
/// They are guesses: only samples tell. Not safe to share between threads.
/// </summary>
public sealed class MemberGuesses
{
    private const int Deepest = 16;

    private static readonly string[] s_written = ["lock", "mutex", "refcnt", "refcount", "count", "seq", "stats"];
    private static readonly string[] s_cold = ["rcu", "work", "debugfs"];

    private readonly MemberGuess[] _guesses;

    private MemberGuesses(MemberGuess[] guesses) => _guesses = guesses;

    /// <summary>The guess for a member.</summary>
    /// <param name="position">Position in <see cref="StructLayout.Members"/>.</param>
    public MemberGuess Of(int position) => _guesses[position];

    /// <summary>Lines that mix what is read with what is written, as candidates for a change that samples should confirm. None of a union.</summary>
    public required IReadOnlyList<GuessedLine> Mixed { get; init; }

    /// <summary>Guesses. Cost: linear in the members, and in those of the structs that they point to.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="layout">The struct.</param>
    /// <param name="cachelineBytes">Bytes of a line, a power of two.</param>
    public static MemberGuesses Of(TypeGraph graph, StructLayout layout, int cachelineBytes)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(layout);
        var guesses = new MemberGuess[layout.Members.Length];
        var known = new Dictionary<TypeId, bool>();
        MemberList members = graph[layout.Type].Members;
        for (int i = 0; i < guesses.Length; i++)
        {
            MemberView member = members[layout.Members[i].Index];
            guesses[i] = member.IsAnonymous || layout.Members[i].SizeBytes == 0 ? MemberGuess.None
                : IsConstant(graph, member.Type, known) ? MemberGuess.ReadMostly : ByName(member.NameString);
        }

        return new MemberGuesses(guesses)
        {
            Mixed = graph.KindOf(layout.Type) == TypeKind.Union ? [] : MixedLines(layout, guesses, cachelineBytes),
        };
    }

    private static List<GuessedLine> MixedLines(StructLayout layout, MemberGuess[] guesses, int cachelineBytes)
    {
        var lines = new SortedDictionary<long, (List<int> Read, List<int> Written)>();
        for (int i = 0; i < guesses.Length; i++)
        {
            if (guesses[i] is MemberGuess.ReadMostly or MemberGuess.LikelyWritten)
            {
                MemberLayout member = layout.Members[i];
                long first = member.BitOffset / 8 / cachelineBytes, last = (member.EndBits - 1) / 8 / cachelineBytes;
                for (long line = first; line <= last; line = line == first && last > first ? last : line + 1)
                {
                    if (!lines.TryGetValue(line, out (List<int> Read, List<int> Written) on))
                    {
                        lines.Add(line, on = ([], []));
                    }

                    (guesses[i] == MemberGuess.ReadMostly ? on.Read : on.Written).Add(i);
                }
            }
        }

        return [.. lines.Where(line => line.Value.Read.Count > 0 && line.Value.Written.Count > 0)
            .Select(line => new GuessedLine(line.Key, line.Value.Read, line.Value.Written))];
    }

    private static bool IsConstant(TypeGraph graph, TypeId id, Dictionary<TypeId, bool> known)
    {
        TypeView type = Behind(graph, id, out bool isConst);
        if (isConst || type.Kind != TypeKind.Pointer)
        {
            return isConst;
        }

        TypeView pointed = Behind(graph, type.Target, out bool isPointedConst);
        if (!isPointedConst || pointed.Kind != TypeKind.Struct)
        {
            return false;
        }

        if (!known.TryGetValue(pointed.Id, out bool areFunctions))
        {
            known.Add(pointed.Id, areFunctions = HoldsFunctions(graph, pointed));
        }

        return areFunctions;
    }

    // Tables of functions hold an owner or some flags as well.
    private static bool HoldsFunctions(TypeGraph graph, TypeView type)
    {
        int functions = 0;
        foreach (MemberView member in type.Members)
        {
            TypeView of = Behind(graph, member.Type, out _);
            functions += of.Kind == TypeKind.Pointer && Behind(graph, of.Target, out _).Kind == TypeKind.FunctionPrototype ? 1 : 0;
        }

        return functions > 0 && functions * 2 >= type.Members.Count;
    }

    private static TypeView Behind(TypeGraph graph, TypeId id, out bool isConst)
    {
        TypeView type = graph[id];
        isConst = false;
        for (int depth = 0; depth < Deepest && type.Kind is TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict
            or TypeKind.Atomic or TypeKind.TypeTag; depth++)
        {
            isConst |= type.Kind == TypeKind.Const;
            type = graph[type.Target];
        }

        return type;
    }

    private static MemberGuess ByName(string name)
    {
        MemberGuess guess = MemberGuess.None;
        int start = 0;
        for (int i = 1; i <= name.Length; i++)
        {
            bool ends = i == name.Length || name[i] == '_' || (char.IsUpper(name[i]) && char.IsLower(name[i - 1]));
            if (ends)
            {
                string word = name[start..i].Trim('_');
                guess = guess != MemberGuess.None ? guess
                    : s_written.Contains(word, StringComparer.OrdinalIgnoreCase) ? MemberGuess.LikelyWritten
                    : s_cold.Contains(word, StringComparer.OrdinalIgnoreCase) ? MemberGuess.Cold : MemberGuess.None;
                start = i;
            }
        }

        return guess;
    }
}
