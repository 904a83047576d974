using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BtfTool.Core.Queries;

namespace BtfTool.Cli.Commands;

/// <summary>Which types <c>list</c> lists: its options that are questions.</summary>
internal sealed class ListOptions
{
    private readonly Option<string[]> _kind = new("--kind", "-k")
    {
        Description = $"Only these kinds, with commas between them: {TypeKinds.Words} [default: struct,union]",
        HelpName = "KINDS",
    };

    private readonly Option<string[]> _where = new("--where", "-w")
    {
        Description = "Only what fulfils a condition on columns, such as 'size >= 4k && holes > 2 || name =~ tcp_*'",
        HelpName = "EXPR",
    };

    private readonly Option<string?> _contains = Text("--contains", "TYPE", "Only what has a TYPE in it, by value (pahole -i)");
    private readonly Option<bool> _recursive = CommonOptions.Flag("--recursive", "--contains: also through other named types, however deep");
    private readonly Option<string?> _depth = Text("--depth", "N", "--contains: through up to N named types [default: 1]");
    private readonly Option<string?> _pointsTo = Text("--points-to", "TYPE", "Only what has a pointer to TYPE (pahole -f)");
    private readonly Option<string?> _takes = Text("--takes", "TYPE", "Only functions that take TYPE, and what points to such functions");
    private readonly Option<string?> _member = Text("--has-member", "NAME", "Only what has a member NAME, a name or pattern");
    private readonly Option<string?> _enumerator = Text("--has-enumerator", "NAME",
        "Only enums with an enumerator NAME, a name or pattern (pahole --contains_enumerator)");

    private readonly Option<bool> _flexible = CommonOptions.Flag("--flexible-array", "Only what ends in a flexible array (pahole --with_flexible_array)");
    private readonly Option<bool> _holes = CommonOptions.Flag("--holes", "Only what has holes");
    private readonly Option<string?> _minHoles = Text("--min-holes", "N", "Only what has at least N holes (pahole -H N)");
    private readonly Option<string?> _minBitHoles = Text("--min-bit-holes", "N", "Only what has at least N bit holes (pahole -B N)");
    private readonly Option<string?> _minHoleBytes = Text("--min-hole-bytes", "N", "Only what has a hole of at least N bytes (pahole -z N)");
    private readonly Option<bool> _packable = CommonOptions.Flag("--packable",
        "Only structs that sorting their members by alignment would make smaller (pahole -P)");

    private readonly Option<string?> _bigger = Text("--bigger-than", "N", "Only what takes more than N bytes");
    private readonly Option<string?> _smaller = Text("--smaller-than", "N", "Only what takes less than N bytes");
    private readonly Option<bool> _anonymous = CommonOptions.Flag("--anonymous", "Types without a name too");
    private readonly Option<bool> _withBase = CommonOptions.Flag("--with-base", "The types of the base too, which names are always looked for in");

    private readonly NameFilterOptions _names = new();

    public IEnumerable<Option> All =>
    [
        _kind, .. _names.All, _where, _contains, _recursive, _depth, _pointsTo, _takes, _member, _enumerator, _flexible, _holes, _minHoles,
        _minBitHoles, _minHoleBytes, _packable, _bigger, _smaller, _anonymous, _withBase,
    ];

    /// <summary>Whether functions or variables are asked for.</summary>
    public bool AsksForDeclarations(ParseResult r) => r.GetValue(_takes) is not null
        || (KindsOf(r.GetValue(_kind)) is { } kinds && (kinds & TypeKinds.SetOf(Core.Types.TypeKind.Function, Core.Types.TypeKind.Variable)) != 0);

    public bool IsPackable(ParseResult r) => r.GetValue(_packable);

    public void Validate(CommandResult result)
    {
        _names.Validate(result);
        TypeNames.Validate(result, result.GetValue(_contains), result.GetValue(_pointsTo), result.GetValue(_takes), result.GetValue(_member),
            result.GetValue(_enumerator));
        foreach (string word in Words(result.GetValue(_kind)))
        {
            if (!TypeKinds.TryParse(word, out _))
            {
                result.AddError($"--kind does not know '{word}'; there are {TypeKinds.Words}.");
            }
        }

        foreach (string text in result.GetValue(_where) ?? [])
        {
            if (RowFilter.Parse(text, out _) is { } error)
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--where: column {error.Column}: {error.Message}."));
            }
        }

        foreach (Option<string?> option in (ReadOnlySpan<Option<string?>>)[_minHoles, _minBitHoles, _minHoleBytes, _bigger, _smaller, _depth])
        {
            if (result.GetValue(option) is { } text && !TryNumber(text, out _))
            {
                result.AddError($"{option.Name} takes a number, not '{text}'.");
            }
        }

        if (result.GetValue(_depth) is { } depth && TryNumber(depth, out long levels) && levels < 1)
        {
            result.AddError("--depth is at least 1.");
        }

        bool isDeep = result.GetValue(_recursive) || result.GetValue(_depth) is not null;
        if (isDeep && result.GetValue(_contains) is null)
        {
            result.AddError("--recursive and --depth go with --contains.");
        }
    }

    public TypeListOptions Of(ParseResult r) => new()
    {
        Kinds = KindsOf(r.GetValue(_kind)) ?? 0,
        Filter = _names.Of(r),
        Where = RowFilter.All([.. Filters(r)]),
        Contains = r.GetValue(_contains),
        ContainsDepth = r.GetValue(_recursive) ? int.MaxValue : (int)Math.Min(NumberOf(r, _depth) ?? 1, int.MaxValue),
        PointsTo = r.GetValue(_pointsTo),
        Takes = r.GetValue(_takes),
        HasMember = r.GetValue(_member),
        HasEnumerator = r.GetValue(_enumerator),
        IncludeUnnamed = r.GetValue(_anonymous),
        IncludeBase = r.GetValue(_withBase),
    };

    /// <summary>A number as conditions have it: decimal or hexadecimal, with k, M or G behind it.</summary>
    public static bool TryNumber(string text, out long value) => RowFilter.TryParseNumber(text, out value);

    private IEnumerable<RowFilter> Filters(ParseResult r)
    {
        foreach (string text in r.GetValue(_where) ?? [])
        {
            _ = RowFilter.Parse(text, out RowFilter? filter);
            yield return filter!;
        }

        (Option<string?> Option, RowColumn Column, RowComparison Comparison)[] limits =
        [
            (_minHoles, RowColumn.Holes, RowComparison.GreaterOrEqual),
            (_minBitHoles, RowColumn.BitHoles, RowComparison.GreaterOrEqual),
            (_minHoleBytes, RowColumn.LargestHole, RowComparison.GreaterOrEqual),
            (_bigger, RowColumn.Size, RowComparison.Greater),
            (_smaller, RowColumn.Size, RowComparison.Less),
        ];
        foreach ((Option<string?> option, RowColumn column, RowComparison comparison) in limits)
        {
            if (NumberOf(r, option) is { } number)
            {
                yield return RowFilter.Compare(column, comparison, number);
            }
        }

        (Option<bool> Option, RowColumn Column)[] flags =
            [(_flexible, RowColumn.Flexible), (_holes, RowColumn.Holes), (_packable, RowColumn.Saving)];
        foreach ((Option<bool> option, RowColumn column) in flags)
        {
            if (r.GetValue(option))
            {
                yield return RowFilter.Compare(column, RowComparison.Greater, 0);
            }
        }
    }

    private static long? NumberOf(ParseResult r, Option<string?> option) =>
        r.GetValue(option) is { } text && TryNumber(text, out long number) ? number : null;

    private static ulong? KindsOf(string[]? values)
    {
        ulong? kinds = null;
        foreach (string word in Words(values))
        {
            _ = TypeKinds.TryParse(word, out ulong set);
            kinds = (kinds ?? 0) | set;
        }

        return kinds;
    }

    private static IEnumerable<string> Words(string[]? values) =>
        (values ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
