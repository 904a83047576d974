using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Info;
using BtfTool.Cli.Output;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool info</c>: what a file is, and what its types come to.</summary>
internal static class InfoCommand
{
    private const int DefaultTop = 5;
    private const int MostTop = 1_000_000;

    public static CommandEntry Entry { get; } = new("info", "Say what a file is: format, sections, counts, the largest types", Fill,
    [
        ("btftool info", "the running kernel"),
        ("btftool info fuse.ko --json", "a module, as JSON"),
        ("btftool info vmlinux --format dwarf --top 0", "units and producers, without reading the types"),
    ]);

    private static void Fill(Command command)
    {
        var positional = new Argument<string?>("FILE")
        {
            Description = "The file to look at, as with --file",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var top = new Option<int>("--top")
        {
            Description = "How many types to list as the largest and with the most in holes [default: 5]; 0 reads no types",
            HelpName = "N",
        };
        Option<bool> json = CommonOptions.Flag("--json", "Write JSON (docs/schemas/info.schema.json)");
        var common = new CommonOptions(positional) { IsOfOneFile = true };
        command.Arguments.Add(positional);
        common.AddTo(command, top, json);
        command.Validators.Add(result => Validate(result, top));
        command.SetAction(r => Run(common, r, r.GetResult(top) is { Implicit: false } ? r.GetValue(top) : DefaultTop, r.GetValue(json)));
    }

    private static void Validate(CommandResult result, Option<int> top)
    {
        if (result.GetResult(top) is { Tokens.Count: 1 } count
            && !(int.TryParse(count.Tokens[0].Value, out int number) && number is >= 0 and <= MostTop))
        {
            result.AddError($"--top takes a number, 0 to {MostTop}.");
        }
    }

    private static int Run(CommonOptions common, ParseResult r, int top, bool asJson)
    {
        using TypeSource source = common.OpenSource(r);
        SourceFacts facts = SourceFacts.Of(source);

        // Of BTF and baselines the graph costs little, and says how wide a pointer is.
        bool readsGraph = facts.HasGraph && (top > 0 || facts.Format != SourceFormat.Dwarf);
        TypeGraph? graph = readsGraph ? common.ReadGraph(r, source) : null;
        var report = new InfoReport(facts, graph, graph is null || top == 0 ? null : TypeRanking.Of(graph, top));
        using OutputTarget target = common.OpenTarget(r);
        if (asJson)
        {
            InfoJson.Write(report, target.Writer);
        }
        else
        {
            var writer = new Utf8Writer(target.Writer);
            new InfoText(writer).Write(report);
            writer.Flush();
        }

        target.Commit();
        return ExitCode.Done;
    }
}
