using System.Globalization;
using System.Text;
using BtfTool.Core.Layout;

namespace BtfTool.Core.Checks;

/// <content>Rules about members.</content>
internal sealed partial class TypeChecker
{
    // The members of the rule are in _members.
    private void Judge(CheckRule rule)
    {
        CheckedMember member = _members[0];
        switch (rule.Kind)
        {
            case CheckKind.Size:
                Compare(rule, member.SizeBytes, "size", "bytes", member);
                break;
            case CheckKind.Bits:
                Compare(rule, member.BitfieldBits != 0 ? member.BitfieldBits : (Int128)member.SizeBytes * 8, "width", "bits", member);
                break;
            case CheckKind.Offset:
                JudgeOffset(rule, member);
                break;
            case CheckKind.First when member.BitOffset != 0:
                Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}.{member.Name} is at offset {PlaceOf(member)}, expected first", "offset 0", $"offset {PlaceOf(member)}", member);
                break;
            case CheckKind.Last:
                JudgeLast(rule, member);
                break;
            case CheckKind.Line:
                Compare(rule, member.FirstLine(cachelineBytes), "cache line", "", member);
                break;
            case CheckKind.Aligned when member.BitOffset % (8 * rule.Number) != 0:
                Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}.{member.Name} is at offset {PlaceOf(member)}, expected a multiple of {Text(rule.Number)}",
                    $"multiple of {Text(rule.Number)}", $"offset {PlaceOf(member)}", member);
                break;
            case CheckKind.TypeIs:
                JudgeType(rule, member);
                break;
            case CheckKind.NoStraddle:
                _members.ForEach(each => JudgeStraddle(rule, each));
                break;
            case CheckKind.SameLine:
                JudgeSameLine(rule);
                break;
            case CheckKind.SeparateLines:
                JudgeSeparateLines(rule);
                break;
            case CheckKind.Fast:
                JudgeFast(rule);
                break;
        }
    }

    private static string Text(Int128 number) => number.ToString(CultureInfo.InvariantCulture);

    private static string PlaceOf(in CheckedMember member) => member.BitfieldBits == 0 && member.BitOffset % 8 == 0
        ? (member.BitOffset / 8).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{member.BitOffset / 8}:{member.BitOffset % 8}");

    // Bytes are compared with the byte of the first bit, unless the rule names a bit.
    private void JudgeOffset(CheckRule rule, in CheckedMember member)
    {
        bool holds = rule.Bit < 0
            ? CheckComparisons.Holds(rule.Comparison, member.BitOffset / 8, rule.Number)
            : CheckComparisons.Holds(rule.Comparison, member.BitOffset, (rule.Number * 8) + rule.Bit);
        if (!holds)
        {
            Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}.{member.Name}: offset is {PlaceOf(member)}, expected {rule.Expected}", rule.Expected, PlaceOf(member), member);
        }
    }

    private void JudgeLast(CheckRule rule, in CheckedMember member)
    {
        foreach (ref readonly MemberLayout other in Layout.Members)
        {
            if (other.BitOffset > member.BitOffset && other.BitOffset >= member.EndBits)
            {
                string name = _graph[_target].Members[other.Index].NameString;
                string found = name.Length > 0 ? $"'{name}' behind it" : "an unnamed member behind it";
                Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}.{member.Name} is not last: {found}", "last", found, member);
                return;
            }
        }
    }

    private void JudgeType(CheckRule rule, in CheckedMember member)
    {
        string found = input.TypeText?.Invoke(_graph, member.Type) ?? "";
        if (!IsSameText(found, rule.Text))
        {
            Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}.{member.Name}: type is \"{found}\", expected \"{rule.Text}\"", rule.Text, found, member);
        }
    }

    private static bool IsSameText(string a, string b) => a == b || WithoutBlanks(a) == WithoutBlanks(b);

    // Blanks count only between two words.
    private static string WithoutBlanks(string text)
    {
        var left = new StringBuilder(text.Length);
        bool isBehindBlank = false;
        foreach (char c in text)
        {
            if (c is ' ' or '\t')
            {
                isBehindBlank = true;
                continue;
            }

            if (isBehindBlank && left.Length > 0 && IsOfWord(left[^1]) && IsOfWord(c))
            {
                left.Append(' ');
            }

            left.Append(c);
            isBehindBlank = false;
        }

        return left.ToString();
    }

    private static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';

    private void JudgeStraddle(CheckRule rule, in CheckedMember member)
    {
        long first = member.FirstLine(cachelineBytes), last = member.LastLine(cachelineBytes);
        if (first != last)
        {
            string found = string.Create(CultureInfo.InvariantCulture, $"lines {first} to {last}");
            Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}.{member.Name} crosses cache lines: {found}", "one line", found, member);
        }
    }

    private void CheckStraddles(CheckRule rule)
    {
        var except = new HashSet<string>();
        foreach (string name in rule.Members)
        {
            if (TryFind(name, out _, out string? problem))
            {
                except.Add(name);
            }
            else
            {
                Missing(rule, name, $"{TypeName}: {problem}");
            }
        }

        foreach (ref readonly MemberLayout place in Layout.Members)
        {
            if (!place.Straddles(cachelineBytes))
            {
                continue;
            }

            string name = _graph[_target].Members[place.Index].NameString;
            if (!except.Contains(name))
            {
                JudgeStraddle(rule, new CheckedMember(name.Length > 0 ? name : "(unnamed)", place.BitOffset, place.BitfieldBits, place.SizeBytes, default));
            }
        }
    }

    private void JudgeSameLine(CheckRule rule)
    {
        long first = long.MaxValue, last = 0;
        foreach (CheckedMember member in _members)
        {
            first = Math.Min(first, member.FirstLine(cachelineBytes));
            last = Math.Max(last, member.LastLine(cachelineBytes));
        }

        if (first != last)
        {
            string found = string.Create(CultureInfo.InvariantCulture, $"lines {first} to {last}");
            Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}: {string.Join(", ", rule.Members)} are on {found}, expected one", "one line", found, _members[0]);
        }
    }

    // By the first line, a member shares one only with those that reach as far as it begins.
    private void JudgeSeparateLines(CheckRule rule)
    {
        _members.Sort((a, b) => a.BitOffset.CompareTo(b.BitOffset));
        for (int i = 1, furthest = 0; i < _members.Count; i++)
        {
            CheckedMember before = _members[furthest], member = _members[i];
            if (before.LastLine(cachelineBytes) >= member.FirstLine(cachelineBytes))
            {
                string found = string.Create(CultureInfo.InvariantCulture, $"line {member.FirstLine(cachelineBytes)}");
                Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}: {before.Name} and {member.Name} share {found}, expected different lines", "different lines", found, member);
            }

            furthest = member.LastLine(cachelineBytes) > before.LastLine(cachelineBytes) ? i : furthest;
        }
    }

    private void JudgeFast(CheckRule rule)
    {
        CheckedMember first = _members[0];
        _members.Sort((a, b) => a.BitOffset.CompareTo(b.BitOffset));
        long lines = 0, last = -1;
        foreach (CheckedMember member in _members)
        {
            long end = member.LastLine(cachelineBytes);
            lines += end > last ? end - Math.Max(member.FirstLine(cachelineBytes), last + 1) + 1 : 0;
            last = Math.Max(last, end);
        }

        if (!CheckComparisons.Holds(rule.Comparison, lines, rule.Number))
        {
            string found = Count(lines, "line");
            Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}: {string.Join(", ", rule.Members)} are on {found}, expected {rule.Expected}", rule.Expected, found, first);
        }
    }

    private void CheckGroup(CheckRule rule)
    {
        if (_groups is null || _groupsOf != _target)
        {
            _groupFinder ??= new CachelineGroupFinder(_graph, _analyzer, Inference, cachelineBytes);
            (_groups, _groupsOf) = (_groupFinder.Find(_target), _target);
        }

        foreach (CachelineGroup group in _groups.Groups)
        {
            if (group.Name == rule.Text || (group.Path.Length > 0 && $"{group.Path}.{group.Name}" == rule.Text))
            {
                rule.Body.ForEach(each => JudgeGroup(each, group));
                return;
            }
        }

        Missing(rule, rule.Text, $"{TypeName} has no group '{rule.Text}'");
    }

    private void JudgeGroup(CheckRule rule, CachelineGroup group)
    {
        var place = new CheckedMember(group.Name, group.BitOffset, 0, group.ExtentBytes, default);
        if (rule.Kind == CheckKind.GroupLines)
        {
            Compare(rule, group.Cachelines, "number of cache lines", "", place);
            return;
        }

        if (rule.Kind == CheckKind.GroupBytes)
        {
            Compare(rule, group.MemberBytes, "bytes of the group", "", place);
            return;
        }

        foreach (string name in rule.Members)
        {
            if (!TryFind(name, out CheckedMember member, out string? problem))
            {
                Missing(rule, name, $"{TypeName}: {problem}");
            }
            else if (member.BitOffset < group.BitOffset || member.EndBits > group.EndBits)
            {
                Report(rule, CheckRules.Of(rule.Kind), $"{TypeName}.{name} at offset {PlaceOf(member)} is not in the group {group.Name}",
                    $"in {group.Name}", $"offset {PlaceOf(member)}", member);
            }
        }
    }
}
