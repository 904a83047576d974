using System.CommandLine;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool layout</c>.</summary>
internal static class LayoutCommand
{
    public static CommandEntry Entry { get; } = new("layout", "Analyse how types lie in memory, and what that costs", Fill,
    [
        ("btftool layout --all --top 20", "what is worth reorganising in the running kernel"),
        ("btftool layout iphdr --against vmlinux.s390x", "two layouts of a struct, every skew marked"),
    ]);

    private static void Fill(Command command)
    {
        var names = new Argument<string[]>("NAME") { Description = "A struct or union", Arity = ArgumentArity.ZeroOrMore };
        var common = new CommonOptions();
        var slabs = new SlabOptions();
        var ranked = new RankedLayouts(common, slabs);
        var against = new LayoutsAgainst(common);
        var cacheline = new Option<int>("--cacheline") { Description = "Bytes of a cache line [default: 64]", HelpName = "N" };
        Option<bool> json = CommonOptions.Flag("--json", "Write JSON (docs/json.md)");
        command.Arguments.Add(names);
        common.AddTo(command, [.. ranked.All, .. slabs.All, .. against.All, cacheline, json]);
        command.Validators.Add(ranked.Validate);
        command.Validators.Add(result => against.Validate(result, result.GetResult(names) is { Tokens.Count: > 0 }));
        command.SetAction(r => ranked.IsAsked(r)
            ? ranked.Run(r, r.GetResult(cacheline) is { Implicit: false } ? r.GetValue(cacheline) : 64, r.GetValue(json))
            : against.Run(r, r.GetValue(names)!, r.GetValue(json)));
    }
}
