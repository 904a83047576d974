using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using BtfTool.Cli.Commands;
using BtfTool.Cli.Help;
using BtfTool.Cli.Output;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Cli;

/// <summary>From the arguments to the exit code.</summary>
internal static class CommandLine
{
    /// <summary>Runs the command that the arguments name; nothing is thrown.</summary>
    public static int Run(string[] args)
    {
        // Asked by scripts for every run: nothing needs to be parsed for it.
        if (args is ["--version"])
        {
            return VersionAction.Write();
        }

        Posix.FillStandardDescriptors();
        return Guard(() => Invoke(Build(args).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null })));
    }

    /// <summary>Runs a command; what it throws becomes a message and an exit code.</summary>
    internal static int Guard(Func<int> run)
    {
        try
        {
            return run();
        }
        catch (BrokenPipeException)
        {
            return ExitCode.Done;
        }
        catch (Exception e) when (e is UnusableException or InvalidImageException)
        {
            Messages.Error(e.Message);
            return ExitCode.Unusable;
        }
        catch (Exception e) when (Environment.GetEnvironmentVariable("BTFTOOL_DEBUG") != "1")
        {
            Messages.Error($"internal error: {e.GetType().Name}: {e.Message}; please report");
            return ExitCode.InternalError;
        }
    }

    // Only what was typed is built in full; of the others the help needs no more than name and description.
    private static RootCommand Build(string[] args)
    {
        var root = new RootCommand("How types lie in memory: reads the type information of kernels, modules and programs.");
        root.Options.Clear();
        root.Options.Add(new HelpOption("--help", "-h") { Description = "Show help", Action = new ExamplesHelpAction() });
        root.Options.Add(new VersionOption("--version") { Description = "Show the version", Action = new VersionAction() });
        foreach (CommandEntry entry in CommandEntry.All)
        {
            var command = new Command(entry.Name, entry.Description);
            if (args.Contains(entry.Name))
            {
                entry.Fill(command);
            }

            root.Subcommands.Add(command);
        }

        return root;
    }

    private static int Invoke(ParseResult parsed)
    {
        bool isCommand = parsed.Action is not ParseErrorAction && parsed.CommandResult.Command is not RootCommand;
        if (parsed.Action is ParseErrorAction || (isCommand && UsageErrors.HasUnknownOption(parsed)))
        {
            return UsageErrors.Report(parsed);
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }
}
