using System.CommandLine;
using System.CommandLine.Help;
using BtfTool.Cli.Commands;
using BtfTool.Cli.Help;

namespace BtfTool.Cli;

/// <summary>The commands as the parser knows them.</summary>
internal static class CommandTree
{
    public const string Description = "How types lie in memory: reads the type information of kernels, modules and programs.";

    /// <summary>What the arguments need: only what was typed is built in full; of the others the help needs name and description.</summary>
    public static RootCommand Build(string[] args) => Build(entry => args.Contains(entry.Name));

    /// <summary>All commands with all their options, for what is generated from them.</summary>
    public static RootCommand BuildAll() => Build(_ => true);

    private static RootCommand Build(Predicate<CommandEntry> isNeeded)
    {
        var root = new RootCommand(Description);
        root.Options.Clear();
        root.Options.Add(new HelpOption("--help", "-h") { Description = "Show help", Action = new ExamplesHelpAction() });
        root.Options.Add(new VersionOption("--version") { Description = "Show the version", Action = new VersionAction() });
        foreach (CommandEntry entry in CommandEntry.All)
        {
            var command = new Command(entry.Name, entry.Description);
            if (isNeeded(entry))
            {
                entry.Fill(command);
            }

            root.Subcommands.Add(command);
        }

        return root;
    }
}
