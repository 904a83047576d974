using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Pictures;

namespace BtfTool.Cli.Commands;

/// <summary><c>report --all</c>: a page with all structs and unions of a kernel or a file.</summary>
/// <param name="common">What is read.</param>
internal sealed class RankedReport(CommonOptions common)
{
    private readonly Option<bool> _all = CommonOptions.Flag("--all", "All structs and unions as a table to search, filter and sort");

    public IEnumerable<Option> All => [_all];

    /// <summary>Whether all types are asked for.</summary>
    public bool IsAsked(ParseResult r) => r.GetValue(_all);

    /// <param name="result">The command line.</param>
    /// <param name="hasNames">Whether types are named.</param>
    public void Validate(CommandResult result, bool hasNames)
    {
        if (result.GetValue(_all) == hasNames)
        {
            result.AddError(hasNames ? "Give names or --all, not both." : "Give the NAME of a struct or union, or --all.");
        }
    }

    /// <summary>Writes the page.</summary>
    /// <param name="r">The command line.</param>
    /// <param name="source">What is read.</param>
    /// <param name="machine">The processor.</param>
    /// <param name="cachelineBytes">Bytes of a cache line.</param>
    public int Run(ParseResult r, TypeSource source, TargetMachine machine, int cachelineBytes)
    {
        TypeGraphSet set = common.ReadGraphs(r, source);
        TypeGraph kernel = set.Graphs[0];
        using OutputTarget target = common.OpenTarget(r);
        RankedPage.Write(DistinctStructs.Of(set, unions: true), new RankedPageOptions
        {
            Source = Path.GetFileName(source.Path),
            Machine = machine,
            CachelineBytes = cachelineBytes,
            ModuleOf = graph => graph == kernel ? null : KernelModules.NameOf(graph),
            Jobs = common.Jobs(r),
        }, target.Writer);
        target.Commit();
        return ExitCode.Done;
    }
}
