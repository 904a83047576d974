using System.CommandLine;
using BtfTool.Cli.Output;
using BtfTool.Core.Baselines;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool baseline</c>: layouts as text that stays the same as long as they do, and that every command reads.</summary>
internal static class BaselineCommand
{
    public static CommandEntry Entry { get; } = new("baseline", "Write layouts as text to compare with later", Fill,
    [
        ("btftool baseline -f vmlinux -o layout.base", "all types of a kernel; read it wherever a file is asked for"),
        ("btftool baseline -f vmlinux tcp_sock 'uapi_*' -o layout.base", "these types, with what they hold by value"),
    ]);

    /// <summary>What the header of a baseline says of an input.</summary>
    public static BaselineHeader HeaderOf(TypeSource source)
    {
        SourceFacts facts = SourceFacts.Of(source);
        string version = typeof(BaselineCommand).Assembly.GetName().Version!.ToString(3);
        return (source.BaselineHeader ?? new BaselineHeader()) with
        {
            Tool = $"btftool {version}",
            Architecture = source.Machine,
            Producer = facts.Dwarf is { Producers.Count: > 0 } dwarf ? dwarf.Producers[0].Key : source.BaselineHeader?.Producer,
            BuildId = facts.Elf?.BuildId ?? source.BaselineHeader?.BuildId,
        };
    }

    private static void Fill(Command command)
    {
        Argument<string[]> names = new("NAME")
        {
            Description = "Types to write with what they hold by value: a name, 'struct NAME', a pattern such as 'tcp_*' [default: all]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> functions = CommonOptions.Flag("--functions", "Write the functions of DWARF too; those of BTF are always written");
        var common = new CommonOptions { IsOfOneFile = true };
        command.Arguments.Add(names);
        common.AddTo(command, functions);
        command.Validators.Add(result => TypeNames.Validate(result, result.GetValue(names) ?? []));
        command.SetAction(r => Run(common, r, r.GetValue(names) ?? [], r.GetValue(functions)));
    }

    private static int Run(CommonOptions common, ParseResult r, string[] names, bool functions)
    {
        using TypeSource source = common.OpenSource(r, functions);
        TypeGraph graph = common.ReadGraph(r, source);
        IReadOnlyCollection<TypeId>? roots = names.Length > 0
            ? [.. TypeNames.Resolve(graph, names, allowDeclared: true).SelectMany(types => types).Distinct()]
            : graph.Base is null ? null : OwnTypesOf(graph);
        using OutputTarget target = common.OpenTarget(r);
        BaselineHeader header = HeaderOf(source);
        BaselineWriter.Write(graph, header with { IsPartial = header.IsPartial || names.Length > 0 }, target.Writer, roots);
        target.Commit();
        return ExitCode.Done;
    }

    // A module's own types: of the kernel's, what they hold by value.
    private static List<TypeId> OwnTypesOf(TypeGraph graph)
    {
        var own = new List<TypeId>();
        for (uint id = graph.FirstOwnType.Value; id < (uint)graph.TypeCount; id++)
        {
            own.Add(new TypeId(id));
        }

        return own;
    }
}
