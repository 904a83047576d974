using System.CommandLine;
using BtfTool.Cli.Completion;
using BtfTool.Cli.Help;
using BtfTool.Cli.Output;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool completion</c>: a script that makes a shell complete what is typed behind <c>btftool</c>.</summary>
internal static class CompletionCommand
{
    public static CommandEntry Entry { get; } = new("completion", "Write a completion script for a shell: bash, zsh or fish", Fill,
    [
        ("source <(btftool completion bash)", "for this session; in ~/.bashrc for all"),
        ("btftool completion zsh >~/.zfunc/_btftool", "in a folder that is in fpath before compinit runs"),
        ("btftool completion fish >~/.config/fish/completions/btftool.fish", "where fish looks"),
    ]);

    /// <summary>The shells that there are scripts for.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish"];

    private static void Fill(Command command)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish" };
        command.Arguments.Add(shell);
        command.Validators.Add(result =>
        {
            if (result.GetResult(shell) is { Tokens.Count: 1 } typed && !Shells.Contains(typed.Tokens[0].Value))
            {
                result.AddError($"There is a script for {string.Join(", ", Shells)}, not for '{typed.Tokens[0].Value}'.");
            }
        });
        command.SetAction(r =>
        {
            TextOutput.Write(ScriptFor(r.GetValue(shell)!));
            return ExitCode.Done;
        });
    }

    private static string ScriptFor(string shell)
    {
        IReadOnlyList<CommandModel> commands = CommandModel.ReadAll();
        IReadOnlyList<OptionModel> rootOptions = CommandModel.ReadRootOptions();
        return shell switch
        {
            "bash" => BashScript.Write(commands, rootOptions),
            "zsh" => ZshScript.Write(commands, rootOptions),
            _ => FishScript.Write(commands, rootOptions),
        };
    }
}
