using System.Text;
using BtfTool.Cli.Help;

namespace BtfTool.Cli.Completion;

/// <summary>The script for bash (4 or later), which needs no other package.</summary>
internal static class BashScript
{
    public static string Write(IReadOnlyList<CommandModel> commands, IReadOnlyList<OptionModel> rootOptions)
    {
        string start = string.Join(' ', commands.Select(command => command.Name).Concat(rootOptions.SelectMany(option => option.Names)));
        return Template
            .Replace("@START@", start, StringComparison.Ordinal)
            .Replace("@VALUES@", ValueCases(commands), StringComparison.Ordinal)
            .Replace("@OPTIONS@", OptionCases(commands), StringComparison.Ordinal)
            .Replace("@ARGUMENTS@", ArgumentCases(commands), StringComparison.Ordinal);
    }

    private static string ValueCases(IReadOnlyList<CommandModel> commands)
    {
        var cases = new StringBuilder();
        foreach (CommandModel command in commands)
        {
            foreach (OptionModel option in command.Options.Where(option => option.Label is not null))
            {
                string names = string.Join(" | ", option.Names.Select(name => $"{command.Name}:{name}"));
                string end = option.IsValueOptional ? "((${#COMPREPLY[@]})) && return" : "return";
                cases.Append($"        {names}) {Action(option.Values)}; {end} ;;\n");
            }
        }

        return cases.ToString().TrimEnd('\n');
    }

    private static string OptionCases(IReadOnlyList<CommandModel> commands)
    {
        var cases = new StringBuilder();
        foreach (CommandModel command in commands)
        {
            string names = string.Join(' ', command.Options.SelectMany(option => option.Names));
            cases.Append($"            {command.Name}) _btftool_words '' \"$cur\" {names} ;;\n");
        }

        return cases.ToString().TrimEnd('\n');
    }

    private static string ArgumentCases(IReadOnlyList<CommandModel> commands)
    {
        var cases = new StringBuilder();
        foreach (CommandModel command in commands.Where(command => command.Arguments.Count > 0))
        {
            cases.Append($"        {command.Name}) {Action(command.Arguments[0].Values)} ;;\n");
        }

        return cases.ToString().TrimEnd('\n');
    }

    private static string Action(ValueSet values) => values.Kind switch
    {
        ValueKind.File => "_btftool_paths -f",
        ValueKind.Folder => "_btftool_paths -d",
        ValueKind.Type => "_btftool_names",
        ValueKind.Function => "_btftool_names --functions",
        ValueKind.Word => $"_btftool_words '' \"$cur\" {string.Join(' ', values.Words)}",
        ValueKind.WordList => $"_btftool_list {string.Join(' ', values.Words)}",
        ValueKind.SortOrder => $"_btftool_order {string.Join(' ', values.Words)}",
        ValueKind.Condition => $"_btftool_condition {string.Join(' ', values.Words)}",
        _ => ":",
    };

    private const string Template = """
        # bash completion for btftool, written by 'btftool completion bash'.

        # Words that go on from the last part of what was typed: STEM PART WORD...
        _btftool_words() {
            local stem=$1 part=$2
            shift 2
            mapfile -t COMPREPLY < <(compgen -P "$stem" -W "$*" -- "$part")
        }

        _btftool_more() {
            compopt -o nospace 2>/dev/null
        }

        _btftool_list() {
            local part=${cur##*,}
            _btftool_more
            _btftool_words "${cur%"$part"}" "$part" "$@"
        }

        _btftool_order() {
            case $cur in
                *,*) _btftool_list asc desc ;;
                *) _btftool_list "$@" ;;
            esac
        }

        _btftool_condition() {
            local part=${cur##*[!a-z_]}
            _btftool_more
            _btftool_words "${cur%"$part"}" "$part" "$@"
        }

        _btftool_paths() {
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
        }

        # Names of types from the file on the line, else from the kernel.
        _btftool_names() {
            local -a from=("$@")
            local i word value
            for ((i = 2; i < ${#COMP_WORDS[@]}; i++)); do
                word=${COMP_WORDS[i]} value=${COMP_WORDS[i + 1]-}
                [[ $value == "=" ]] && value=${COMP_WORDS[i + 2]-}
                value=${value//[\'\"\\]/}
                value=${value/#\~\//"$HOME"/}
                case $word in
                    -f | --file) from+=(-f "$value") ;;
                    -B | --base) from+=(-B "$value") ;;
                    --functions) from+=(--functions) ;;
                esac
            done
            local tool=${COMP_WORDS[0]/#\~\//"$HOME"/}
            mapfile -t COMPREPLY < <("$tool" __complete "$cur" "${from[@]}" 2>/dev/null)
        }

        _btftool() {
            local cur=${COMP_WORDS[COMP_CWORD]} prev="" command="" plain="" i
            COMPREPLY=()
            ((COMP_CWORD > 1)) && prev=${COMP_WORDS[COMP_CWORD - 1]}
            if [[ $cur == "=" ]]; then
                cur=""
            elif [[ $prev == "=" ]]; then
                prev=${COMP_WORDS[COMP_CWORD - 2]}
            fi
            case $cur in
                \'* | \"*) cur=${cur:1} ;;
            esac
            for ((i = 1; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                    --) plain=1 ;;
                    -*) ;;
                    *) [[ -z $command ]] && command=${COMP_WORDS[i]} ;;
                esac
            done
            if [[ -z $command ]]; then
                _btftool_words '' "$cur" @START@
                return
            fi
            case $command:$prev in
        @VALUES@
            esac
            if [[ $cur == -* && -z $plain ]]; then
                case $command in
        @OPTIONS@
                esac
                return
            fi
            case $command in
        @ARGUMENTS@
            esac
        }

        complete -F _btftool btftool

        """;
}
