using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary>
/// The types that <c>field</c> is asked about, each looked for once. Of DWARF the first few are found without reading the rest of the
/// program; a path that leads through a pointer, and many types, need all of it.
/// </summary>
/// <param name="source">Where types come from.</param>
/// <param name="readGraphs">Reads all of them.</param>
internal sealed class FieldSubjects(TypeSource source, Func<TypeGraphSet> readGraphs)
{
    private const int MostFoundAlone = 16;

    private readonly Dictionary<string, (IReadOnlyList<FieldSubject> Subjects, string? Problem)> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<TypeGraph, FieldPaths> _paths = [];
    private TypeGraphSet? _graphs;
    private int _foundAlone;

    /// <summary>The answers to a question, one for each type of the name that has one; else none and the problem.</summary>
    public IReadOnlyList<FieldAnswer> Answer(FieldQuestion question, out string? problem)
    {
        List<FieldAnswer> answers = AnswerOf(question, out problem, out bool endsAtDeclaration);
        if (answers.Count == 0 && endsAtDeclaration && source.Format == SourceFormat.Dwarf && _graphs is null)
        {
            ReadGraphs();
            answers = AnswerOf(question, out problem, out _);
        }

        return answers;
    }

    private List<FieldAnswer> AnswerOf(FieldQuestion question, out string? problem, out bool endsAtDeclaration)
    {
        endsAtDeclaration = false;
        var answers = new List<FieldAnswer>(1);
        (IReadOnlyList<FieldSubject> subjects, problem) = SubjectsOf(question.TypeName);
        foreach (FieldSubject subject in subjects)
        {
            FieldAnswer answer = subject.Answer(question);
            endsAtDeclaration |= answer.EndsAtDeclaration;
            if (answer.Problem is null)
            {
                answers.Add(answer);
            }
            else
            {
                problem ??= answer.Problem;
            }
        }

        problem = answers.Count > 0 ? null : problem;
        return answers;
    }

    private (IReadOnlyList<FieldSubject> Subjects, string? Problem) SubjectsOf(string name)
    {
        if (!_known.TryGetValue(name, out (IReadOnlyList<FieldSubject> Subjects, string? Problem) known))
        {
            known = Find(name);
            _known.Add(name, known);
        }

        return known;
    }

    private (IReadOnlyList<FieldSubject> Subjects, string? Problem) Find(string name)
    {
        if (source.Format == SourceFormat.Dwarf && _graphs is null && _foundAlone++ < MostFoundAlone)
        {
            DwarfFindResult result = source.FindInDwarf(name.Split(' ')[^1])!;
            Messages.Write(result.Diagnostics);
            return (FieldSubject.Of(result.Graph, result.Graph.FirstOwnType, name, PathsOf, out string? alone), alone);
        }

        var subjects = new List<FieldSubject>();
        string? problem = null;
        TypeGraphSet graphs = _graphs ?? ReadGraphs();
        foreach (TypeGraph graph in graphs.Graphs)
        {
            subjects.AddRange(FieldSubject.Of(graph, graphs.FirstTypeOf(graph), name, PathsOf, out string? here));
            problem ??= here;
        }

        var distinct = new DistinctTypesOfSet(graphs);
        subjects.RemoveAll(subject => !distinct.Add(new TypeRef(subject.Graph, subject.Type)));

        return (subjects, subjects.Count > 0 ? null : problem);
    }

    private TypeGraphSet ReadGraphs()
    {
        _known.Clear();
        return _graphs = readGraphs();
    }

    private FieldPaths PathsOf(TypeGraph graph)
    {
        if (!_paths.TryGetValue(graph, out FieldPaths? paths))
        {
            paths = new FieldPaths(graph);
            _paths.Add(graph, paths);
        }

        return paths;
    }
}
