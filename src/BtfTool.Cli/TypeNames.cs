using System.CommandLine.Parsing;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Cli;

/// <summary>Resolves the names on a command line; every name must mean something, or nothing is written.</summary>
internal static class TypeNames
{
    /// <summary>The types of each name, in the order in which the names were typed.</summary>
    /// <param name="graph">Where to look.</param>
    /// <param name="names">What was typed.</param>
    /// <param name="allowDeclared">Whether a type that is only declared will do.</param>
    /// <param name="orDeclarations">Whether functions and variables will do (<see cref="TypeNameQuery.Resolve(TypeGraph, string, bool)"/>).</param>
    /// <exception cref="UnusableException">A name means nothing; every such name but the last has been reported already.</exception>
    public static IReadOnlyList<IReadOnlyList<TypeId>> Resolve(TypeGraph graph, IReadOnlyList<string> names, bool allowDeclared,
        bool orDeclarations = false)
    {
        var types = new List<IReadOnlyList<TypeId>>();
        string? problem = null;
        foreach (string name in names)
        {
            TypeNameResult result = TypeNameQuery.Resolve(graph, name, orDeclarations);
            if (!result.IsDefined && !(allowDeclared && result.Types.Count > 0))
            {
                Report(problem);
                problem = result.Problem;
            }

            types.Add(result.Types);
        }

        return problem is null ? types : throw new UnusableException(problem);
    }

    /// <summary>The types of each name in a kernel and its modules, in the order in which the names were typed.</summary>
    /// <param name="set">Where to look.</param>
    /// <param name="names">What was typed.</param>
    /// <param name="hint">What else to say of a name that nothing has; null for the nearest names.</param>
    /// <param name="orDeclarations">Whether functions and variables are looked for where a word asks for them or no type has the name.</param>
    /// <exception cref="UnusableException">A name means nothing; every such name but the last has been reported already.</exception>
    public static IReadOnlyList<IReadOnlyList<TypeRef>> Resolve(
        TypeGraphSet set, IReadOnlyList<string> names, Func<string, string?> hint, bool orDeclarations = false)
    {
        var types = new List<IReadOnlyList<TypeRef>>();
        string? problem = null;
        foreach (string name in names)
        {
            TypeNameSetResult result = TypeNameQuery.Resolve(set, name, orDeclarations);
            if (!result.IsDefined)
            {
                Report(problem);
                problem = result.IsUnknown && hint(name) is { } said ? $"unknown type '{name}': {said}" : result.Problem;
            }

            types.Add(result.Types);
        }

        return problem is null ? types : throw new UnusableException(problem);
    }

    /// <summary>Says what is wrong with names that were typed, whatever they are looked for in.</summary>
    public static void Validate(CommandResult result, params IEnumerable<string?> names)
    {
        foreach (string? name in names)
        {
            if (name is not null && TypeNameQuery.MistakeIn(name) is { } mistake)
            {
                result.AddError($"invalid regular expression {mistake}");
            }
        }
    }

    private static void Report(string? problem)
    {
        if (problem is not null)
        {
            Messages.Error(problem);
        }
    }
}
