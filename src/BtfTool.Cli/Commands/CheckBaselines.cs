using System.CommandLine;
using BtfTool.Cli.Output;
using BtfTool.Core.Baselines;
using BtfTool.Core.Checks;
using BtfTool.Core.Compare;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Diffs;

namespace BtfTool.Cli.Commands;

/// <summary>The baselines that a check file names: compared with the inputs, or written anew.</summary>
/// <param name="common">How they are read.</param>
/// <param name="r">The command line.</param>
internal sealed class CheckBaselines(CommonOptions common, ParseResult r)
{
    /// <summary>Whether a baseline could not be read, which has been reported.</summary>
    public bool AreSomeUnusable { get; private set; }

    /// <summary>Compares the inputs with the baselines of a file; what is not allowed is given to the evaluator.</summary>
    public void Compare(CheckFile file, List<CheckInput> inputs, CheckInputs sources, CheckEvaluator evaluator)
    {
        foreach (CheckBaseline baseline in file.Baselines)
        {
            foreach (CheckInput input in inputs)
            {
                if (CheckEvaluator.IsFor(baseline.Target, input))
                {
                    Try(() => Compare(baseline, input, sources.SourceOf(input), evaluator));
                }
            }
        }
    }

    /// <summary>Writes the baselines of the files anew, each from the input that it is for.</summary>
    /// <exception cref="UnusableException">A file cannot be written, or several inputs are for one baseline.</exception>
    public void Update(List<CheckFile> files, List<CheckInput> inputs, CheckInputs sources)
    {
        foreach (CheckFile file in files)
        {
            if (file.Baselines.Count == 0)
            {
                throw new UnusableException($"{file.Path} names no baseline: 'baseline \"FILE\"' does");
            }

            foreach (CheckBaseline baseline in file.Baselines)
            {
                List<CheckInput> of = inputs.FindAll(input => CheckEvaluator.IsFor(baseline.Target, input));
                if (of.Count > 1)
                {
                    throw new UnusableException($"{baseline.Place}: several inputs are for one baseline: give each its own in 'target NAME {{ ... }}'");
                }

                if (of.Count == 1)
                {
                    Write(file, baseline, of[0], sources.SourceOf(of[0]));
                }
            }
        }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is InvalidImageException or UnusableException)
        {
            Messages.Error(e.Message);
            AreSomeUnusable = true;
        }
    }

    // A check file says where its baseline is from its own folder.
    private static string PathOf(CheckBaseline baseline) => Path.Combine(Path.GetDirectoryName(baseline.Place.File) ?? "", baseline.Path);

    private void Compare(CheckBaseline baseline, CheckInput input, TypeSource source, CheckEvaluator evaluator)
    {
        using TypeSource before = common.OpenOther(r, PathOf(baseline), null);
        if (before.BaselineHeader is { } old)
        {
            WarnOfToolchain(baseline, old, BaselineCommand.HeaderOf(source));
        }

        GraphDiffResult result = GraphComparison.Of(new TypeGraphSet(before.Graph), input.Graphs, new CompareOptions
        {
            Functions = false,
            IsOldPartial = before.BaselineHeader is { IsPartial: true },
            IsNewPartial = source.BaselineHeader is { IsPartial: true },
        });
        var causes = new HashSet<string>();
        foreach (TypeDifference difference in result.Differences)
        {
            if (difference.IsCause && difference.Old is not null)
            {
                causes.Add(difference.Name);
            }
        }

        foreach (TypeDifference difference in result.Differences)
        {
            // What the baseline does not have it does not protect.
            if (difference.Old is null)
            {
                continue;
            }

            foreach (TypeChange change in difference.Changes)
            {
                // Consequences are told with their causes, where those are told.
                bool isExcused = change.Class is ChangeClass.TypeAdded or ChangeClass.BecameComplete
                    || (change.Cause is { } cause && causes.Contains(cause))
                    || (change.Class == ChangeClass.Embedded && !difference.IsCause && causes.Count > 0);
                if (!isExcused && !baseline.Allowed.Contains(change.Class))
                {
                    evaluator.Add(FindingOf(baseline, input, difference, change));
                }
            }
        }
    }

    private static CheckFinding FindingOf(CheckBaseline baseline, CheckInput input, TypeDifference difference, TypeChange change)
    {
        CheckRuleInfo rule = CheckRules.OfChange(change.Class);
        string subject = change.Path is null ? difference.Name : $"{difference.Name}.{change.Path}";
        string what = ChangeNames.Of(change.Class);
        string values = change.Old is null && change.New is null ? "" : $": {change.Old ?? "nothing"} -> {change.New ?? "nothing"}";
        string spread = difference.FanOut > 0 ? $"; {difference.FanOut} types embed it" : "";
        return new CheckFinding
        {
            Rule = rule,
            Place = baseline.Place,
            Type = difference.Name,
            Subject = difference.New,
            Member = change.Path,
            BitOffset = change.NewBitOffset,
            Message = $"{subject}: {what}{values} since {baseline.Path}{spread}",
            Expected = change.Old,
            Found = change.New,
            Target = input.Name,
        };
    }

    private static void WarnOfToolchain(CheckBaseline baseline, BaselineHeader old, BaselineHeader now)
    {
        if (old.Producer is { } was && now.Producer is { } producer && was != producer)
        {
            Messages.Warning($"{baseline.Path} was made with '{was}', the input with '{producer}'");
        }

        if (old.Architecture is { } machine && now.Architecture is { } arch && machine != arch)
        {
            Messages.Warning($"{baseline.Path} is for {machine}, the input for {arch}");
        }
    }

    private void Write(CheckFile file, CheckBaseline baseline, CheckInput input, TypeSource source)
    {
        string path = PathOf(baseline);
        BaselineHeader header = BaselineCommand.HeaderOf(source);
        IReadOnlyCollection<TypeId>? roots;
        if (File.Exists(path))
        {
            roots = SameTypes(path, input.Graph, out bool isPartial);
            header = header with { IsPartial = header.IsPartial || isPartial };
        }
        else
        {
            roots = CheckEvaluator.TypesOf(file, input);
            header = header with { IsPartial = header.IsPartial || roots is not null };
        }

        using OutputTarget target = OutputTarget.Open(path);
        BaselineWriter.Write(input.Graph, header, target.Writer, roots);
        target.Commit();
        Messages.Note($"{path}: written");
    }

    // A baseline keeps what it is about: the types that it defines, as they are now.
    private List<TypeId> SameTypes(string path, TypeGraph graph, out bool isPartial)
    {
        using TypeSource before = common.OpenOther(r, path, null);
        isPartial = before.BaselineHeader is { IsPartial: true };
        var names = new HashSet<(TypeKind Kind, string Name)>();
        foreach (TypeView type in Defined(before.Graph))
        {
            if (!IsOfDeclared(before.Graph, type))
            {
                names.Add((type.Kind, type.NameString));
            }
        }

        var same = new List<TypeId>();
        foreach (TypeView type in Defined(graph))
        {
            if (names.Contains((type.Kind, type.NameString)))
            {
                same.Add(type.Id);
            }
        }

        return same;
    }

    // A typedef that only pointers reach: what it stands for was not written, and is not to be now.
    private static bool IsOfDeclared(TypeGraph graph, TypeView type)
    {
        for (int steps = 0; steps < 64 && type.Kind is TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Array; steps++)
        {
            type = graph[type.Target];
        }

        return type.Kind == TypeKind.Forward;
    }

    private static IEnumerable<TypeView> Defined(TypeGraph graph)
    {
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (!type.IsAnonymous && (type.IsComposite || type.IsEnum || type.Kind == TypeKind.Typedef))
            {
                yield return type;
            }
        }
    }
}
