using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary><c>layout --profile</c> and <c>--guess</c>: how members are used.</summary>
internal sealed class LayoutHeatOptions
{
    private readonly Option<string?> _profile = new("--profile")
    {
        Description = "Show the heat of members and lines, and who disturbs whom, by the samples in FILE: CSV with type,offset,reads,writes,cpu",
        HelpName = "FILE",
    };

    private readonly Option<bool> _guess = CommonOptions.Flag("--guess",
        "Guess without samples which members are read mostly and which are written, by their types and words of their names");

    public IEnumerable<Option> All => [_profile, _guess];

    /// <param name="result">The command line.</param>
    /// <param name="isOfNames">Whether single types are shown, one after the other.</param>
    public void Validate(CommandResult result, bool isOfNames)
    {
        foreach (Option option in All)
        {
            if (!isOfNames && result.GetResult(option) is { Implicit: false })
            {
                result.AddError($"{option.Name} goes with the NAMEs of types, not with --all or --against.");
            }
        }
    }

    /// <summary>Whether to guess.</summary>
    public bool Guesses(ParseResult r) => r.GetValue(_guess);

    /// <summary>The heat of types; null where no samples are given.</summary>
    /// <exception cref="UnusableException">The file cannot be read.</exception>
    /// <exception cref="Core.Diagnostics.InvalidImageException">It is no file of samples.</exception>
    public Func<LayoutReport, LayoutHeat?>? HeatOf(ParseResult r, List<LayoutSubject> subjects)
    {
        if (r.GetValue(_profile) is not { } path)
        {
            return null;
        }

        var names = new Dictionary<(TypeGraph, TypeId), string>();
        foreach (LayoutSubject subject in subjects)
        {
            TypeView type = subject.Graph[subject.Type];
            names.TryAdd((subject.Graph, subject.Type), type.IsAnonymous ? subject.Name ?? "" : type.NameString);
        }

        SampleProfile profile = SampleFiles.Read(path, names.Values);
        return report => LayoutHeat.Of(MemberSamples.Of(report.Layout, profile.Of(names[(report.Graph, report.Type)])), report.CachelineBytes,
            report.Graph.KindOf(report.Type) == TypeKind.Union);
    }
}
