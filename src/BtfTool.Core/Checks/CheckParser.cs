using System.Globalization;
using BtfTool.Core.Queries;

namespace BtfTool.Core.Checks;

/// <summary>
/// Reads the statements of one file into a <see cref="CheckFile"/>. A statement with a mistake is left out and the next one read, so that
/// one run reports several. Cost: linear in the text.
/// </summary>
/// <param name="lexer">The tokens.</param>
/// <param name="file">Takes what is read.</param>
/// <param name="reader">Reads what is included, and takes mistakes.</param>
internal sealed partial class CheckParser(CheckLexer lexer, CheckFile file, CheckReader reader)
{
    private const string TopWords = "struct, union, enum, typedef, match, target, include, baseline or suppress";

    private CheckToken _token;
    private string? _target;
    private int _nesting;
    private bool _isInList;

    /// <summary>Reads all statements.</summary>
    public void Run()
    {
        Advance();
        while (_token.Kind != CheckTokenKind.End && !reader.IsFull)
        {
            Statement(ReadTop);
        }
    }

    // Ends the statement that is being read; the mistake has been reported.
    private sealed class MistakeException : Exception;

    private void Advance() => _token = lexer.Next();

    private MistakeException Mistake(CheckPlace place, string message)
    {
        reader.Report(place, message);
        return new MistakeException();
    }

    private MistakeException Expected(string what)
    {
        if (_token.Kind == CheckTokenKind.Broken)
        {
            return new MistakeException();
        }

        return Mistake(_token.Place, $"{what} expected, found {_token.Shown}");
    }

    // Reads one statement and the separator behind it; behind a mistake, all up to the next statement.
    private void Statement(Action read)
    {
        if (_token.Kind == CheckTokenKind.Separator)
        {
            Advance();
            return;
        }

        try
        {
            read();
            if (!_token.EndsStatement)
            {
                throw Expected("the end of the line or ';'");
            }
        }
        catch (MistakeException)
        {
            SkipStatement();
        }
    }

    private void SkipStatement()
    {
        int depth = _isInList ? 1 : 0;
        _isInList = false;
        for (; _token.Kind != CheckTokenKind.End; Advance())
        {
            if (depth == 0 && _token.EndsStatement)
            {
                return;
            }

            depth += _token.IsMark('{') ? 1 : _token.IsMark('}') ? -1 : 0;
        }
    }

    private void SkipLines()
    {
        while (_token is { Kind: CheckTokenKind.Separator, Text: "\n" })
        {
            Advance();
        }
    }

    private void ReadTop()
    {
        CheckPlace place = _token.Place;
        bool isOptional = TryWord("optional");
        string word = _token.Kind == CheckTokenKind.Word ? _token.Text : "";
        switch (word)
        {
            case "struct" or "union" or "enum" or "typedef" or "match":
                ReadBlock(place, isOptional);
                return;
            case "target" or "include" or "baseline" or "suppress" when !isOptional:
                Advance();
                ReadDirective(word, place);
                return;
        }

        if (_token.IsMark('}'))
        {
            CheckPlace closing = _token.Place;
            Advance();
            throw Mistake(closing, "'}' closes nothing: " + TopWords + " expected");
        }

        throw _token.Kind == CheckTokenKind.Broken ? Expected("") : Mistake(_token.Place, IsRuleWord(word)
            ? $"'{word}' is a rule and stands inside a block: struct NAME {{ {word} ... }}"
            : $"{TopWords} expected, found {_token.Shown}{NameSuggestions.Among(s_topWords, word)}");
    }

    private static readonly string[] s_topWords =
        ["struct", "union", "enum", "typedef", "match", "target", "include", "baseline", "suppress", "optional"];

    private void ReadDirective(string word, CheckPlace place)
    {
        switch (word)
        {
            case "target":
                ReadTarget(place);
                break;
            case "include":
                string path = ReadText("a file between quotes");
                reader.Include(place, path, file);
                break;
            case "baseline":
                ReadBaseline(place);
                break;
            default:
                ReadSuppression(place);
                break;
        }
    }

    private void ReadBlock(CheckPlace place, bool isOptional)
    {
        bool isMatch = TryWord("match");
        CheckSubject subject = ReadSubject();
        CheckPlace namePlace = _token.Place;
        string name = isMatch ? ReadPattern() : ReadName($"the name of a {(subject == CheckSubject.Typedef ? "typedef" : "type")}");
        if (isMatch)
        {
            reader.CountPattern(namePlace, name);
        }

        var block = new CheckBlock
        {
            Place = place,
            Subject = subject,
            Name = name,
            IsMatch = isMatch,
            IsOptional = isOptional,
            Target = _target,
        };
        while (_token.Kind == CheckTokenKind.Word)
        {
            ReadBlockOption(block);
        }

        ReadBody(() => Statement(() => ReadMember(block)));
        file.Blocks.Add(block);
    }

    private void ReadBlockOption(CheckBlock block)
    {
        if (TryWord("optional"))
        {
            block.IsOptional = true;
        }
        else if (TryWord("decl_file"))
        {
            block.DeclarationFile = ReadPattern();
        }
        else if (block.IsMatch && TryWord("except"))
        {
            do
            {
                CheckPlace place = _token.Place;
                block.Except.Add(ReadPattern());
                reader.CountPattern(place, block.Except[^1]);
            }
            while (TryComma());
        }
        else
        {
            throw Expected(block.IsMatch ? "'{', optional, except or decl_file" : "'{', optional or decl_file");
        }
    }

    // What stands in a block is a rule or says which types are meant.
    private void ReadMember(CheckBlock block)
    {
        if (TryWord("decl_file"))
        {
            block.DeclarationFile = ReadPattern();
            return;
        }

        ReadRule(block.Rules, block.Subject);
    }

    private CheckSubject ReadSubject()
    {
        CheckSubject subject = _token.Text switch
        {
            "struct" => CheckSubject.Struct,
            "union" => CheckSubject.Union,
            "enum" => CheckSubject.Enum,
            "typedef" => CheckSubject.Typedef,
            _ => throw Expected("struct, union, enum or typedef"),
        };
        if (_token.Kind != CheckTokenKind.Word)
        {
            throw Expected("struct, union, enum or typedef");
        }

        Advance();
        return subject;
    }

    // A block without its opening brace is read as if it were there: its rules are no mistakes.
    private void ReadBody(Action readStatement)
    {
        CheckPlace place = _token.Place;
        if (_token.IsMark('{'))
        {
            Advance();
        }
        else if (_token.Kind == CheckTokenKind.Separator)
        {
            SkipLines();
            if (!_token.IsMark('{'))
            {
                throw Mistake(place, "'{' expected, found the end of the line");
            }

            Advance();
        }
        else
        {
            throw Expected("'{'");
        }

        while (!_token.IsMark('}') && !reader.IsFull)
        {
            if (_token.Kind == CheckTokenKind.End)
            {
                throw Mistake(_token.Place, $"'}}' expected for the '{{' of line {place.Line}, found the end of the file");
            }

            readStatement();
        }

        Advance();
    }

    private void ReadTarget(CheckPlace place)
    {
        CheckToken name = _token;
        string text = ReadName("cacheline, arch, pointer or the name of a target");
        bool isBlock = _token.IsMark('{') || (_token.Kind == CheckTokenKind.Separator && text is not ("cacheline" or "arch" or "pointer"));
        if (!isBlock)
        {
            if (name.Kind != CheckTokenKind.Word || !ReadSetting(file.Defaults, text))
            {
                throw Expected("'{'");
            }

            return;
        }

        if (_target is not null)
        {
            throw Mistake(place, $"a target inside the target '{_target}': end that one with '}}' first");
        }

        CheckTarget? target = file.Targets.Find(known => known.Name == text);
        if (target is null)
        {
            target = new CheckTarget(text, place);
            file.Targets.Add(target);
        }

        _target = text;
        try
        {
            ReadBody(() => Statement(() => ReadOfTarget(target)));
        }
        finally
        {
            _target = null;
        }
    }

    private void ReadOfTarget(CheckTarget target)
    {
        if (_token is { Kind: CheckTokenKind.Word, Text: "cacheline" or "arch" or "pointer" } setting)
        {
            Advance();
            ReadSetting(target, setting.Text);
            return;
        }

        ReadTop();
    }

    private bool ReadSetting(CheckTarget target, string setting)
    {
        switch (setting)
        {
            case "cacheline":
                CheckPlace place = _token.Place;
                Int128 bytes = ReadNumber("bytes of a cache line");
                target.CachelineBytes = bytes > 0 && bytes <= 1 << 20 && Int128.IsPow2(bytes) ? (int)bytes
                    : throw Mistake(place, "a power of two, at most 1048576, expected");
                return true;
            case "arch":
                target.Arch = ReadArch();
                return true;
            case "pointer":
                target.PointerBytes = ReadPointerBytes();
                return true;
            default:
                return false;
        }
    }

    private string ReadArch()
    {
        CheckPlace place = _token.Place;
        string name = ReadName("the name of a processor, such as x86_64");
        return CheckArch.IsKnown(name) ? name : throw Mistake(place, $"'{name}' is no processor that is known: {Layout.TargetMachine.Words}");
    }

    private int ReadPointerBytes()
    {
        CheckPlace place = _token.Place;
        Int128 bytes = ReadNumber("4 or 8");
        return bytes == 4 || bytes == 8 ? (int)bytes : throw Mistake(place, $"pointers have 4 or 8 bytes, not {bytes.ToString(CultureInfo.InvariantCulture)}");
    }

    private bool TryWord(string word)
    {
        bool is_ = _token.IsWord(word);
        if (is_)
        {
            Advance();
        }

        return is_;
    }

    // Behind a comma the list may go on in the next line.
    private bool TryComma()
    {
        if (!_token.IsMark(','))
        {
            return false;
        }

        Advance();
        SkipLines();
        return true;
    }

    private string ReadName(string what)
    {
        if (_token.Kind is not (CheckTokenKind.Word or CheckTokenKind.Text) || _token.Text.Length == 0)
        {
            throw Expected(what);
        }

        string name = _token.Text;
        Advance();
        return name;
    }

    private string ReadText(string what)
    {
        if (_token.Kind != CheckTokenKind.Text)
        {
            throw Expected(what);
        }

        string text = _token.Text;
        Advance();
        return text;
    }

    private string ReadPattern()
    {
        CheckPlace place = _token.Place;
        string pattern = ReadText("a pattern between quotes");
        return System.Text.Encoding.UTF8.GetByteCount(pattern) <= reader.Limits.MaxPatternBytes ? pattern
            : throw Mistake(place, $"the pattern is longer than {reader.Limits.MaxPatternBytes} bytes");
    }

    private Int128 ReadNumber(string what)
    {
        if (_token.Kind != CheckTokenKind.Number)
        {
            throw Expected("a number (" + what + ")");
        }

        Int128 number = ParseNumber(_token);
        Advance();
        return number;
    }

    private Int128 ParseNumber(CheckToken token)
    {
        ReadOnlySpan<char> text = token.Text;
        bool isNegative = text[0] == '-';
        text = isNegative ? text[1..] : text;
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isNumber = isHex
            ? ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (!isNumber)
        {
            throw Mistake(token.Place, $"{token.Shown} is no number: decimal or, with 0x, hexadecimal digits of at most 64 bits expected");
        }

        return isNegative ? -(Int128)value : value;
    }
}
