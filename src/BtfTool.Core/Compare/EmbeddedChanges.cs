using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Finds the members of a type whose own type, held by value, changed.</summary>
internal sealed class EmbeddedChanges(CompareSide old, CompareSide now, TypePairs pairs, ReferenceComparer comparer, ReaderLimits limits)
{
    private const int MostLinks = 64;
    private const int MostInside = 4096;

    private readonly MemberEntries _old = new();
    private readonly MemberEntries _new = new();
    private readonly Dictionary<NameRef, int> _byName = [];
    private int _looked;

    /// <summary>Adds a change for each such member, and the pair that it follows from. Cost: linear in the members of both types.</summary>
    public void Add(in TypePair type, ChangeSpread spread, List<TypeChange> into, List<int> causes)
    {
        CompareGraph a = old.Graphs[type.OldGraph], b = now.Graphs[type.NewGraph];
        uint oldId = Body(a, type.OldId), newId = Body(b, type.NewId);
        if (!a.Graph[new TypeId(oldId)].IsComposite || !b.Graph[new TypeId(newId)].IsComposite)
        {
            return;
        }

        _old.Fill(a, oldId, limits);
        _new.Fill(b, newId, limits);
        _byName.Clear();
        for (int k = 0; k < _new.Count; k++)
        {
            _byName.TryAdd(_new[k].NameIn(b.Graph), k);
        }

        for (int i = 0; i < _old.Count; i++)
        {
            _looked = 0;
            int cause = CauseOf(a, _old[i].Type, spread, 0);
            if (cause >= 0 && _byName.TryGetValue(_old[i].NameIn(a.Graph), out int k) && comparer.Same(a, _old[i].Type, b, _new[k].Type))
            {
                causes.Add(cause);
                into.Add(new TypeChange
                {
                    Class = ChangeClass.Embedded,
                    Breaks = Breaks.None,
                    Path = b.Graph.NameString(new NameId(_new[k].Name)),
                    Old = TypeText.Of(a.Graph, _old[i].Type),
                    New = TypeText.Of(b.Graph, _new[k].Type),
                    OldBitOffset = _old[i].BitOffset,
                    NewBitOffset = _new[k].BitOffset,
                });
            }
        }
    }

    // A typedef of a struct without a name has the members of that.
    private static uint Body(CompareGraph graph, uint id)
    {
        TypeView type = graph.Graph[new TypeId(id)];
        return type.Kind == TypeKind.Typedef ? type.Target.Value : id;
    }

    private int CauseOf(CompareGraph graph, uint id, ChangeSpread spread, int depth)
    {
        for (int links = 0; links < MostLinks; links++)
        {
            TypeView type = graph.Graph[new TypeId(id)];
            if (!type.IsAnonymous && TypeWords.Of(graph.Graph, id) != TypeWord.None)
            {
                int pair = pairs.OfOld(graph, id);
                return pair >= 0 && spread.RootOf[pair] >= 0 ? spread.RootOf[pair] : -1;
            }

            if (type.IsComposite)
            {
                return Inside(graph, id, spread, depth);
            }

            if (type.Kind is not (TypeKind.Array or TypeKind.TypeTag) && !type.IsQualifier)
            {
                return -1;
            }

            id = type.Target.Value;
        }

        return -1;
    }

    private int Inside(CompareGraph graph, uint id, ChangeSpread spread, int depth)
    {
        foreach (ref readonly MemberRow member in graph.Graph.MembersOf(id))
        {
            if (depth > MostLinks || ++_looked > MostInside)
            {
                break;
            }

            int cause = CauseOf(graph, member.Type, spread, depth + 1);
            if (cause >= 0)
            {
                return cause;
            }
        }

        return -1;
    }
}
