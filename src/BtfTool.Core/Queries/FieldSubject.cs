using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>The answer to a question about one type.</summary>
public sealed record FieldAnswer
{
    /// <summary>What was asked.</summary>
    public required FieldQuestion Question { get; init; }

    /// <summary>The types.</summary>
    public required TypeGraph Graph { get; init; }

    /// <summary>The struct or union that was asked, behind typedefs.</summary>
    public required TypeId Type { get; init; }

    /// <summary>What lies at the offset; null for a path, and where there is a problem.</summary>
    public FieldPlaces? Places { get; init; }

    /// <summary>Where the path leads; null for an offset, and where there is a problem.</summary>
    public FieldLocation? Location { get; init; }

    /// <summary>Why there is no answer, one line without a full stop; null when there is one.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether the problem is a type that is only declared in this graph.</summary>
    public bool EndsAtDeclaration { get; init; }
}

/// <summary>A struct or union that questions are asked about.</summary>
internal sealed class FieldSubject
{
    private readonly FieldPaths _paths;
    private readonly FieldPathResolver _resolver;

    private FieldSubject(FieldPaths paths, TypeId type)
    {
        _paths = paths;
        _resolver = new FieldPathResolver(paths);
        Type = type;
    }

    /// <summary>The types.</summary>
    public TypeGraph Graph => _paths.Graph;

    /// <summary>The struct or union.</summary>
    public TypeId Type { get; }

    /// <summary>
    /// The structs and unions that a name means in a graph, typedefs followed, each once. Cost: as <see cref="TypeNameQuery.Resolve(TypeGraph, string, bool)"/>.
    /// </summary>
    /// <param name="graph">Where to look.</param>
    /// <param name="first">
    /// The first type that counts: those before it are asked of the graph that this one extends (<see cref="TypeGraphSet.FirstTypeOf"/>).
    /// </param>
    /// <param name="name">The name as it was typed.</param>
    /// <param name="pathsOf">What is known about the types of a graph, shared by all its subjects; asked for where there is one.</param>
    /// <param name="problem">Why there is none, one line without a full stop.</param>
    public static IReadOnlyList<FieldSubject> Of(TypeGraph graph, TypeId first, string name, Func<TypeGraph, FieldPaths> pathsOf,
        out string? problem)
    {
        ArgumentNullException.ThrowIfNull(pathsOf);
        TypeNameResult result = TypeNameQuery.Resolve(graph, name);
        problem = result.Problem;
        var subjects = new List<FieldSubject>();
        foreach (TypeId id in result.IsDefined ? result.Types : [])
        {
            if (id >= first && TypeNameQuery.CompositeBehind(graph, id) is { } type && graph[type].IsComposite
                && !subjects.Exists(subject => subject.Type == type))
            {
                subjects.Add(new FieldSubject(pathsOf(graph), type));
            }
        }

        problem ??= subjects.Count == 0 ? $"'{name}' has no members: a struct or union expected" : null;
        return subjects;
    }

    /// <summary>Answers a question. Cost: as <see cref="FieldPaths.At"/> and <see cref="FieldPathResolver.Resolve"/>.</summary>
    public FieldAnswer Answer(FieldQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.Path is { } path)
        {
            FieldPathResult result = _resolver.Resolve(Type, path);
            return new FieldAnswer
            {
                Question = question,
                Graph = Graph,
                Type = Type,
                Location = result.Location,
                Problem = result.Problem,
                EndsAtDeclaration = result.EndsAtDeclaration,
            };
        }

        FieldPlaces places = _paths.At(Type, question.OffsetBytes, question.Bit);
        return new FieldAnswer
        {
            Question = question,
            Graph = Graph,
            Type = Type,
            Places = places.Places.Count > 0 ? places : null,
            Problem = places.Places.Count > 0 ? null : NothingThere(question),
        };
    }

    private string NothingThere(FieldQuestion question)
    {
        TypeView type = Graph[Type];
        string name = $"{(type.Kind == TypeKind.Union ? "union" : "struct")} {(type.IsAnonymous ? question.TypeName : type.NameString)}";
        ulong bytes = type.SizeBytes;
        return (ulong)question.OffsetBytes + (ulong)((question.Bit ?? 0) / 8) < bytes ? $"the members of {name} are not known here"
            : $"offset {question.OffsetBytes} is past the end of {name} ({bytes} bytes)";
    }
}
