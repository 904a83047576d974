using System.CommandLine;
using BtfTool.Cli.Output;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Pictures;

namespace BtfTool.Cli.Commands;

/// <summary><c>report --all</c>: a page with all structs and unions of a kernel or a file.</summary>
internal static class RankedReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="common">What is read.</param>
    /// <param name="r">The command line.</param>
    /// <param name="source">What is read.</param>
    /// <param name="machine">The processor.</param>
    /// <param name="cachelineBytes">Bytes of a cache line.</param>
    public static int Write(CommonOptions common, ParseResult r, TypeSource source, TargetMachine machine, int cachelineBytes)
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
