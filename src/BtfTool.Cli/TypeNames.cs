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
    /// <exception cref="UnusableException">A name means nothing; every such name but the last has been reported already.</exception>
    public static IReadOnlyList<IReadOnlyList<TypeId>> Resolve(TypeGraph graph, IReadOnlyList<string> names, bool allowDeclared)
    {
        var types = new List<IReadOnlyList<TypeId>>();
        string? problem = null;
        foreach (string name in names)
        {
            TypeNameResult result = TypeNameQuery.Resolve(graph, name);
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
    /// <exception cref="UnusableException">A name means nothing; every such name but the last has been reported already.</exception>
    public static IReadOnlyList<IReadOnlyList<TypeRef>> Resolve(TypeGraphSet set, IReadOnlyList<string> names, Func<string, string?> hint)
    {
        var types = new List<IReadOnlyList<TypeRef>>();
        string? problem = null;
        foreach (string name in names)
        {
            TypeNameSetResult result = TypeNameQuery.Resolve(set, name);
            if (!result.IsDefined)
            {
                Report(problem);
                problem = result.IsUnknown && hint(name) is { } said ? $"unknown type '{name}': {said}" : result.Problem;
            }

            types.Add(result.Types);
        }

        return problem is null ? types : throw new UnusableException(problem);
    }

    private static void Report(string? problem)
    {
        if (problem is not null)
        {
            Messages.Error(problem);
        }
    }
}
