using System.Text;
using BtfTool.Cli.Help;

namespace BtfTool.Cli.Completion;

/// <summary>The script for zsh: a function for a folder in <c>fpath</c>, or to be sourced behind <c>compinit</c>.</summary>
internal static class ZshScript
{
    public static string Write(IReadOnlyList<CommandModel> commands, IReadOnlyList<OptionModel> rootOptions)
    {
        var names = new StringBuilder();
        var cases = new StringBuilder();
        foreach (CommandModel command in commands)
        {
            names.Append($"    {ScriptText.Quote($"{command.Name}:{ScriptText.Short(command.Description)}")}\n");
            cases.Append($"        {command.Name})\n            _arguments -s -S{Specifications(command.Options)}{Arguments(command)}\n            ;;\n");
        }

        return Template
            .Replace("@COMMANDS@", names.ToString().TrimEnd('\n'), StringComparison.Ordinal)
            .Replace("@ROOT@", Specifications(rootOptions), StringComparison.Ordinal)
            .Replace("@CASES@", cases.ToString().TrimEnd('\n'), StringComparison.Ordinal);
    }

    private static string Specifications(IReadOnlyList<OptionModel> options)
    {
        var text = new StringBuilder();
        foreach (OptionModel option in options)
        {
            string others = option.Repeats ? "'*'" : option.Names.Count > 1 ? $"'({string.Join(' ', option.Names)})'" : "";
            string[] names = [.. option.Names.Select(name => option.Label is null ? name : name.StartsWith("--", StringComparison.Ordinal) ? name + "=" : name + "+")];
            string spelled = names.Length > 1 ? $"{{{string.Join(',', names)}}}" : names[0];
            string description = ScriptText.Short(option.Description).Replace("]", "\\]", StringComparison.Ordinal);
            string value = option.Label is null ? "" : $"{(option.IsValueOptional ? "::" : ":")}{Message(option.Label)}:{Action(option.Values)}";
            text.Append($" \\\n                {others}{spelled}{ScriptText.Quote($"[{description}]{value}")}");
        }

        return text.ToString();
    }

    private static string Arguments(CommandModel command)
    {
        var text = new StringBuilder();
        foreach (ArgumentModel argument in command.Arguments)
        {
            string place = argument.Repeats ? "*:" : argument.IsOptional ? "::" : ":";
            text.Append($" \\\n                {ScriptText.Quote($"{place}{Message(argument.Label)}:{Action(argument.Values)}")}");
        }

        return text.ToString();
    }

    private static string Message(string label) => label.ToLowerInvariant().Replace(":", "\\:", StringComparison.Ordinal);

    private static string Action(ValueSet values) => values.Kind switch
    {
        ValueKind.File => "_files",
        ValueKind.Folder => "_files -/",
        ValueKind.Type => "_btftool_names",
        ValueKind.Function => "_btftool_names --functions",
        ValueKind.Word => $"({string.Join(' ', values.Words)})",
        ValueKind.WordList => $"_btftool_list {string.Join(' ', values.Words)}",
        ValueKind.SortOrder => $"_btftool_order {string.Join(' ', values.Words)}",
        ValueKind.Condition => $"_btftool_condition {string.Join(' ', values.Words)}",
        _ => " ",
    };

    // _arguments puts options of compadd in front of what an action is given; they end where the words of the script begin.
    private const string Template = """
        #compdef btftool
        # zsh completion for btftool, written by 'btftool completion zsh'.

        _btftool_commands() {
          local -a commands=(
        @COMMANDS@
          )
          _describe -t commands command commands
        }

        _btftool_part() {
          local -a options=()
          while [[ $1 == -* ]]; do
            case $1 in
              -[JVXxPSpsiIWdMFEOr]) options+=("$1" "$2"); shift 2 ;;
              --) shift; break ;;
              -) shift; break ;;
              *) options+=("$1"); shift ;;
            esac
          done
          compadd "${options[@]}" -S '' -- "$@"
        }

        _btftool_list() {
          compset -P '*,'
          _btftool_part "$@"
        }

        _btftool_order() {
          if compset -P '*,'; then
            compadd asc desc
          else
            _btftool_part "$@"
          fi
        }

        _btftool_condition() {
          compset -P '*[^a-z_]'
          _btftool_part "$@"
        }

        # Names of types from the file on the line, else from the kernel.
        _btftool_names() {
          local -a from=() names=()
          local -i i
          local value
          (( ${@[(I)--functions]} )) && from+=(--functions)
          for (( i = 2; i <= $#words; i++ )); do
            value=${~${(Q)words[i+1]}}
            case $words[i] in
              -f|--file) from+=(-f "$value") ;;
              --file=*) from+=(-f "${~${(Q)words[i]#--file=}}") ;;
              -B|--base) from+=(-B "$value") ;;
              --base=*) from+=(-B "${~${(Q)words[i]#--base=}}") ;;
              --functions) from+=(--functions) ;;
            esac
          done
          names=("${(@f)$("${~${(Q)_btftool_tool}}" __complete "${(Q)PREFIX}" "${from[@]}" 2>/dev/null)}")
          names=(${names:#})
          (( $#names )) && compadd -- "${names[@]}"
        }

        _btftool() {
          local curcontext=$curcontext state line _btftool_tool=$words[1]
          typeset -A opt_args
          _arguments -C@ROOT@ \
            '(-)1: :_btftool_commands' \
            '(-)*:: :->arguments'
          if [[ $state == arguments ]]; then
            case $words[1] in
        @CASES@
            esac
          fi
        }

        if [[ $funcstack[1] == _btftool ]]; then
          _btftool "$@"
        else
          compdef _btftool btftool
        fi

        """;
}
