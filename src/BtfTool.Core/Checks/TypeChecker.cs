using System.Globalization;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Core.Checks;

/// <summary>Holds types of one graph against the rules of blocks.</summary>
/// <param name="input">The input.</param>
/// <param name="graph">The graph, one of the input's.</param>
/// <param name="cachelineBytes">Bytes of a cache line.</param>
/// <param name="report">Takes the findings.</param>
internal sealed partial class TypeChecker(CheckInput input, TypeGraph graph, int cachelineBytes, Action<CheckFinding> report)
{
    // What may have been meant is looked for among all members: only for the first.
    private const int MostSuggestions = 100;

    private readonly TypeGraph _graph = graph;
    private readonly LayoutAnalyzer _analyzer = new(graph);
    private readonly List<CheckedMember> _members = [];
    private FieldPathResolver? _resolver;
    private AlignmentInference? _inference;
    private CachelineGroupFinder? _groupFinder;
    private CachelineGroups? _groups;
    private TypeId _groupsOf;
    private StructLayout? _layout;
    private CheckBlock _block = null!;
    private TypeRef _type;
    private TypeId _target;
    private LayoutSummary? _summary;
    private int _suggestions;

    private AlignmentInference Inference => _inference ??= new AlignmentInference(_analyzer, _graph, cachelineBytes);

    private StructLayout Layout => _layout is { } known && known.Type == _target ? known : _layout = _analyzer.Analyze(_target);

    private LayoutSummary Summary => _summary ??= _analyzer.Summarize(_target);

    private string TypeName => $"{_block.Keyword} {_type.View.NameString}";

    /// <summary>Holds a type against all rules of a block.</summary>
    public void Check(CheckBlock block, TypeId type)
    {
        _block = block;
        _type = new TypeRef(_graph, type);
        _target = TypeNameQuery.CompositeBehind(_graph, type) ?? _analyzer.Sizes.Strip(type);
        _summary = null;
        Check(block.Rules);
    }

    private void Check(List<CheckRule> rules)
    {
        foreach (CheckRule rule in rules)
        {
            if (rule.Kind == CheckKind.When)
            {
                Check(Holds(rule) ? rule.Body : rule.Else);
            }
            else if (Fits(rule))
            {
                Check(rule);
            }
        }
    }

    private bool Fits(CheckRule rule)
    {
        bool fits = rule.Kind switch
        {
            CheckKind.Size when rule.Members.Count == 0 => true,
            CheckKind.Alignment => true,
            CheckKind.Value => _graph[_target].IsEnum,
            CheckKind.Members => _graph[_target].IsComposite || _graph[_target].IsEnum,
            _ => _graph[_target].IsComposite,
        };
        if (!fits)
        {
            Report(rule, CheckRules.WrongKind, $"'{TypeName}' has no {(rule.Kind == CheckKind.Value ? "enumerators" : "members")}: the rule does not fit it");
        }

        return fits;
    }

    private void Check(CheckRule rule)
    {
        switch (rule.Kind)
        {
            case CheckKind.Size when rule.Members.Count == 0:
                Compare(rule, _analyzer.Sizes.SizeBytesOf(_target), "size", "bytes");
                break;
            case CheckKind.Alignment:
                Compare(rule, Inference.AlignmentBytesOf(_type.Id), "alignment", "bytes");
                break;
            case CheckKind.Members:
                Compare(rule, _graph[_target].ElementsInList, "number of members", "");
                break;
            case CheckKind.Value:
                CheckValue(rule);
                break;
            case CheckKind.Exists or CheckKind.Absent:
                CheckPresence(rule);
                break;
            case CheckKind.Group:
                CheckGroup(rule);
                break;
            case CheckKind.NoStraddle when rule.Members.Count == 0 || rule.IsExcept:
                CheckStraddles(rule);
                break;
            default:
                if (rule.Members.Count > 0)
                {
                    CheckMembers(rule);
                }
                else
                {
                    CheckSummary(rule);
                }

                break;
        }
    }

    private void CheckSummary(CheckRule rule)
    {
        switch (rule.Kind)
        {
            case CheckKind.Holes:
                Compare(rule, Summary.Holes, "number of holes", "");
                break;
            case CheckKind.HoleBytes:
                Compare(rule, Summary.HoleBytes, "bytes in holes", "");
                break;
            case CheckKind.BitHoles:
                Compare(rule, Summary.BitHoles, "number of bit holes", "");
                break;
            case CheckKind.Padding:
                Compare(rule, Summary.PaddingBytes, "padding", "bytes");
                break;
            case CheckKind.Cachelines:
                Compare(rule, Summary.CachelinesOf(cachelineBytes), "number of cache lines", "");
                break;
            case CheckKind.NoHoles when Summary.Holes > 0 || Summary.BitHoles > 0:
                ReportHoles(rule);
                break;
            case CheckKind.NoPadding when Summary.PaddingBytes > 0 || Summary.PaddingBits > 0:
                string found = Summary.PaddingBytes > 0 ? Count(Summary.PaddingBytes, "byte") : Count(Summary.PaddingBits, "bit");
                Report(rule, CheckRules.Of(rule.Kind), $"{TypeName} has {found} of padding", "none", found, bitOffset: (Summary.SizeBytes - 1) * 8);
                break;
        }
    }

    private void ReportHoles(CheckRule rule)
    {
        string found = Summary.Holes > 0 ? $"{Count(Summary.Holes, "hole")} of {Count(Summary.HoleBytes, "byte")}" : "";
        found += Summary.Holes > 0 && Summary.BitHoles > 0 ? ", " : "";
        found += Summary.BitHoles > 0 ? $"{Count(Summary.BitHoles, "bit hole")} of {Count(Summary.BitHoleBits, "bit")}" : "";
        long place = 0;
        foreach (ref readonly MemberLayout member in Layout.Members)
        {
            if (member.HoleBytes > 0 || member.HoleBits > 0)
            {
                place = member.BitOffset;
                break;
            }
        }

        Report(rule, CheckRules.Of(rule.Kind), $"{TypeName} has {found}", "none", found, bitOffset: place);
    }

    private static string Count(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    private void Compare(CheckRule rule, Int128 found, string what, string unit, CheckedMember? member = null)
    {
        if (CheckComparisons.Holds(rule.Comparison, found, rule.Number))
        {
            return;
        }

        string subject = member is { } m ? $"{TypeName}.{m.Name}" : TypeName;
        string value = found.ToString(CultureInfo.InvariantCulture) + (unit.Length > 0 ? " " + unit : "");
        Report(rule, CheckRules.Of(rule.Kind), $"{subject}: {what} is {value}, expected {rule.Expected}", rule.Expected, value, member);
    }

    private void CheckValue(CheckRule rule)
    {
        TypeView type = _graph[_target];
        foreach (EnumeratorView enumerator in type.Enumerators)
        {
            if (_graph.NameString(enumerator.NameId) == rule.Members[0])
            {
                Int128 value = type.Flag ? enumerator.Value : type.Kind == TypeKind.Enum ? (uint)enumerator.Value : (ulong)enumerator.Value;
                Compare(rule, value, "value", "", new CheckedMember(rule.Members[0], -1, 0, 0, TypeId.Void));
                return;
            }
        }

        Missing(rule, rule.Members[0], $"{TypeName} has no enumerator '{rule.Members[0]}'");
    }

    private void CheckPresence(CheckRule rule)
    {
        bool isThere = TryFind(rule.Members[0], out CheckedMember member, out string? problem);
        if (isThere && rule.Kind == CheckKind.Absent)
        {
            Report(rule, CheckRules.Of(rule.Kind), $"{TypeName} has a member '{member.Name}', expected none", "absent", "there", member);
        }
        else if (!isThere && rule.Kind == CheckKind.Exists)
        {
            Missing(rule, rule.Members[0], $"{TypeName}: {problem}");
        }
    }

    // Lists of members are judged where all are there.
    private void CheckMembers(CheckRule rule)
    {
        _members.Clear();
        bool areAll = true;
        foreach (string name in rule.Members)
        {
            if (TryFind(name, out CheckedMember member, out string? problem))
            {
                _members.Add(member);
            }
            else
            {
                areAll = false;
                Missing(rule, name, $"{TypeName}: {problem}");
            }
        }

        if (areAll || (rule.IsOptional && _members.Count > 1))
        {
            Judge(rule);
        }
    }

    private bool TryFind(string name, out CheckedMember member, out string? problem)
    {
        _resolver ??= new FieldPathResolver(new FieldPaths(_graph));
        _resolver.Suggests = _suggestions < MostSuggestions;
        FieldPathResult result = _resolver.Resolve(_target, name);
        problem = result.Problem;
        member = result.Location is not { } place ? default
            : new CheckedMember(name, place.BitOffset, place.BitfieldBits, place.SizeBytes, place.Type);
        return result.Location is not null;
    }

    private bool Holds(CheckRule rule)
    {
        foreach (CheckCondition condition in rule.Conditions)
        {
            if (Holds(condition, rule) == condition.IsNegated)
            {
                return false;
            }
        }

        return true;
    }

    private bool Holds(CheckCondition condition, CheckRule rule) => condition.Kind switch
    {
        ConditionKind.Has => HasMember(condition.Text),
        ConditionKind.Size => CheckComparisons.Holds(condition.Comparison, _analyzer.Sizes.SizeBytesOf(_target), condition.Number),
        ConditionKind.Pointer => CheckComparisons.Holds(condition.Comparison, _graph.PointerSizeBytes, condition.Number),
        ConditionKind.Cacheline => CheckComparisons.Holds(condition.Comparison, cachelineBytes, condition.Number),
        ConditionKind.Target => CheckEvaluator.IsFor(condition.Text, input),
        _ => IsArch(condition, rule),
    };

    private bool HasMember(string name)
    {
        if (_graph[_target].IsEnum)
        {
            foreach (EnumeratorView enumerator in _graph[_target].Enumerators)
            {
                if (_graph.NameString(enumerator.NameId) == name)
                {
                    return true;
                }
            }
        }

        return _graph[_target].IsComposite && TryFind(name, out _, out _);
    }

    private bool IsArch(CheckCondition condition, CheckRule rule)
    {
        if (input.Arch is null)
        {
            Report(rule, CheckRules.WrongInput, $"{input.Path} does not say its processor, and 'when arch {condition.Text}' asks for it: give --arch");
        }

        return input.Arch is { } arch && CheckArch.AreSame(arch, condition.Text);
    }

    private void Missing(CheckRule rule, string name, string message)
    {
        if (!rule.IsOptional)
        {
            _suggestions++;
            Report(rule, CheckRules.MissingMember, message, name: name);
        }
    }

    private void Report(CheckRule rule, CheckRuleInfo info, string message, string? expected = null, string? found = null,
        CheckedMember? member = null, string? name = null, long bitOffset = -1) => report(new CheckFinding
        {
            Rule = info,
            IsWarning = rule.IsWarning && !info.IsUnusable,
            Place = rule.Place,
            Type = TypeName,
            Subject = new TypeRef(_graph, _target),
            Member = member?.Name ?? name,
            BitOffset = member?.BitOffset ?? bitOffset,
            Message = message,
            Expected = expected,
            Found = found,
            Target = input.Name,
        });
}
