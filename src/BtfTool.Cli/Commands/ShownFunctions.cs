using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>show --functions</c> and <c>show --variables</c>: declarations, a line each.</summary>
internal sealed class ShownFunctions
{
    private readonly Option<bool> _functions = CommonOptions.Flag("--functions", "Prototypes of the functions of these names (pfunct -P)");
    private readonly Option<bool> _variables = CommonOptions.Flag("--variables", "Declarations of the variables of these names");

    public IEnumerable<Option> All => [_functions, _variables];

    public void Validate(CommandResult result)
    {
        if (result.GetValue(_functions) && result.GetValue(_variables))
        {
            result.AddError("Give --functions or --variables, not both.");
        }
    }

    /// <summary>Whether declarations are listed, and no types.</summary>
    public bool IsAsked(CommandResult result) => result.GetValue(_functions) || result.GetValue(_variables);

    /// <summary>Whether declarations are listed, and no types.</summary>
    public bool IsAsked(ParseResult r) => r.GetValue(_functions) || r.GetValue(_variables);

    /// <summary>Whether DWARF is to be read with its functions and variables, which takes longer.</summary>
    public bool NeedsDeclarations(ParseResult r, string[] names) => IsAsked(r) || names.Any(TypeNameQuery.AsksForDeclarations);

    /// <summary>Lists the declarations of all names; without names those of the file.</summary>
    /// <exception cref="UnusableException">A name means nothing; every such name but the last has been reported already.</exception>
    public int Run(ParseResult r, CommonOptions common, TypeSource source, string[] names, NameFilter? filter, PaholeOptions options,
        bool colours, bool asJson)
    {
        TypeGraphSet set = common.ReadGraphs(r, source);
        var query = new DeclarationQuery(r.GetValue(_functions) ? TypeKind.Function : TypeKind.Variable, names, filter);
        var found = new List<(TypeGraph Graph, IReadOnlyList<TypeId> Ids)>();
        foreach (TypeGraph graph in set.Graphs)
        {
            found.Add((graph, query.FindIn(graph, names.Length > 0 ? set.FirstTypeOf(graph) : graph.FirstOwnType)));
        }

        ReportProblems(query.ProblemsIn(set.Graphs[^1]).ToList());
        using OutputTarget target = common.OpenTarget(r);
        if (asJson)
        {
            JsonShow.Write(found.Select(f => new FoundTypes(f.Graph, f.Ids)), options, null, target.Writer);
            target.Commit();
            return ExitCode.Done;
        }

        var writer = new Utf8Writer(target.Writer, colours);
        foreach ((TypeGraph graph, IReadOnlyList<TypeId> ids) in found)
        {
            Write(new PaholeEmitter(graph, options, writer), ids, options.Compat);
        }

        writer.Flush();
        target.Commit();
        return ExitCode.Done;
    }

    // pfunct begins with the last function of the file (observed: 1.24).
    private static void Write(PaholeEmitter emitter, IReadOnlyList<TypeId> ids, bool backwards)
    {
        for (int i = 0; i < ids.Count; i++)
        {
            emitter.WriteDeclarationLine(ids[backwards ? ids.Count - 1 - i : i]);
        }
    }

    private static void ReportProblems(List<string> problems)
    {
        foreach (string problem in problems.SkipLast(1))
        {
            Messages.Error(problem);
        }

        if (problems.Count > 0)
        {
            throw new UnusableException(problems[^1]);
        }
    }
}
