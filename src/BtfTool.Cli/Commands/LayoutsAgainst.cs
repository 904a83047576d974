using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>layout NAME --against FILE</c>: two layouts of one type beside each other.</summary>
/// <param name="common">What is read first.</param>
internal sealed class LayoutsAgainst(CommonOptions common)
{
    // Types of one name of which the closest is taken.
    private const int MostCompared = 16;

    private readonly Option<string?> _against = new("--against")
    {
        Description = "Compare with the layout in FILE: another processor, kernel or configuration; exit code 1 where they differ",
        HelpName = "FILE",
    };

    private readonly Option<string?> _againstBase = new("--against-base")
    {
        Description = "The kernel that the split BTF of --against was built with [default: found beside it]",
        HelpName = "FILE",
    };

    public IEnumerable<Option> All => [_against, _againstBase];

    /// <summary>Whether a comparison is asked for.</summary>
    public bool IsAsked(ParseResult r) => r.GetValue(_against) is not null;

    /// <param name="result">The command line.</param>
    /// <param name="hasNames">Whether types are named.</param>
    public void Validate(CommandResult result, bool hasNames)
    {
        bool isAsked = result.GetValue(_against) is not null;
        if (isAsked && !hasNames)
        {
            result.AddError("--against compares types: give the NAME of one.");
        }

        if (!isAsked && result.GetValue(_againstBase) is not null)
        {
            result.AddError("--against-base goes with --against.");
        }
    }

    /// <summary>Writes the comparisons; <see cref="ExitCode.Findings"/> where a layout differs.</summary>
    public int Run(ParseResult r, string[] names, bool asJson, TemplateOption template, TemplateSet? templates)
    {
        string path = r.GetValue(_against)!;
        using TypeSource source = common.OpenSource(r);
        using TypeSource other = common.OpenOther(r, path, r.GetValue(_againstBase));
        List<Subject> ours = SubjectsOf(source, names, () => common.ReadGraphs(r, source));
        List<Subject> theirs = SubjectsOf(other, names, () => new TypeGraphSet(common.ReadGraph(r, other)));
        List<(Subject Left, List<Subject> Right)> pairs = Pairs(ours, theirs, other.Path);
        (string left, string right) = NamesOf(source.Path, other.Path);
        using OutputTarget target = common.OpenTarget(r);
        if (templates is not null)
        {
            List<LayoutSkew> skews = pairs.ConvertAll(pair => Closest(pair.Left, pair.Right));
            template.Write(templates, [TemplateOption.InputOf(source), TemplateOption.InputOf(other)], target,
                output => WriteJson(skews, source.Path, other.Path, output));
            return skews.TrueForAll(skew => skew.IsSame) ? ExitCode.Done : ExitCode.Findings;
        }

        using SkewJson? json = asJson ? new SkewJson(target.Writer, source.Path, other.Path) : null;
        var writer = asJson ? null : new Utf8Writer(target.Writer);
        bool differs = false;
        for (int i = 0; i < pairs.Count; i++)
        {
            LayoutSkew skew = Closest(pairs[i].Left, pairs[i].Right);
            differs |= !skew.IsSame;
            json?.Write(skew);
            if (writer is not null)
            {
                writer.Write(i > 0 ? "\n"u8 : []);
                new SkewText(writer, left, right).Write(skew);
            }
        }

        json?.Finish();
        writer?.Flush();
        target.Commit();
        return differs ? ExitCode.Findings : ExitCode.Done;
    }

    private static void WriteJson(List<LayoutSkew> skews, string left, string right, IBufferWriter<byte> output)
    {
        using var json = new SkewJson(output, left, right);
        skews.ForEach(json.Write);
        json.Finish();
    }

    // The structs and unions of names, by what they were found as: behind a typedef one need not have a name.
    private static List<Subject> SubjectsOf(TypeSource source, string[] names, Func<TypeGraphSet> read)
    {
        var groups = FoundTypes.In(source, names, firstOnly: false, paholeCompat: false, sayStages: false);
        var subjects = new List<Subject>();
        if (groups is not null)
        {
            foreach (FoundTypes group in groups)
            {
                subjects.AddRange(group.Types!.Select(id => SubjectOf(new TypeRef(group.Graph, id))).OfType<Subject>());
            }
        }
        else
        {
            foreach (IReadOnlyList<TypeRef> types in TypeNames.Resolve(read(), names, _ => null))
            {
                subjects.AddRange(types.Select(SubjectOf).OfType<Subject>());
            }
        }

        return subjects.Count > 0 ? subjects
            : throw new UnusableException($"{source.Path}: {string.Join(", ", names)}: no struct or union has such a name");
    }

    private static Subject? SubjectOf(TypeRef type) => TypeNameQuery.CompositeBehind(type.Graph, type.Id) is { } composite
        && type.Graph[composite].IsComposite ? new Subject(type.View.NameString, type.View.Kind, new TypeRef(type.Graph, composite)) : null;

    // What is found behind a typedef as well as by its own name is compared once.
    private static List<(Subject Left, List<Subject> Right)> Pairs(List<Subject> ours, List<Subject> theirs, string path)
    {
        var pairs = new List<(Subject, List<Subject>)>();
        var seen = new HashSet<TypeRef>();
        int missing = 0;
        foreach (Subject subject in ours.Where(subject => seen.Add(subject.Type)))
        {
            List<Subject> same = theirs.FindAll(other => other.Name == subject.Name && other.Kind == subject.Kind);
            if (same.Count > 0)
            {
                pairs.Add((subject, same));
            }
            else if (missing++ == 0)
            {
                Messages.Warning($"{path} has no {subject.Name} of the same kind");
            }
        }

        return pairs.Count > 0 ? pairs : throw new UnusableException($"{path}: nothing there can be compared");
    }

    private static LayoutSkew Closest(Subject left, List<Subject> right)
    {
        LayoutSkew? best = null;
        foreach (Subject candidate in right.Take(MostCompared))
        {
            LayoutSkew skew = new LayoutSkewComparer(left.Type.Graph, candidate.Type.Graph).Compare(left.Type.Id, candidate.Type.Id);
            best = best is null || (!best.IsSame && (skew.IsSame || skew.SkewedCount < best.SkewedCount)) ? skew : best;
        }

        return best!;
    }

    // The names of the files, with their folders where the names are the same.
    private static (string Left, string Right) NamesOf(string left, string right)
    {
        (string ours, string theirs) = (Path.GetFileName(left), Path.GetFileName(right));
        return ours == theirs ? (left, right) : (ours, theirs);
    }

    private sealed record Subject(string Name, TypeKind Kind, TypeRef Type);
}
