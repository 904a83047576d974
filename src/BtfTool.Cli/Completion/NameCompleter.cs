using System.Text;
using BtfTool.Cli.Output;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;

namespace BtfTool.Cli.Completion;

/// <summary>
/// What the completion scripts ask: <c>btftool __complete PREFIX [-f FILE] [-B FILE] [--functions]</c> prints names, one on a line. Silent
/// about every mistake: an error has no place on a line that somebody is typing.
/// </summary>
internal static class NameCompleter
{
    public const string CommandName = "__complete";

    private const int MostNames = 500;

    public static int Run(ReadOnlySpan<string> args)
    {
        string prefix = args.IsEmpty ? "" : args[0];
        string? file = null;
        string? baseFile = null;
        bool functions = false;
        for (int i = 1; i < args.Length; i++)
        {
            bool hasValue = i + 1 < args.Length;
            switch (args[i])
            {
                case "-f" or "--file" when hasValue:
                    file = args[++i];
                    break;
                case "-B" or "--base" when hasValue:
                    baseFile = args[++i];
                    break;
                case "--functions":
                    functions = true;
                    break;
            }
        }

        try
        {
            Write(prefix, file, baseFile, functions);
        }
        catch (Exception) when (Environment.GetEnvironmentVariable("BTFTOOL_DEBUG") != "1")
        {
            return ExitCode.Unusable;
        }

        return ExitCode.Done;
    }

    private static void Write(string prefix, string? file, string? baseFile, bool functions)
    {
        // A pipe would be read until somebody closes it. DWARF takes too long for a key.
        if (file is not null && !Posix.IsRegularFile(file))
        {
            return;
        }

        var options = new SourceOptions { Format = SourceFormat.Btf, BasePath = file is null ? null : baseFile };
        using TypeSource source = file is null ? SourceOpener.OpenDefault(options) : SourceOpener.Open(file, options);
        var text = new StringBuilder();
        foreach (string name in NameCompletion.Find(source.Graph, prefix, functions, MostNames))
        {
            if (!name.Any(char.IsControl))
            {
                text.Append(name).Append('\n');
            }
        }

        TextOutput.Write(text.ToString());
    }
}
