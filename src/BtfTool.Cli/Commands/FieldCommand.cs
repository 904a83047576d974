using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Emit.Fields;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool field</c>: which member lies at an offset, and at which offset a member lies.</summary>
internal static class FieldCommand
{
    private const int DefaultCachelineBytes = 64;

    public static CommandEntry Entry { get; } = new("field", "Say which member lies at an offset, or where a member lies", Fill,
    [
        ("btftool field task_struct 0x1a8", "all members that lie at a byte, nested ones by their path"),
        ("btftool field sk_buff 'cb[3]' tstamp 0x28", "where members lie, and what lies at 0x28"),
        ("btftool field task_struct+0x1a8 page+8", "types and offsets as kernel messages have them"),
        ("btftool field task_struct 'sched_class->enqueue_task'", "through a pointer, in the type that it points to"),
        ("perf script ... | btftool field -", "many: lines with TYPE OFFSET, TYPE+OFFSET or TYPE PATH"),
    ]);

    private static void Fill(Command command)
    {
        var options = new Options();
        command.Arguments.Add(options.Words);
        options.Common.AddTo(command, options.Own);
        command.Validators.Add(options.Validate);
        command.SetAction(options.Run);
    }

    private sealed class Options
    {
        public Argument<string[]> Words { get; } = new("TYPE OFFSET|PATH")
        {
            Description = "A struct or union, then offsets (424, 0x1a8, 424:3 for a bit) and paths ('a.b[3].c'); or TYPE+OFFSET; "
                + "'-' reads such lines from standard input",
            Arity = ArgumentArity.ZeroOrMore,
        };

        public CommonOptions Common { get; } = new();

        private readonly Option<int> _cacheline = new("--cacheline")
        {
            Description = "Bytes of a cache line [default: 64]",
            HelpName = "N",
        };

        private readonly Option<bool> _json = CommonOptions.Flag("--json", "Write JSON (docs/schemas/field.schema.json)");

        private readonly Option<string> _color = CommonOptions.Color();

        public IEnumerable<Option> Own => [_cacheline, _json, _color];

        public void Validate(CommandResult result)
        {
            string[] words = WordsOf(result.GetResult(Words));
            string? type = DefaultType(words);
            bool readsInput = words.Contains("-") || words.Length <= (type is null ? 0 : 1);
            if (readsInput && !words.Contains("-") && Posix.IsTerminal(Posix.StandardInput))
            {
                result.AddError(words.Length == 0 ? "Give a TYPE and an OFFSET or a PATH."
                    : $"Give an OFFSET in {words[0]} or the PATH of a member.");
            }

            foreach (string word in words.Skip(type is null ? 0 : 1).Where(word => word != "-"))
            {
                if (FieldQuestion.Parse(word, type, out string? problem) is null)
                {
                    result.AddError(problem + ".");
                }
            }

            if (result.GetResult(_cacheline) is { Tokens.Count: 1 } line
                && !(int.TryParse(line.Tokens[0].Value, out int bytes) && bytes is > 0 and <= 1 << 20 && int.IsPow2(bytes)))
            {
                result.AddError("--cacheline takes a power of two, at most 1048576.");
            }

            if (result.GetResult(_color) is { Tokens.Count: 1 } color && color.Tokens[0].Value is not ("auto" or "always" or "never"))
            {
                result.AddError($"--color takes auto, always or never, not '{color.Tokens[0].Value}'.");
            }
        }

        public int Run(ParseResult r)
        {
            string[] words = r.GetValue(Words) ?? [];
            string? type = DefaultType(words);
            using TypeSource source = Common.OpenSource(r);
            var subjects = new FieldSubjects(source, () => Common.ReadGraphs(r, source));
            var answers = AnswersOfArguments(words, type, subjects);
            using OutputTarget target = Common.OpenTarget(r);
            int cacheline = r.GetResult(_cacheline) is { Implicit: false } ? r.GetValue(_cacheline) : DefaultCachelineBytes;
            var text = r.GetValue(_json) ? null
                : new Utf8Writer(target.Writer, Colours.Wanted(r.GetValue(_color) ?? "auto", Common.OutputPath(r)));
            using FieldJsonWriter? json = text is null ? new FieldJsonWriter(target.Writer, cacheline) : null;
            Action<FieldAnswer> write = text is null ? json!.Write : new FieldTextWriter(text, cacheline).Write;
            bool allAnswered = true;
            foreach (IReadOnlyList<FieldAnswer>? batch in answers)
            {
                allAnswered &= batch is null ? WriteAnswersOfInput(type, subjects, write) : WriteAll(batch, write);
            }

            text?.Flush();
            json?.End();
            target.Commit();
            return allAnswered ? ExitCode.Done : ExitCode.Unusable;
        }

        // Nothing is written unless every argument has an answer; null stands where standard input is to be read.
        private static List<IReadOnlyList<FieldAnswer>?> AnswersOfArguments(string[] words, string? type, FieldSubjects subjects)
        {
            var answers = new List<IReadOnlyList<FieldAnswer>?>();
            string? problem = null;
            foreach (string word in words.Skip(type is null ? 0 : 1))
            {
                if (word == "-")
                {
                    answers.Add(null);
                    continue;
                }

                answers.Add(subjects.Answer(FieldQuestion.Parse(word, type, out _)!, out string? here));
                if (here is not null && problem is not null)
                {
                    Messages.Error(problem);
                }

                problem = here ?? problem;
            }

            return problem is not null ? throw new UnusableException(problem) : answers.Count > 0 ? answers : [null];
        }

        // A line without an answer is reported and stepped over: the others have theirs.
        private static bool WriteAnswersOfInput(string? type, FieldSubjects subjects, Action<FieldAnswer> write)
        {
            bool allAnswered = true;
            foreach ((long number, string line) in InputLines.Read())
            {
                string? problem = null;
                if (FieldQuestion.Parse(line, type, out string? misread) is { } question)
                {
                    WriteAll(subjects.Answer(question, out problem), write);
                }

                if ((problem ?? misread) is { } said)
                {
                    Messages.Error($"line {number}: {said}");
                    allAnswered = false;
                }
            }

            return allAnswered;
        }

        private static bool WriteAll(IReadOnlyList<FieldAnswer> answers, Action<FieldAnswer> write)
        {
            foreach (FieldAnswer answer in answers)
            {
                if (answer.Location?.Warning is { } warning)
                {
                    Messages.Warning(warning);
                }

                write(answer);
            }

            return true;
        }

        private static string[] WordsOf(ArgumentResult? result) => result is null ? [] : [.. result.Tokens.Select(token => token.Value)];

        // The first argument, unless it says a place already: then all of them do.
        private static string? DefaultType(string[] words) =>
            words.Length == 0 || words[0] == "-" || FieldQuestion.NamesTypeAndPlace(words[0]) ? null : words[0];
    }
}
