using System.Globalization;
using System.Text;
using BtfTool.Core.Checks;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Checks;

/// <summary>
/// Writes the rules of a check file as static assertions of C, to be included where the types are defined. What C cannot say is a comment.
/// Not safe to share between threads.
/// </summary>
/// <param name="output">Receives the text.</param>
public sealed class StaticAssertWriter(Utf8Writer output)
{
    private int _cachelineBytes = 64;
    private CheckBlock _block = null!;
    private string _type = "";
    private IReadOnlySet<(string Block, string Member)> _bitfields = new HashSet<(string Block, string Member)>();

    /// <summary>Writes all blocks. Cost: linear in the file.</summary>
    /// <param name="file">The rules.</param>
    /// <param name="bitfields">The members that are bitfields, of which C can say next to nothing.</param>
    public void Write(CheckFile file, IReadOnlySet<(string Block, string Member)> bitfields)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(bitfields);
        _bitfields = bitfields;
        _cachelineBytes = file.Defaults.CachelineBytes > 0 ? file.Defaults.CachelineBytes : 64;
        WriteLine("/* The rules of " + Harmless(file.Path) + " that C can say; include it behind the definitions. Made by btftool check --emit static_assert. */");
        WriteLine("#ifdef __KERNEL__\n#include <linux/stddef.h>\n#else\n#include <stddef.h>\n#endif");
        if (file.Defaults.PointerBytes > 0)
        {
            WriteLine(string.Create(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(void *) == {file.Defaults.PointerBytes}, \"pointer {file.Defaults.PointerBytes}\");"));
        }

        foreach (CheckBlock block in file.Blocks)
        {
            Write(block);
        }
    }

    private void Write(CheckBlock block)
    {
        _block = block;
        _type = block.Subject == CheckSubject.Typedef ? block.Name : $"{block.Keyword} {block.Name}";
        WriteLine("");
        string? reason = block.IsMatch ? "C has no patterns" : block.IsOptional ? "optional: C cannot ask whether a type is there"
            : block.Target is { } target ? $"only for the target {target}" : block.DeclarationFile is not null ? "C cannot ask for a file"
            : !IsIdentifier(block.Name) ? "the name is none of C" : null;
        if (reason is not null)
        {
            WriteLine($"/* {Harmless(block.Title)}: {Harmless(reason)} */");
            return;
        }

        WriteLine($"/* {block.Title} */");
        Write(block.Rules);
    }

    private void Write(List<CheckRule> rules)
    {
        foreach (CheckRule rule in rules)
        {
            if (rule.Kind == CheckKind.When)
            {
                WriteWhen(rule);
            }
            else if (rule.Kind == CheckKind.Group)
            {
                Comment(rule, $"group {rule.Text}");
            }
            else
            {
                Write(rule);
            }
        }
    }

    private void WriteWhen(CheckRule rule)
    {
        var condition = new StringBuilder();
        foreach (CheckCondition each in rule.Conditions)
        {
            if (PreprocessorOf(each) is not { } text)
            {
                Comment(rule, "when: C cannot ask for this condition");
                return;
            }

            condition.Append(condition.Length > 0 ? " && " : "").Append(each.IsNegated ? "!" : "").Append('(').Append(text).Append(')');
        }

        WriteLine($"#if {condition}");
        Write(rule.Body);
        if (rule.Else.Count > 0)
        {
            WriteLine("#else");
            Write(rule.Else);
        }

        WriteLine("#endif");
    }

    private static string? PreprocessorOf(CheckCondition condition) => condition.Kind switch
    {
        ConditionKind.Pointer => $"__SIZEOF_POINTER__ {CheckComparisons.SignOf(condition.Comparison)} {Number(condition.Number)}",
        ConditionKind.Arch when CheckArch.AreSame(condition.Text, "x86_64") => "defined(__x86_64__)",
        ConditionKind.Arch when CheckArch.AreSame(condition.Text, "i386") => "defined(__i386__)",
        ConditionKind.Arch when CheckArch.AreSame(condition.Text, "aarch64") => "defined(__aarch64__)",
        ConditionKind.Arch when CheckArch.AreSame(condition.Text, "arm") => "defined(__arm__)",
        ConditionKind.Arch when CheckArch.AreSame(condition.Text, "s390x") => "defined(__s390x__)",
        ConditionKind.Arch when CheckArch.AreSame(condition.Text, "ppc64") => "defined(__powerpc64__)",
        ConditionKind.Arch when CheckArch.AreSame(condition.Text, "riscv64") => "defined(__riscv) && __riscv_xlen == 64",
        _ => null,
    };

    private void Write(CheckRule rule)
    {
        foreach (string member in rule.Members)
        {
            if (!IsPath(member))
            {
                Comment(rule, "the name of a member is none of C");
                return;
            }
        }

        if (rule.IsOptional || rule.IsWarning)
        {
            Comment(rule, rule.IsOptional ? "optional" : "only a warning");
            return;
        }

        List<string> taken = [], bitfields = [];
        foreach (string member in rule.Members)
        {
            (IsBitfield(member) ? bitfields : taken).Add(member);
        }

        if (bitfields.Count > 0)
        {
            WriteWithBitfields(rule, bitfields, taken);
            return;
        }

        Write(rule, taken);
    }

    private bool IsBitfield(string member) => _bitfields.Contains((_block.Title, member));

    // C takes neither the offset nor the size of a bitfield; of lists the other members are left.
    private void WriteWithBitfields(CheckRule rule, List<string> bitfields, List<string> taken)
    {
        if (rule.Kind == CheckKind.Exists)
        {
            Assert($"sizeof({Member(bitfields[0])} + 0) > 0", rule);
            return;
        }

        Comment(rule, $"of {string.Join(", ", bitfields)} C cannot say it: a bitfield");
        bool isList = rule.Kind is CheckKind.SameLine or CheckKind.SeparateLines || (rule.Kind == CheckKind.NoStraddle && !rule.IsExcept);
        if (isList && taken.Count >= (rule.Kind == CheckKind.NoStraddle ? 1 : 2))
        {
            Write(rule, taken);
        }
    }

    private void Write(CheckRule rule, List<string> members)
    {
        switch (rule.Kind)
        {
            case CheckKind.SeparateLines when members.Count <= 16:
                WriteSeparate(rule, members);
                break;
            case CheckKind.NoStraddle when members.Count > 0 && !rule.IsExcept:
                foreach (string member in members)
                {
                    Assert($"{Line(member)} == {LastLine(member)}", rule);
                }

                break;
            default:
                if (ExpressionOf(rule, members) is { } expression)
                {
                    Assert(expression, rule);
                }
                else
                {
                    Comment(rule, "C cannot ask for it");
                }

                break;
        }
    }

    private string? ExpressionOf(CheckRule rule, List<string> members)
    {
        string compared = $"{CheckComparisons.SignOf(rule.Comparison)} {Number(rule.Number)}";
        string member = members.Count > 0 ? members[0] : "";
        return rule.Kind switch
        {
            CheckKind.Size => members.Count > 0 ? $"sizeof({Member(member)}) {compared}" : $"sizeof({_type}) {compared}",
            CheckKind.Alignment => $"_Alignof({_type}) {compared}",
            CheckKind.Cachelines => $"(sizeof({_type}) + {_cachelineBytes - 1}) / {_cachelineBytes} {compared}",
            CheckKind.Offset when rule.Bit < 0 => $"{Offset(member)} {compared}",
            CheckKind.Exists => $"{Offset(member)} >= 0",
            CheckKind.First => $"{Offset(member)} == 0",
            CheckKind.Aligned => $"{Offset(member)} % {Number(rule.Number)} == 0",
            CheckKind.Line => $"{Line(member)} {compared}",
            CheckKind.SameLine => SameLine(members),
            CheckKind.TypeIs when !rule.Text.Contains("...", StringComparison.Ordinal) && !rule.Text.AsSpan().ContainsAny("\n\\#;")
                => $"__builtin_types_compatible_p(__typeof__({Member(member)}), {rule.Text})",
            CheckKind.Value => $"{member} {compared}",
            _ => null,
        };
    }

    private string SameLine(List<string> members)
    {
        string line = Line(members[0]);
        var text = new StringBuilder();
        foreach (string member in members)
        {
            text.Append(text.Length > 0 ? " && " : "").Append(CultureInfo.InvariantCulture, $"{line} == {Line(member)} && {line} == {LastLine(member)}");
        }

        return text.ToString();
    }

    private void WriteSeparate(CheckRule rule, List<string> members)
    {
        for (int i = 0; i < members.Count; i++)
        {
            for (int j = i + 1; j < members.Count; j++)
            {
                (string a, string b) = (members[i], members[j]);
                Assert($"{LastLine(a)} < {Line(b)} || {LastLine(b)} < {Line(a)}", rule);
            }
        }
    }

    private string Member(string path) => $"(({_type} *)0)->{path}";

    private string Offset(string path) => $"offsetof({_type}, {path})";

    private string Line(string path) => $"{Offset(path)} / {_cachelineBytes}";

    private string LastLine(string path) => $"({Offset(path)} + sizeof({Member(path)}) - (sizeof({Member(path)}) != 0)) / {_cachelineBytes}";

    private void Assert(string expression, CheckRule rule) =>
        WriteLine($"_Static_assert({expression}, \"{_block.Title}: {Harmless(Path.GetFileName(rule.Place.File)).Replace("\\", "/", StringComparison.Ordinal).Replace("\"", "'", StringComparison.Ordinal)}:{rule.Place.Line}\");");

    private void Comment(CheckRule rule, string reason) =>
        WriteLine($"/* {rule.Kind} of line {rule.Place.Line.ToString(CultureInfo.InvariantCulture)}: {Harmless(reason)} */");

    private void WriteLine(string text)
    {
        output.Write(text);
        output.Write((byte)'\n');
    }

    private static string Number(Int128 number) => number.ToString(CultureInfo.InvariantCulture)
        + (number > long.MaxValue ? "ull" : number > int.MaxValue || number < int.MinValue ? "ll" : "");

    private static string Harmless(string text) => text.Replace("*/", "* /", StringComparison.Ordinal).Replace("/*", "/ *", StringComparison.Ordinal)
        .Replace('\n', ' ').Replace('\r', ' ');

    private static bool IsIdentifier(string text)
    {
        bool isName = text.Length > 0 && !char.IsAsciiDigit(text[0]);
        foreach (char c in text)
        {
            isName &= char.IsAsciiLetterOrDigit(c) || c == '_';
        }

        return isName;
    }

    private static bool IsPath(string text)
    {
        bool isPath = text.Length > 0 && !char.IsAsciiDigit(text[0]);
        foreach (char c in text)
        {
            isPath &= char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '[' or ']';
        }

        return isPath;
    }
}
