using System.Globalization;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>
/// Compares two builds: kernels with their modules, programs, of whatever formats. Types are matched by keyword and name and compared once
/// each: what they refer to counts by name, what they hold by value is followed afterwards, so that a change is told where it was made
/// and only counted where it shows. What one of two formats cannot say is no difference. Not affected by ids or by the order of types.
/// </summary>
public sealed class GraphComparison
{
    private readonly CompareOptions _options;
    private readonly CompareSide _old;
    private readonly CompareSide _new;
    private readonly NameGroups _groups;
    private readonly TypePairs _pairs;
    private readonly ReferenceComparer _comparer;
    private readonly PairFinder _finder;
    private readonly CompositeComparer _composites;
    private readonly BaseTypeUses _oldUses;
    private readonly BaseTypeUses _newUses;
    private readonly Dictionary<int, ChangeList> _changes = [];

    private GraphComparison(TypeGraphSet old, TypeGraphSet now, CompareOptions options)
    {
        _options = options;
        _old = new CompareSide(old, options.Limits);
        _new = new CompareSide(now, options.Limits);
        _oldUses = new BaseTypeUses(_old);
        _newUses = new BaseTypeUses(_new);
        _groups = new NameGroups(_old, _new, options.Functions && _old.HasFunctions && _new.HasFunctions);
        _pairs = new TypePairs(_old, _new);
        _comparer = new ReferenceComparer(_old, _new, _pairs, options.Limits);
        _finder = new PairFinder(_old, _new, _groups, _pairs, _comparer);
        _composites = new CompositeComparer(_comparer, options.Limits);
    }

    /// <summary>Compares two builds. Cost: linear in both, but for sorting what differs.</summary>
    /// <param name="old">The build before.</param>
    /// <param name="now">The build now.</param>
    /// <param name="options">What to look at; null for everything.</param>
    /// <exception cref="InvalidImageException">Types nest deeper, or hold more, than anything does.</exception>
    public static GraphDiffResult Of(TypeGraphSet old, TypeGraphSet now, CompareOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(now);
        return new GraphComparison(old, now, options ?? CompareOptions.Default).Run();
    }

    private GraphDiffResult Run()
    {
        _finder.Find();
        if (!_options.IsExcerpt)
        {
            new RenameFinder(_old, _new, _pairs, _comparer, _finder).Find();
        }

        foreach (int pair in _finder.Different)
        {
            var changes = new ChangeList();
            Compare(_pairs.All[pair], changes);
            if (changes.Changes.Count > 0)
            {
                _changes[pair] = changes;
            }
        }

        AddOneSided(_finder.Removed, ChangeClass.TypeRemoved, BreakRules.OfName, _options.IsNewPartial);
        AddOneSided(_finder.Added, ChangeClass.TypeAdded, Breaks.None, _options.IsOldPartial);
        var spread = new ChangeSpread(_old, _pairs, _changes.Count > 0);
        var embedded = new EmbeddedChanges(_old, _new, _pairs, _comparer, _options.Limits);
        GraphDiffResult result = new DifferenceList(_old, _new, _pairs, _changes, spread, embedded, _options).Build(_finder.Both);
        return !_options.IsExcerpt ? result : new GraphDiffResult(result.Differences, result.ComparedTypes)
        {
            Gone = NamesOf(_finder.Removed),
            Appeared = NamesOf(_finder.Added),
        };
    }

    private List<string> NamesOf(List<int> pairs)
    {
        var names = new List<string>();
        foreach (int pair in pairs)
        {
            TypePair type = _pairs.All[pair];
            if (type.Word != TypeWord.Base)
            {
                names.Add(type.OldGraph >= 0 ? _old.Graphs[type.OldGraph].Graph[new TypeId(type.OldId)].NameString
                    : _new.Graphs[type.NewGraph].Graph[new TypeId(type.NewId)].NameString);
            }
        }

        return names;
    }

    private void AddOneSided(List<int> pairs, ChangeClass changeClass, Breaks breaks, bool isPartial)
    {
        foreach (int pair in pairs)
        {
            if ((!isPartial || _finder.IsOneOfSeveral(pair)) && !_changes.ContainsKey(pair) && _pairs.All[pair].Word is not (TypeWord.Function or TypeWord.Base))
            {
                var changes = new ChangeList();
                changes.Add(new TypeChange { Class = changeClass, Breaks = breaks });
                _changes[pair] = changes;
            }
        }
    }

    private void Compare(in TypePair pair, ChangeList into)
    {
        CompareGraph a = _old.Graphs[pair.OldGraph], b = _new.Graphs[pair.NewGraph];
        TypeView x = a.Graph[new TypeId(pair.OldId)], y = b.Graph[new TypeId(pair.NewId)];
        if (!TypeWords.SameName(a.Graph, x.NameId, b.Graph, y.NameId) && pair.Word != TypeWord.Base)
        {
            into.Add(new TypeChange { Class = ChangeClass.TypeRenamed, Breaks = BreakRules.OfName, Old = x.NameString, New = y.NameString });
        }

        switch (x.Kind)
        {
            case TypeKind.Forward when y.Kind != TypeKind.Forward && _options.IsOldPartial:
            case TypeKind.Struct or TypeKind.Union when y.Kind == TypeKind.Forward && _options.IsNewPartial:
                break;
            case TypeKind.Forward when y.Kind != TypeKind.Forward:
                into.Add(new TypeChange { Class = ChangeClass.BecameComplete, Breaks = Breaks.None });
                break;
            case TypeKind.Struct or TypeKind.Union when y.Kind == TypeKind.Forward:
                into.Add(new TypeChange { Class = ChangeClass.BecameIncomplete, Breaks = BreakRules.OfName });
                break;
            case TypeKind.Struct or TypeKind.Union when x.Kind != y.Kind:
            case TypeKind.Enum or TypeKind.Enum64 when !y.IsEnum:
                into.Add(KindOf(a, x, b, y));
                break;
            case TypeKind.Struct or TypeKind.Union when y.IsComposite:
                _composites.Compare(a, pair.OldId, b, pair.NewId, into);
                break;
            case TypeKind.Enum or TypeKind.Enum64:
                EnumComparer.Compare(a, pair.OldId, b, pair.NewId, into);
                break;
            case TypeKind.Typedef:
                CompareAlignments(a, x, b, y, into);
                CompareTargets(a, x.Target.Value, b, y.Target.Value, into);
                break;
            case TypeKind.Function:
                ComparePrototypes(a, x.Target.Value, b, y.Target.Value, into);
                break;
            case TypeKind.Int or TypeKind.Float:
                CompareBase(a, x, b, y, into);
                break;
        }
    }

    private static TypeChange KindOf(CompareGraph a, TypeView x, CompareGraph b, TypeView y) => new()
    {
        Class = ChangeClass.KindChanged,
        Breaks = BreakRules.OfKind,
        Old = TypeText.NameOf(a.Graph, x.Id.Value),
        New = TypeText.NameOf(b.Graph, y.Id.Value),
    };

    private static void CompareAlignments(CompareGraph a, TypeView x, CompareGraph b, TypeView y, ChangeList into)
    {
        if (!a.HasAlignments || !b.HasAlignments || x.DeclaredAlignmentBytes == y.DeclaredAlignmentBytes)
        {
            return;
        }

        int ours = a.Sizes.AlignmentBytesOf(x.Id), theirs = b.Sizes.AlignmentBytesOf(y.Id);
        if (ours != theirs)
        {
            into.Add(new TypeChange
            {
                Class = ChangeClass.Alignment,
                Breaks = Breaks.Layout,
                Old = ours.ToString(CultureInfo.InvariantCulture),
                New = theirs.ToString(CultureInfo.InvariantCulture),
            });
        }
    }

    private void CompareTargets(CompareGraph a, uint oldId, CompareGraph b, uint newId, ChangeList into)
    {
        TypeView x = a.Graph[new TypeId(oldId)], y = b.Graph[new TypeId(newId)];
        if (_comparer.Same(a, oldId, b, newId))
        {
            return;
        }

        if (x.IsAnonymous && y.IsAnonymous && x.Kind == y.Kind && x.IsComposite)
        {
            _composites.Compare(a, oldId, b, newId, into);
        }
        else if (x.IsAnonymous && y.IsAnonymous && x.IsEnum && y.IsEnum)
        {
            EnumComparer.Compare(a, oldId, b, newId, into);
        }
        else
        {
            into.Add(new TypeChange
            {
                Class = ChangeClass.TypedefTarget,
                Breaks = BreakRules.OfType(a, oldId, b, newId, _comparer),
                Old = TypeText.Of(a.Graph, oldId),
                New = TypeText.Of(b.Graph, newId),
            });
        }
    }

    private void ComparePrototypes(CompareGraph a, uint oldId, CompareGraph b, uint newId, ChangeList into)
    {
        if (_comparer.Same(a, oldId, b, newId))
        {
            return;
        }

        into.Add(new TypeChange
        {
            Class = ChangeClass.Prototype,
            Breaks = BreakRules.OfPrototype(a, oldId, b, newId, _comparer),
            Old = TypeText.Of(a.Graph, oldId),
            New = TypeText.Of(b.Graph, newId),
        });
    }

    private void CompareBase(CompareGraph a, TypeView x, CompareGraph b, TypeView y, ChangeList into)
    {
        if (BaseTypes.AreSame(a, x, b, y) || _oldUses.IsOnlyIndex(a, x.Id.Value) || _newUses.IsOnlyIndex(b, y.Id.Value))
        {
            return;
        }

        ChangeClass found = x.SizeBytes != y.SizeBytes ? ChangeClass.Size : x.Kind != y.Kind ? ChangeClass.KindChanged : ChangeClass.Signedness;
        into.Add(new TypeChange
        {
            Class = found,
            Breaks = found == ChangeClass.Signedness ? Breaks.Source : Breaks.Layout,
            Old = found == ChangeClass.Size ? $"{x.SizeBytes}" : Encoding(x),
            New = found == ChangeClass.Size ? $"{y.SizeBytes}" : Encoding(y),
        });
    }

    private static string Encoding(TypeView type) => type.Kind == TypeKind.Float ? "floating point"
        : (type.IntEncoding & IntEncoding.Signed) != 0 ? "signed" : "unsigned";
}
