using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary>Types of one graph that <c>show</c> writes; all of it when there is no list.</summary>
internal sealed class FoundTypes(TypeGraph graph, IReadOnlyList<TypeId>? types)
{
    private readonly Dictionary<TypeId, DwarfFoundType> _found = [];

    public TypeGraph Graph { get; } = graph;

    public IReadOnlyList<TypeId>? Types { get; } = types;

    /// <summary>The module that has them; null for the kernel, and where one file is asked.</summary>
    public string? Module { get; init; }

    /// <summary>
    /// Where a type is declared and which units define it, in words that can stand in a comment; null where neither is known.
    /// </summary>
    public string? PlaceOf(TypeId id)
    {
        string? place = null;
        if (Graph[id].TryGetDeclaration(out NameId file, out uint line))
        {
            string path = file.IsNone ? "line" : Graph.NameString(file);
            place = line == 0 ? path : file.IsNone ? $"line {line}" : $"{path}:{line}";
        }

        if (UnitsOf(id) is { } units)
        {
            place = place is null ? units : $"{place}; {units}";
        }

        // Names from files may hold anything, an end of the comment too.
        return place is null ? null : string.Concat(place.Select(c => char.IsControl(c) ? '?' : c)).Replace("*/", "*?/", StringComparison.Ordinal);
    }

    /// <summary>Where a type is defined, in words; null where that is not known.</summary>
    public string? UnitsOf(TypeId id)
    {
        if (FoundOf(id) is not { } type)
        {
            return null;
        }

        string others = type.UnitCount == 1 ? "" : $" and {type.UnitCount - 1} more unit{(type.UnitCount == 2 ? "" : "s")}";
        return type.FirstUnit + others;
    }

    /// <summary>Where a type is defined; null where that is not known.</summary>
    public DwarfFoundType? FoundOf(TypeId id) => _found.GetValueOrDefault(id);

    /// <summary>
    /// The types of names in DWARF, each name found without reading the rest of the program; null where the whole graph is needed: for
    /// BTF, for patterns, for functions and variables, and where no name was given.
    /// </summary>
    /// <exception cref="UnusableException">A name means nothing; every such name but the last has been reported already.</exception>
    public static List<FoundTypes>? In(TypeSource source, string[] names, bool firstOnly, bool paholeCompat, bool sayStages)
    {
        if (source.Format != SourceFormat.Dwarf || names.Length == 0 || names.Any(IsForGraph))
        {
            return null;
        }

        var groups = new List<FoundTypes>();
        string? problem = null;
        foreach (string name in names)
        {
            DwarfFindResult result = source.FindInDwarf(name.Split(' ')[^1], firstOnly)!;
            Messages.Write(result.Diagnostics);
            if (sayStages)
            {
                Inputs.WriteStages(result.Stages);
            }

            TypeNameResult resolved = TypeNameQuery.Resolve(result.Graph, name);
            if (resolved.IsDefined)
            {
                groups.Add(Of(result, resolved, paholeCompat));
                continue;
            }

            if (problem is not null)
            {
                Messages.Error(problem);
            }

            problem = resolved.Problem
                + (resolved.Types.Count == 0 ? TypeNameQuery.DescribeNearest(source.NearestInDwarf(name)) : "");
        }

        return problem is null ? groups : throw new UnusableException(problem);
    }

    private static bool IsForGraph(string name) => TypeNameQuery.IsPattern(name) || TypeNameQuery.AsksForDeclarations(name);

    private static FoundTypes Of(DwarfFindResult result, TypeNameResult resolved, bool paholeCompat)
    {
        var found = new FoundTypes(result.Graph, ShownTypes.Of(result.Graph, [resolved.Types], paholeCompat));
        foreach (DwarfFoundType type in result.Types)
        {
            found._found[type.Type] = type;
        }

        return found;
    }
}
