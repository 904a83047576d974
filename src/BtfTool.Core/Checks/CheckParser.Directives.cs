using System.Globalization;
using BtfTool.Core.Compare;
using BtfTool.Core.Queries;

namespace BtfTool.Core.Checks;

/// <content>Baselines and suppressions.</content>
internal sealed partial class CheckParser
{
    private void ReadBaseline(CheckPlace place)
    {
        string path = ReadText("a file between quotes");
        var allowed = new List<ChangeClass>();
        if (TryWord("allow"))
        {
            do
            {
                CheckToken token = _token;
                string word = ReadName("the class of a change, such as tail_growth");
                ChangeClass? known = ChangeWords.Of(word);
                allowed.Add(known ?? throw Mistake(token.Place,
                    $"'{word}' is no class of change{NameSuggestions.Among(ChangeWords.All, word)}; there are {string.Join(", ", ChangeWords.All)}"));
            }
            while (TryComma());
        }

        file.Baselines.Add(new CheckBaseline(place, path, allowed, _target));
    }

    private void ReadSuppression(CheckPlace place)
    {
        var rules = new List<string>();
        do
        {
            rules.Add(ReadSuppressedRule());
        }
        while (TryComma());

        CheckSubject subject = ReadSubject();
        bool isPattern = _token.Kind == CheckTokenKind.Text;
        CheckPlace namePlace = _token.Place;
        string name = isPattern ? ReadPattern() : ReadName("the name of a type");
        string? member = null;
        if (isPattern)
        {
            reader.CountPattern(namePlace, name);
            member = TryWord("member") ? ReadName("the name of a member") : null;
        }
        else if (name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0)
        {
            member = name[(dot + 1)..];
            name = name[..dot];
        }

        DateOnly? until = TryWord("until") ? ReadDate() : null;
        if (!TryWord("reason"))
        {
            throw Expected(until is null ? "until or reason" : "reason");
        }

        file.Suppressions.Add(new CheckSuppression
        {
            Place = place,
            Rules = rules,
            Subject = subject,
            TypeName = name,
            IsPattern = isPattern,
            Member = member,
            Until = until,
            Reason = ReadText("the reason between quotes"),
            Target = _target,
        });
    }

    private string ReadSuppressedRule()
    {
        CheckToken token = _token;
        string id = ReadName("the id of a rule, such as BT012");
        if (CheckRules.Find(id) is not { } rule)
        {
            throw Mistake(token.Place, $"'{id}' is no rule; 'btftool check --rules' lists them");
        }

        return !rule.IsAboutCheck ? rule.Id
            : throw Mistake(token.Place, $"{rule.Id} ({rule.Name}) cannot be suppressed{(rule.Id is "BT001" or "BT002" or "BT003" ? ": say 'optional' where something may be missing" : "")}");
    }

    private DateOnly ReadDate()
    {
        CheckToken token = _token;
        if (token.Kind != CheckTokenKind.Number
            || !DateOnly.TryParseExact(token.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
        {
            throw Expected("a date such as 2027-12-01");
        }

        Advance();
        return date;
    }
}
