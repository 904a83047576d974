using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Queries;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Slabs;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>layout --all</c>: the structs of a whole kernel by what reorganising them is worth.</summary>
/// <param name="common">What is read.</param>
/// <param name="slabs">What the machine holds.</param>
internal sealed class RankedLayouts(CommonOptions common, SlabOptions slabs)
{
    private const int DefaultTop = 20;
    private const int MostTop = 1_000_000;

    private readonly Option<bool> _all = CommonOptions.Flag("--all", "Rank all structs by what reorganising them would gain");
    private readonly Option<int> _top = new("--top")
    {
        Description = "With --all, how many structs to list [default: 20]",
        HelpName = "N",
    };

    public IEnumerable<Option> All => [_all, _top];

    /// <summary>Whether a ranking is asked for.</summary>
    public bool IsAsked(ParseResult r) => r.GetValue(_all);

    /// <param name="result">The command line.</param>
    /// <param name="hasNames">Whether types are named.</param>
    public void Validate(CommandResult result, bool hasNames)
    {
        if (result.GetValue(_all) == hasNames)
        {
            result.AddError(hasNames ? "Give names or --all, not both." : "Give the NAME of a type, or --all.");
        }

        if (result.GetResult(_top) is not { Tokens.Count: 1 } top)
        {
            return;
        }

        if (!(int.TryParse(top.Tokens[0].Value, out int number) && number is >= 0 and <= MostTop))
        {
            result.AddError($"--top takes a number, 0 to {MostTop}.");
        }
        else if (!result.GetValue(_all))
        {
            result.AddError("--top goes with --all.");
        }
    }

    /// <summary>Writes the ranking.</summary>
    /// <param name="r">The command line.</param>
    /// <param name="source">What is read.</param>
    /// <param name="cachelineBytes">Bytes of a cache line.</param>
    /// <param name="asJson">Whether as JSON.</param>
    /// <param name="template">The option for templates.</param>
    /// <param name="templates">The template; null for none.</param>
    public int Run(ParseResult r, TypeSource source, int cachelineBytes, bool asJson, TemplateOption template, TemplateSet? templates)
    {
        TypeGraphSet set = common.ReadGraphs(r, source);
        SlabJoin? machine = slabs.Read(r, common, set);
        var ranking = LayoutRanking.Of(DistinctStructs.Of(set), new LayoutRankingOptions
        {
            Reorganize = new ReorganizeOptions { CachelineBytes = cachelineBytes },
            Slabs = machine,
            Top = r.GetResult(_top) is { Implicit: false } ? r.GetValue(_top) : DefaultTop,
            Jobs = common.Jobs(r),
        });
        using OutputTarget target = common.OpenTarget(r);
        if (templates is not null)
        {
            template.Write(templates, [TemplateOption.InputOf(source)], target, WriteJson);
            return ExitCode.Done;
        }

        if (asJson)
        {
            WriteJson(target.Writer);
        }
        else
        {
            var writer = new Utf8Writer(target.Writer);
            RankingText.Write(ranking, machine?.Path, writer);
            writer.Flush();
        }

        target.Commit();
        return ExitCode.Done;

        void WriteJson(IBufferWriter<byte> output)
        {
            TypeGraph kernel = set.Graphs[0];
            RankingJson.Write(ranking, cachelineBytes, machine?.Path, graph => graph == kernel ? null : KernelModules.NameOf(graph), output);
        }
    }
}
