using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Finds the functions or the variables of graphs by name. Declarations of one name that differ are all found, in the order of the file.
/// Not safe to share between threads.
/// </summary>
public sealed class DeclarationQuery
{
    private readonly TypeKind _kind;
    private readonly NameFilter? _filter;
    private readonly string[] _typed;
    private readonly NameExpression[] _expressions;
    private readonly bool[] _matched;

    /// <summary>Reads the names.</summary>
    /// <param name="kind">Functions or variables.</param>
    /// <param name="names">Names, shell patterns and regular expressions between slashes, any of which will do; none for all.</param>
    /// <param name="filter">What narrows them, or null.</param>
    /// <exception cref="ArgumentException">
    /// It is another kind, or a regular expression has a mistake (<see cref="TypeNameQuery.MistakeIn"/>).
    /// </exception>
    public DeclarationQuery(TypeKind kind, IReadOnlyList<string> names, NameFilter? filter = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (kind is not (TypeKind.Function or TypeKind.Variable))
        {
            throw new ArgumentException("only functions and variables are declarations", nameof(kind));
        }

        _kind = kind;
        _filter = filter;
        _typed = [.. names.Select(name => name.Trim())];
        _expressions = [.. _typed.Select(name => new NameExpression(name))];
        _matched = new bool[names.Count];
    }

    /// <summary>Finds those of one graph. Cost: a pass over its types; a match for each name of the kind.</summary>
    /// <param name="graph">Where to look.</param>
    /// <param name="first">The first type to look at, those of a base can be before it.</param>
    public IReadOnlyList<TypeId> FindIn(TypeGraph graph, TypeId first)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var found = new List<TypeId>();
        for (uint id = first.Value; id < (uint)graph.TypeCount; id++)
        {
            if (graph.KindOf(new TypeId(id)) != _kind)
            {
                continue;
            }

            ReadOnlySpan<byte> name = graph[new TypeId(id)].Name;
            // gcc describes prototypes as functions without a name too (observed: gcc 12, -gbtf).
            if (!name.IsEmpty && IsNamed(name) && _filter?.Accepts(name) != false)
            {
                found.Add(new TypeId(id));
            }
        }

        return found;
    }

    /// <summary>What each name that matched nothing so far has to say for itself, one line each without a full stop.</summary>
    /// <param name="graph">Where to look for names that may have been meant.</param>
    public IEnumerable<string> ProblemsIn(TypeGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        for (int i = 0; i < _typed.Length; i++)
        {
            string? problem = _matched[i] ? null : TypeNameQuery.ProblemOf(graph, _kind, _typed[i]);
            if (problem is not null)
            {
                yield return problem;
            }
        }
    }

    // All are tried: a name that was found by another is none that means nothing.
    private bool IsNamed(ReadOnlySpan<byte> name)
    {
        bool isNamed = _expressions.Length == 0;
        for (int i = 0; i < _expressions.Length; i++)
        {
            bool matches = (!isNamed || !_matched[i]) && _expressions[i].IsMatch(name);
            _matched[i] |= matches;
            isNamed |= matches;
        }

        return isNamed;
    }
}
