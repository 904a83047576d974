using System.Text;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Core.Checks;

/// <summary>Holds inputs against a check file.</summary>
/// <param name="file">The file, read without mistakes.</param>
/// <param name="today">The day on which suppressions may be over.</param>
/// <param name="limits">Bounds; null for the defaults.</param>
public sealed class CheckEvaluator(CheckFile file, DateOnly today, CheckLimits? limits = null)
{
    private readonly CheckLimits _limits = limits ?? CheckLimits.Default;
    private readonly List<CheckFinding> _findings = [];
    private readonly List<string> _passed = [];
    private readonly HashSet<string> _ofBlock = [];
    private readonly HashSet<CheckTarget> _used = [];
    private readonly Dictionary<TypeGraph, TypeChecker> _checkers = [];
    private int _cachelineBytes;
    private long _evaluations;
    private long _left;
    private bool _hasUnusable;

    /// <summary>
    /// Checks inputs one after the other. Cost: one pass over the types of each, then linear in the rules times the types that they are
    /// about.
    /// </summary>
    /// <exception cref="CheckLimitException">The rules times the types are more than <see cref="CheckLimits.MaxEvaluations"/>.</exception>
    public CheckResult Run(params IReadOnlyList<CheckInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (CheckInput input in inputs)
        {
            Check(input);
        }

        foreach (CheckTarget target in file.Targets)
        {
            if (!_used.Contains(target))
            {
                Add(new CheckFinding
                {
                    Rule = CheckRules.NoInput,
                    IsWarning = true,
                    Place = target.Place,
                    Target = target.Name,
                    Message = $"no input was given for the target '{target.Name}': its rules were not checked",
                });
            }
        }

        return new CheckResult(new SuppressionFilter(file, today, target => Uses(target, inputs)).Apply(_findings), _passed, _left);
    }

    /// <summary>Adds what was found elsewhere, such as by a comparison with a baseline; before <see cref="Run"/>.</summary>
    public void Add(CheckFinding finding)
    {
        // That nothing could be checked is never left out: it decides how the run ends.
        bool isFirstUnusable = finding.Rule.IsUnusable && !_hasUnusable;
        if (_findings.Count < _limits.MaxFindings || isFirstUnusable)
        {
            _findings.Add(finding);
            _hasUnusable |= isFirstUnusable;
        }
        else
        {
            _left++;
        }
    }

    private bool Uses(string target, IReadOnlyList<CheckInput> inputs)
    {
        foreach (CheckInput input in inputs)
        {
            if (IsFor(target, input))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether what is said of a target holds for an input: it has its name, or no name and its processor.</summary>
    public static bool IsFor(string? target, CheckInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IsFor(target, input.Name, input.Arch);
    }

    private static bool IsFor(string? target, string? name, string? arch) =>
        target is null || (name is not null ? name == target : arch is not null && CheckArch.AreSame(arch, target));

    /// <summary>The types that the blocks of a file are about in an input; null where the file has no block for it.</summary>
    public static IReadOnlyCollection<TypeId>? TypesOf(CheckFile file, CheckInput input)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(input);
        List<CheckBlock?> blocks = file.Blocks.ConvertAll(block => IsFor(block.Target, input) ? block : null);
        _ = new TypeFinder(blocks).TryFind(new TypeGraphSet(input.Graph), out List<TypeRef>[] found);
        var types = new SortedSet<TypeId>();
        foreach (List<TypeRef> each in found)
        {
            each.ForEach(type => types.Add(type.Id));
        }

        return blocks.Exists(block => block is not null) ? types : null;
    }

    /// <summary>
    /// The names of types that the blocks of a file for an input are about, where nothing else is needed to evaluate it: null where there
    /// are patterns, conditions on declarations, or baselines.
    /// </summary>
    /// <param name="file">The check file.</param>
    /// <param name="name">The name of the input; null where it has none.</param>
    /// <param name="arch">Its processor; null where it is not known.</param>
    public static IReadOnlyCollection<string>? NamesOf(CheckFile file, string? name, string? arch)
    {
        ArgumentNullException.ThrowIfNull(file);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (CheckBlock block in file.Blocks)
        {
            if (!IsFor(block.Target, name, arch))
            {
                continue;
            }

            if (block.IsMatch || block.DeclarationFile is not null)
            {
                return null;
            }

            names.Add(block.Name);
        }

        return file.Baselines.Count > 0 ? null : names;
    }

    /// <summary>Whether each block of a file for an input has a type that is defined.</summary>
    public static bool HasAll(CheckFile file, CheckInput input)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(input);
        foreach (CheckBlock block in file.Blocks)
        {
            if (IsFor(block.Target, input) && !(new TypeFinder([block]).TryFind(PartOf(input, block).Graphs, out List<TypeRef>[] found) && found[0].Count > 0))
            {
                return false;
            }
        }

        return true;
    }

    private static CheckInput PartOf(CheckInput input, CheckBlock block) => input.Parts?.GetValueOrDefault(block.Name) ?? input;

    private void Check(CheckInput input)
    {
        CheckTarget? target = file.Targets.Find(known => IsFor(known.Name, input));
        if (target is not null)
        {
            _used.Add(target);
        }

        bool isRight = CheckSetting(file.Defaults, input);
        isRight &= target is null || CheckSetting(target, input);
        if (!isRight)
        {
            return;
        }

        int cacheline = target?.CachelineBytes > 0 ? target.CachelineBytes : file.Defaults.CachelineBytes > 0
            ? file.Defaults.CachelineBytes : input.CachelineBytes;
        List<CheckBlock?> blocks = file.Blocks.ConvertAll(block => IsFor(block.Target, input) ? block : null);
        _checkers.Clear();
        _cachelineBytes = cacheline;
        var parts = new Dictionary<CheckInput, Part>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < blocks.Count; i++)
        {
            if (blocks[i] is { } block)
            {
                CheckInput of = PartOf(input, block);
                if (!parts.TryGetValue(of, out Part? part))
                {
                    parts[of] = part = Find(blocks, of);
                }

                (List<TypeRef>[] found, bool[] isDeclared) = part;
                long before = _findings.Count + _left;
                _ofBlock.Clear();
                Check(block, found[i], isDeclared[i], of);
                AddPassed(block, input, before, found[i].Count);
            }
        }
    }

    private sealed record Part(List<TypeRef>[] Found, bool[] IsDeclared);

    private static Part Find(List<CheckBlock?> blocks, CheckInput input)
    {
        var finder = new TypeFinder(blocks);
        return finder.TryFind(input.Graphs, out List<TypeRef>[] found) ? new Part(found, finder.IsDeclared)
            : throw new CheckLimitException("the blocks of the check file are about too many types together");
    }

    private void AddPassed(CheckBlock block, CheckInput input, long before, int types)
    {
        if (_findings.Count + _left == before && types > 0)
        {
            _passed.Add(input.Name is null ? block.Title : $"{block.Title} ({input.Name})");
        }
    }

    private TypeChecker CheckerOf(CheckInput input, TypeGraph graph)
    {
        if (!_checkers.TryGetValue(graph, out TypeChecker? checker))
        {
            string? module = graph == input.Graph ? null : input.ModuleOf?.Invoke(graph);
            checker = new TypeChecker(input, graph, _cachelineBytes, finding => OnFinding(finding, module));
            _checkers.Add(graph, checker);
        }

        return checker;
    }

    // Copies of one type find the same.
    private void OnFinding(CheckFinding finding, string? module)
    {
        if (_ofBlock.Add($"{finding.Place.Line}:{finding.Place.Column}:{finding.Place.File}:{finding.Type}:{finding.Message}"))
        {
            Add(module is null ? finding : finding with { Message = $"{finding.Message} (module {module})" });
        }
    }

    private bool CheckSetting(CheckTarget target, CheckInput input)
    {
        string? problem = target.PointerBytes > 0 && target.PointerBytes != input.Graph.PointerSizeBytes
            ? $"{input.Path} has pointers of {input.Graph.PointerSizeBytes} bytes, and the check file asks for {target.PointerBytes}"
            : target.Arch is null ? null
            : input.Arch is null ? $"{input.Path} does not say its processor, and the check file asks for {target.Arch}: give --arch"
            : CheckArch.AreSame(target.Arch, input.Arch) ? null
            : $"{input.Path} is for {input.Arch}, and the check file asks for {target.Arch}";
        if (problem is not null)
        {
            Add(new CheckFinding
            {
                Rule = CheckRules.WrongInput,
                Place = target.Place.Line > 0 ? target.Place : new CheckPlace(file.Path, 1, 1),
                Target = input.Name,
                Message = problem,
            });
        }

        return problem is null;
    }

    private void Check(CheckBlock block, List<TypeRef> types, bool isDeclared, CheckInput input)
    {
        int checkedTypes = types.Count;
        var filters = new Dictionary<TypeGraph, DeclarationFilter>();
        if (block.DeclarationFile is not null && types.Count > 0)
        {
            if (!types.Exists(type => type.Graph.Has(Facet.DeclarationPlace)))
            {
                Missing(block, CheckRules.NoDeclarations, input, $"{input.Path} does not say which files declare its types: '{block.Title}' with decl_file needs DWARF");
                return;
            }
        }

        long weight = 1 + WeightOf(block.Rules);
        foreach (TypeRef type in types)
        {
            if (block.DeclarationFile is { } pattern && !IsDeclaredIn(pattern, type, filters))
            {
                checkedTypes--;
                continue;
            }

            _evaluations += weight;
            if (_evaluations > _limits.MaxEvaluations)
            {
                throw new CheckLimitException($"the rules times the types that they are about are more than {_limits.MaxEvaluations}");
            }

            if (_left <= _limits.MaxCounted)
            {
                CheckerOf(input, type.Graph).Check(block, type.Id);
            }
        }

        if (checkedTypes == 0 && !block.IsOptional)
        {
            string where = block.DeclarationFile is { } file ? $" declared in '{file}'" : "";
            Missing(block, block.IsMatch ? CheckRules.NoMatch : CheckRules.MissingType, input,
                block.IsMatch ? $"no {block.Keyword} matches \"{block.Name}\"{where}"
                : isDeclared ? $"'{block.Title}' is only declared in {input.Path}"
                : $"there is no '{block.Title}'{where} in {input.Path}{Suggest(block, input)}");
        }
    }

    private static bool IsDeclaredIn(string pattern, TypeRef type, Dictionary<TypeGraph, DeclarationFilter> filters)
    {
        if (!filters.TryGetValue(type.Graph, out DeclarationFilter? filter))
        {
            filters.Add(type.Graph, filter = new DeclarationFilter(type.Graph, pattern));
        }

        return filter.Accepts(type.Id);
    }

    // Rules inside others count, and each member that a rule names.
    private static long WeightOf(List<CheckRule> rules)
    {
        long weight = rules.Count;
        foreach (CheckRule rule in rules)
        {
            weight += rule.Members.Count + rule.Conditions.Count + WeightOf(rule.Body) + WeightOf(rule.Else);
        }

        return weight;
    }

    private void Missing(CheckBlock block, CheckRuleInfo rule, CheckInput input, string message) => Add(new CheckFinding
    {
        Rule = rule,
        Place = block.Place,
        Type = block.IsMatch ? "" : block.Title,
        Target = input.Name,
        Message = message,
    });

    // A search through all names for each would make many unknown names slow: only the first few get it.
    private string Suggest(CheckBlock block, CheckInput input)
    {
        if (_suggestions++ >= MostSuggestions)
        {
            return "";
        }

        IReadOnlyList<string> near = NameSuggestions.For(input.Graphs, Encoding.UTF8.GetBytes(block.Name),
            type => TypeFinder.IsOf(block.Subject, type.Kind));
        return near.Count == 0 ? "" : $": did you mean '{near[0]}'?";
    }

    private const int MostSuggestions = 20;

    private int _suggestions;
}

/// <summary>A check would take more work than <see cref="CheckLimits"/> allows.</summary>
/// <param name="message">One line without a full stop.</param>
public sealed class CheckLimitException(string message) : Exception(message);
