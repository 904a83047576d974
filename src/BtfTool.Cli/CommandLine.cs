using System.CommandLine;
using System.CommandLine.Invocation;
using BtfTool.Cli.Completion;
using BtfTool.Cli.Help;
using BtfTool.Cli.Output;
using BtfTool.Core.Diagnostics;
using BtfTool.Emit.Templates;

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

        // Asked by shells at each press of the tab key: nothing but its own arguments is parsed.
        if (args is [NameCompleter.CommandName, ..])
        {
            return NameCompleter.Run(args.AsSpan(1));
        }

        return Guard(() => Invoke(CommandTree.Build(args).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null })));
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
        catch (TemplateMistakeException e)
        {
            Messages.Error(e.Message);
            return ExitCode.Usage;
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

    /// <summary>Runs what was parsed; what it throws is for <see cref="Guard"/>.</summary>
    internal static int Invoke(ParseResult parsed)
    {
        bool isCommand = parsed.Action is not ParseErrorAction && parsed.CommandResult.Command is not RootCommand;
        if (parsed.Action is ParseErrorAction || (isCommand && UsageErrors.HasUnknownOption(parsed)))
        {
            return UsageErrors.Report(parsed);
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }
}
