using System.Text;
using BtfTool.Cli.Help;

namespace BtfTool.Cli.Completion;

/// <summary>The script for fish (3 or later).</summary>
internal static class FishScript
{
    public static string Write(IReadOnlyList<CommandModel> commands, IReadOnlyList<OptionModel> rootOptions)
    {
        var text = new StringBuilder(Functions);
        foreach (CommandModel command in commands)
        {
            text.Append($"complete -c btftool -n '__btftool_is' -a {command.Name} -d {Quote(ScriptText.Short(command.Description))}\n");
        }

        foreach (OptionModel option in rootOptions)
        {
            Append(text, "", option);
        }

        foreach (CommandModel command in commands)
        {
            text.Append('\n');
            foreach (OptionModel option in command.Options)
            {
                Append(text, command.Name, option);
            }

            foreach (ArgumentModel argument in command.Arguments)
            {
                text.Append($"complete -c btftool -n '__btftool_is {command.Name}'{Action(argument.Values)}\n");
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string command, OptionModel option)
    {
        text.Append($"complete -c btftool -n '{$"__btftool_is {command}".TrimEnd()}'");
        foreach (string name in option.Names)
        {
            text.Append(name.StartsWith("--", StringComparison.Ordinal) ? $" -l {name[2..]}" : $" -s {name[1..]}");
        }

        // fish has no word for a value that may be left out: without -r it offers what else there is.
        text.Append(option.Label is null || option.IsValueOptional ? "" : option.Values.Kind == ValueKind.File ? " -r" : " -x");
        text.Append(option.Label is null || option.IsValueOptional ? "" : Action(option.Values));
        text.Append($" -d {Quote(ScriptText.Short(option.Description))}\n");
    }

    private static string Action(ValueSet values) => values.Kind switch
    {
        ValueKind.File => " -F",
        ValueKind.Folder => " -a '(__fish_complete_directories (commandline -ct))'",
        ValueKind.Type => " -a '(__btftool_names)'",
        ValueKind.Function => " -a '(__btftool_names --functions)'",
        ValueKind.Word => $" -a '{string.Join(' ', values.Words)}'",
        ValueKind.WordList => $" -a '(__btftool_list , {string.Join(' ', values.Words)})'",
        ValueKind.SortOrder => $" -a '(__btftool_order {string.Join(' ', values.Words)})'",
        ValueKind.Condition => $" -a '(__btftool_list \"[^a-z_]\" {string.Join(' ', values.Words)})'",
        _ => "",
    };

    // In single quotes fish knows a backslash and a quote behind one.
    private static string Quote(string text) =>
        "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";

    private const string Functions = """
        # fish completion for btftool, written by 'btftool completion fish'.

        # Whether the command on the line is the one that is named, or whether there is none yet.
        function __btftool_is
            set -l tokens (commandline -opc)
            for token in $tokens[2..-1]
                if not string match -q -- '-*' $token
                    test "$token" = "$argv[1]"
                    return
                end
            end
            test -z "$argv[1]"
        end

        # Words that go on from the last part of what was typed: SEPARATOR WORD...
        function __btftool_list
            set -l stem (string replace -r -- "^((?:.*$argv[1])?).*" '$1' (commandline -ct))
            printf '%s\n' $stem$argv[2..-1]
        end

        function __btftool_order
            set -l column (string split -- , (commandline -ct))[1]
            if string match -q -- '*,*' (commandline -ct)
                printf '%s\n' $column,asc $column,desc
            else
                printf '%s\n' $argv
            end
        end

        # Names of types from the file on the line, else from the kernel.
        function __btftool_names
            set -l tokens (commandline -opc)
            set -l from $argv
            for i in (seq 2 (count $tokens))
                set -l value (string replace -r -- '^~/' "$HOME/" "$tokens[$(math $i + 1)]")
                switch $tokens[$i]
                    case -f --file
                        set -a from -f $value
                    case -B --base
                        set -a from -B $value
                    case '--file=*'
                        set -a from -f (string replace -- --file= '' $tokens[$i])
                    case '--base=*'
                        set -a from -B (string replace -- --base= '' $tokens[$i])
                    case --functions
                        set -a from --functions
                end
            end
            set -l typed (commandline -ct | string unescape 2>/dev/null)
            $tokens[1] __complete "$typed" $from 2>/dev/null
        end

        complete -c btftool -f

        """;
}
