namespace BtfTool.Cli.Help;

/// <summary>A manual page.</summary>
/// <param name="Name">Its name without the section, such as <c>btftool-show</c>.</param>
/// <param name="Section">1 for commands, 7 for topics.</param>
/// <param name="Text">The page in the <c>man</c> macros of roff.</param>
internal sealed record ManPage(string Name, int Section, string Text);

/// <summary>The manual pages, made from the commands and topics: one of the program, one of each command, one of each topic.</summary>
internal static class ManPages
{
    private static readonly (string Code, string Meaning)[] s_exitCodes =
    [
        ("0", "Done."),
        ("1", "Done, and what was asked about was found: differences, violations."),
        ("2", "Wrong usage; nothing was read."),
        ("3", "An input cannot be used, an output cannot be written, or a required type is missing."),
        ("4", "An internal error; please report it."),
    ];

    private static readonly (string Name, string Meaning)[] s_environment =
    [
        ("NO_COLOR", "Not empty: no colours, unless an option asks for them."),
        ("TERM", "dumb: no colours and no progress line."),
        ("BTFTOOL_DEBUG", "1: an internal error ends with the trace of the exception."),
    ];

    private static readonly (string Path, string Meaning)[] s_files =
    [
        ("/sys/kernel/btf/vmlinux", "The types of the running kernel, read where no file is named."),
        ("/sys/kernel/btf/MODULE", "The types that a module adds to them."),
        ("/boot/vmlinux-RELEASE, /lib/modules/RELEASE/build/vmlinux, /usr/lib/debug/boot/vmlinux-RELEASE",
            "Kernels of distributions, read where the running kernel does not tell its types."),
        ("/usr/lib/debug", "Separate debug files, by build ID, by debug link and by place."),
    ];

    /// <summary>All pages, that of the program first.</summary>
    public static IEnumerable<ManPage> All()
    {
        IReadOnlyList<CommandModel> commands = CommandModel.ReadAll();
        yield return new ManPage("btftool", 1, Program(commands));
        foreach (CommandModel command in commands)
        {
            yield return new ManPage("btftool-" + command.Name, 1, Page(command, commands));
        }

        foreach (Topic topic in Topics.All)
        {
            yield return new ManPage("btftool-" + topic.Name, 7, Page(topic));
        }
    }

    private static string Program(IReadOnlyList<CommandModel> commands)
    {
        var page = new RoffWriter("btftool", 1);
        page.Section("NAME").Text("btftool - how types lie in memory");
        page.Section("SYNOPSIS").Line($"{RoffWriter.Bold("btftool")} {RoffWriter.Italic("COMMAND")} [{RoffWriter.Italic("ARGUMENT")} ...]");
        page.Section("DESCRIPTION").Text(CommandTree.Description);
        page.Text("Without a file the commands ask the running kernel.");
        page.Section("COMMANDS");
        foreach (CommandModel command in commands)
        {
            page.Item(RoffWriter.Bold($"btftool-{command.Name}") + "(1)", command.Description + ".");
        }

        page.Section("TOPICS");
        foreach (Topic topic in Topics.All)
        {
            page.Item(RoffWriter.Bold($"btftool-{topic.Name}") + "(7)", topic.Title + ".");
        }

        page.Section("OPTIONS");
        AddOptions(page, CommandModel.ReadRootOptions());
        AddExitStatus(page);
        page.Section("ENVIRONMENT");
        foreach ((string name, string meaning) in s_environment)
        {
            page.Item(RoffWriter.Bold(name), meaning);
        }

        AddFiles(page);
        AddExamples(page, commands.Select(command => command.Examples[0]));
        page.Section("SEE ALSO").Line($"{RoffWriter.Bold("pahole")}(1), {RoffWriter.Bold("bpftool-btf")}(8)");
        return page.ToString();
    }

    private static string Page(CommandModel command, IReadOnlyList<CommandModel> all)
    {
        var page = new RoffWriter("btftool-" + command.Name, 1);
        page.Section("NAME").Text($"btftool-{command.Name} - {command.Description}");
        string arguments = string.Concat(command.Arguments.Select(Usage));
        string options = command.Options.Any(option => option.Names[^1] != "--help") ? $" [{RoffWriter.Italic("OPTION")} ...]" : "";
        page.Section("SYNOPSIS").Line($"{RoffWriter.Bold("btftool " + command.Name)}{arguments}{options}");
        page.Section("DESCRIPTION").Text(command.Description + ".");
        foreach (ArgumentModel argument in command.Arguments)
        {
            page.Item(RoffWriter.Italic(argument.Label), argument.Description);
        }

        page.Section("OPTIONS");
        AddOptions(page, command.Options);
        AddExitStatus(page);
        if (command.Options.Any(option => option.Values.Kind == ValueKind.File))
        {
            AddFiles(page);
        }

        AddExamples(page, command.Examples);
        IEnumerable<string> others = all.Where(other => other != command).Select(other => $"{RoffWriter.Bold($"btftool-{other.Name}")}(1)");
        page.Section("SEE ALSO").Line(string.Join(", ", others.Prepend($"{RoffWriter.Bold("btftool")}(1)")));
        return page.ToString();
    }

    private static string Page(Topic topic)
    {
        var page = new RoffWriter("btftool-" + topic.Name, 7);
        page.Section("NAME").Text($"btftool-{topic.Name} - {topic.Title}");
        page.Section("DESCRIPTION").Verbatim(topic.Text);
        page.Section("SEE ALSO").Line($"{RoffWriter.Bold("btftool")}(1), {RoffWriter.Bold("btftool-help")}(1)");
        return page.ToString();
    }

    private static string Usage(ArgumentModel argument)
    {
        string name = RoffWriter.Italic(argument.Label) + (argument.Repeats ? " ..." : "");
        return argument.IsOptional ? $" [{name}]" : " " + name;
    }

    private static void AddOptions(RoffWriter page, IReadOnlyList<OptionModel> options)
    {
        foreach (OptionModel option in options)
        {
            string value = option.Label is null ? "" : option.IsValueOptional
                ? $" [{RoffWriter.Italic(option.Label)}]" : " " + RoffWriter.Italic(option.Label);
            page.Item(string.Join(", ", option.Names.Select(RoffWriter.Bold)) + value, option.Description);
        }
    }

    private static void AddExitStatus(RoffWriter page)
    {
        page.Section("EXIT STATUS");
        foreach ((string code, string meaning) in s_exitCodes)
        {
            page.Item(RoffWriter.Bold(code), meaning);
        }
    }

    private static void AddFiles(RoffWriter page)
    {
        page.Section("FILES");
        foreach ((string path, string meaning) in s_files)
        {
            page.Item(RoffWriter.Italic(path), meaning);
        }
    }

    private static void AddExamples(RoffWriter page, IEnumerable<(string Line, string Meaning)> examples)
    {
        page.Section("EXAMPLES");
        foreach ((string line, string meaning) in examples)
        {
            page.Item(RoffWriter.Bold(line), char.ToUpperInvariant(meaning[0]) + meaning[1..]);
        }
    }
}
