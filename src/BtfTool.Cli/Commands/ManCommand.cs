using System.CommandLine;
using BtfTool.Cli.Help;
using BtfTool.Cli.Output;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool man</c>: the manual pages, made from what the program says of itself.</summary>
internal static class ManCommand
{
    public static CommandEntry Entry { get; } = new("man", "Write the manual pages", Fill,
    [
        ("btftool man | man -l -", "the page of the program"),
        ("btftool man /usr/local/share/man", "all pages, where man finds them"),
    ]);

    private static void Fill(Command command)
    {
        Argument<string?> folder = new("DIR")
        {
            Description = "Write all pages, to DIR/man1 and DIR/man7 [default: the page of the program, to standard output]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        command.Arguments.Add(folder);
        command.SetAction(r => Run(r.GetValue(folder)));
    }

    private static int Run(string? folder)
    {
        if (folder is null)
        {
            TextOutput.Write(ManPages.All().First().Text);
            return ExitCode.Done;
        }

        foreach (ManPage page in ManPages.All())
        {
            string section = Path.Combine(folder, $"man{page.Section}");
            try
            {
                Directory.CreateDirectory(section);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UnusableException($"cannot make {section}: {FileErrors.Describe(e, section)}");
            }

            TextOutput.Write(page.Text, Path.Combine(section, $"{page.Name}.{page.Section}"));
        }

        return ExitCode.Done;
    }
}
