using BtfTool.Core.Queries;

namespace BtfTool.Core.Checks;

/// <content>Rules and conditions.</content>
internal sealed partial class CheckParser
{
    private static readonly Dictionary<string, CheckKind> s_rules = new()
    {
        ["size"] = CheckKind.Size,
        ["alignment"] = CheckKind.Alignment,
        ["holes"] = CheckKind.Holes,
        ["hole_bytes"] = CheckKind.HoleBytes,
        ["bit_holes"] = CheckKind.BitHoles,
        ["padding"] = CheckKind.Padding,
        ["no_holes"] = CheckKind.NoHoles,
        ["no_padding"] = CheckKind.NoPadding,
        ["cachelines"] = CheckKind.Cachelines,
        ["members"] = CheckKind.Members,
        ["offset"] = CheckKind.Offset,
        ["member"] = CheckKind.Exists,
        ["type"] = CheckKind.TypeIs,
        ["first"] = CheckKind.First,
        ["last"] = CheckKind.Last,
        ["same_line"] = CheckKind.SameLine,
        ["separate_lines"] = CheckKind.SeparateLines,
        ["no_straddle"] = CheckKind.NoStraddle,
        ["line"] = CheckKind.Line,
        ["group"] = CheckKind.Group,
        ["fast"] = CheckKind.Fast,
        ["aligned"] = CheckKind.Aligned,
        ["value"] = CheckKind.Value,
        ["bits"] = CheckKind.Bits,
        ["when"] = CheckKind.When,
    };

    private static bool IsRuleWord(string word) => s_rules.ContainsKey(word);

    private void ReadRule(List<CheckRule> rules, CheckSubject subject)
    {
        CheckPlace place = _token.Place;
        bool isOptional = false, isWarning = false;
        while (_token.Kind == CheckTokenKind.Word && _token.Text is "optional" or "warn")
        {
            isOptional |= _token.Text == "optional";
            isWarning |= _token.Text == "warn";
            Advance();
        }

        string word = _token.Kind == CheckTokenKind.Word ? _token.Text : "";
        if (!s_rules.TryGetValue(word, out CheckKind kind))
        {
            throw _token.Kind == CheckTokenKind.Broken ? Expected("")
                : Mistake(_token.Place, $"a rule expected, found {_token.Shown}{NameSuggestions.Among(s_rules.Keys, word)}");
        }

        if (subject == CheckSubject.Enum && kind is not (CheckKind.Size or CheckKind.Members or CheckKind.Value or CheckKind.When))
        {
            throw Mistake(_token.Place, $"'{word}' is no rule for an enum: size, members, value or when expected");
        }

        if (subject is CheckSubject.Struct or CheckSubject.Union && kind == CheckKind.Value)
        {
            throw Mistake(_token.Place, $"'value' is a rule for an enum, not for a {(subject == CheckSubject.Struct ? "struct" : "union")}");
        }

        Advance();
        var rule = new CheckRule { Place = place, Kind = kind, IsOptional = isOptional, IsWarning = isWarning };
        ReadArguments(rule, subject);
        rule.IsOptional |= TryWord("optional");
        rules.Add(rule);
    }

    private void ReadArguments(CheckRule rule, CheckSubject subject)
    {
        switch (rule.Kind)
        {
            case CheckKind.NoHoles or CheckKind.NoPadding:
                break;
            case CheckKind.Size when _token.Kind is CheckTokenKind.Word or CheckTokenKind.Text && subject != CheckSubject.Enum:
            case CheckKind.Line or CheckKind.Bits:
                rule.Members = [ReadName("the name of a member")];
                ReadComparison(rule);
                break;
            case CheckKind.Offset:
                rule.Members = [ReadName("the name of a member")];
                ReadComparison(rule, hasBit: true);
                break;
            case CheckKind.Value:
                rule.Members = [ReadName("the name of an enumerator")];
                ReadComparison(rule);
                break;
            case CheckKind.First or CheckKind.Last:
                rule.Members = [ReadName("the name of a member")];
                break;
            case CheckKind.SameLine or CheckKind.SeparateLines:
                rule.Members = ReadNames(atLeast: 2);
                break;
            case CheckKind.NoStraddle:
                rule.IsExcept = TryWord("except");
                rule.Members = !rule.IsExcept && (_token.EndsStatement || _token.IsWord("optional")) ? [] : ReadNames(atLeast: 1);
                break;
            default:
                ReadOthers(rule, subject);
                break;
        }
    }

    private void ReadOthers(CheckRule rule, CheckSubject subject)
    {
        switch (rule.Kind)
        {
            case CheckKind.Exists:
                rule.Members = [ReadName("the name of a member")];
                if (TryWord("absent"))
                {
                    rule.Kind = CheckKind.Absent;
                }
                else if (!TryWord("exists"))
                {
                    throw Expected("exists or absent");
                }

                break;
            case CheckKind.TypeIs:
                rule.Members = [ReadName("the name of a member")];
                ExpectWord("is");
                rule.Text = ReadText("the type as C between quotes");
                break;
            case CheckKind.Aligned:
                rule.Members = [ReadName("the name of a member")];
                CheckPlace place = _token.Place;
                rule.Number = ReadNumber("bytes");
                _ = rule.Number > 0 ? 0 : throw Mistake(place, "a number of bytes above 0 expected");
                break;
            case CheckKind.Fast:
                rule.Members = ReadBracedNames();
                ExpectWord("lines");
                ReadComparison(rule);
                break;
            case CheckKind.Group:
                rule.Text = ReadName("the name of a group");
                ReadBody(() => Statement(() => ReadOfGroup(rule)));
                break;
            case CheckKind.When:
                ReadWhen(rule, subject);
                break;
            default:
                ReadComparison(rule);
                break;
        }
    }

    private void ExpectWord(string word)
    {
        if (!TryWord(word))
        {
            throw Expected($"'{word}'");
        }
    }

    private void ReadComparison(CheckRule rule, bool hasBit = false)
    {
        if (_token.Kind != CheckTokenKind.Operator)
        {
            throw Expected("a comparison (==, !=, <=, >=, < or >)");
        }

        rule.Comparison = CheckComparisons.Of(_token.Text);
        Advance();
        if (hasBit && _token.Kind == CheckTokenKind.Number && _token.Text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
        {
            rule.Number = ParseNumber(_token with { Text = _token.Text[..colon] });
            string bit = _token.Text[(colon + 1)..];
            rule.Bit = bit.Length == 1 && bit[0] is >= '0' and <= '7' ? bit[0] - '0'
                : throw Mistake(_token.Place, $"{_token.Shown} is no place of a bitfield: BYTE:BIT with a bit from 0 to 7 expected");
            Advance();
            return;
        }

        rule.Number = ReadNumber("decimal or 0x...");
    }

    private List<string> ReadNames(int atLeast)
    {
        var names = new List<string>();
        do
        {
            names.Add(ReadName("the name of a member"));
        }
        while (TryComma());

        return names.Count >= atLeast ? names : throw Expected($"',' and another member (at least {atLeast})");
    }

    private List<string> ReadBracedNames()
    {
        if (!_token.IsMark('{'))
        {
            throw Expected("'{'");
        }

        Advance();
        _isInList = true;
        var names = new List<string>();
        for (SkipLines(); !_token.IsMark('}'); SkipLines())
        {
            names.Add(ReadName("the name of a member"));
            SkipLines();
            if (!TryComma() && !_token.IsMark('}'))
            {
                throw Expected("',' or '}'");
            }
        }

        _ = names.Count > 0 ? 0 : throw Expected("the name of a member");
        _isInList = false;
        Advance();
        return names;
    }

    private void ReadOfGroup(CheckRule group)
    {
        CheckPlace place = _token.Place;
        CheckKind kind = _token.Text switch
        {
            "lines" => CheckKind.GroupLines,
            "bytes" => CheckKind.GroupBytes,
            "contains" => CheckKind.GroupContains,
            _ => throw Expected("lines, bytes or contains"),
        };
        Advance();
        var rule = new CheckRule { Place = place, Kind = kind, Text = group.Text, IsOptional = group.IsOptional, IsWarning = group.IsWarning };
        if (kind == CheckKind.GroupContains)
        {
            rule.Members = ReadNames(atLeast: 1);
        }
        else
        {
            ReadComparison(rule);
        }

        group.Body.Add(rule);
    }

    private void ReadWhen(CheckRule rule, CheckSubject subject)
    {
        if (_nesting >= reader.Limits.MaxNesting)
        {
            throw Mistake(rule.Place, $"'when' nests deeper than {reader.Limits.MaxNesting}");
        }

        var conditions = new List<CheckCondition>();
        do
        {
            conditions.Add(ReadCondition());
        }
        while (TryWord("and"));

        rule.Conditions = conditions;
        _nesting++;
        try
        {
            ReadBody(() => Statement(() => ReadRule(rule.Body, subject)));
            if (TryWord("else"))
            {
                ReadBody(() => Statement(() => ReadRule(rule.Else, subject)));
            }
        }
        finally
        {
            _nesting--;
        }
    }

    private CheckCondition ReadCondition()
    {
        CheckPlace place = _token.Place;
        bool isNegated = TryWord("not");
        var number = new CheckRule { Place = place, Kind = CheckKind.Size };
        ConditionKind? kind = _token.Kind != CheckTokenKind.Word ? null : _token.Text switch
        {
            "has" => ConditionKind.Has,
            "size" => ConditionKind.Size,
            "pointer" => ConditionKind.Pointer,
            "cacheline" => ConditionKind.Cacheline,
            "arch" => ConditionKind.Arch,
            "target" => ConditionKind.Target,
            _ => null,
        };
        if (kind is null)
        {
            throw Expected("has(MEMBER), size, pointer, cacheline, arch or target");
        }

        Advance();
        string text = "";
        switch (kind)
        {
            case ConditionKind.Has:
                ExpectMark('(');
                text = ReadName("the name of a member");
                ExpectMark(')');
                break;
            case ConditionKind.Arch:
                text = ReadArch();
                break;
            case ConditionKind.Target:
                text = ReadName("the name of a target");
                break;
            case ConditionKind.Pointer when _token.Kind == CheckTokenKind.Number:
                number.Number = ReadPointerBytes();
                break;
            default:
                ReadComparison(number);
                break;
        }

        return new CheckCondition(place, kind.Value, isNegated, text, number.Comparison, number.Number);
    }

    private void ExpectMark(char mark)
    {
        if (!_token.IsMark(mark))
        {
            throw Expected($"'{mark}'");
        }

        Advance();
    }
}
