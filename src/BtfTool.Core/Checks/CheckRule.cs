using System.Globalization;

namespace BtfTool.Core.Checks;

/// <summary>What a rule asks for; docs/check.md has each with an example.</summary>
public enum CheckKind
{
    /// <summary>Bytes of the type, or of a member.</summary>
    Size,

    /// <summary>Alignment of the type in bytes.</summary>
    Alignment,

    /// <summary>Number of holes.</summary>
    Holes,

    /// <summary>Bytes in holes.</summary>
    HoleBytes,

    /// <summary>Number of bit holes.</summary>
    BitHoles,

    /// <summary>Bytes behind the last member.</summary>
    Padding,

    /// <summary>Neither holes nor bit holes.</summary>
    NoHoles,

    /// <summary>Nothing behind the last member.</summary>
    NoPadding,

    /// <summary>Number of cache lines.</summary>
    Cachelines,

    /// <summary>Number of members, or of enumerators.</summary>
    Members,

    /// <summary>Where a member lies.</summary>
    Offset,

    /// <summary>A member is there.</summary>
    Exists,

    /// <summary>A member is not there.</summary>
    Absent,

    /// <summary>The type of a member.</summary>
    TypeIs,

    /// <summary>A member lies at offset 0.</summary>
    First,

    /// <summary>No member lies behind one.</summary>
    Last,

    /// <summary>Members lie on one cache line.</summary>
    SameLine,

    /// <summary>No two of some members share a cache line.</summary>
    SeparateLines,

    /// <summary>Members lie on one cache line each.</summary>
    NoStraddle,

    /// <summary>The cache line on which a member begins, from 0.</summary>
    Line,

    /// <summary>A group that markers make; its rules are in the body.</summary>
    Group,

    /// <summary>Cache lines of a group.</summary>
    GroupLines,

    /// <summary>Bytes of the members of a group.</summary>
    GroupBytes,

    /// <summary>Members lie in a group.</summary>
    GroupContains,

    /// <summary>Cache lines of some members.</summary>
    Fast,

    /// <summary>The offset of a member is a multiple.</summary>
    Aligned,

    /// <summary>The value of an enumerator.</summary>
    Value,

    /// <summary>Width of a bitfield.</summary>
    Bits,

    /// <summary>Rules that hold under a condition.</summary>
    When,
}

/// <summary>How two numbers are compared.</summary>
public enum CheckComparison
{
    /// <summary><c>==</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    AtMost,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    AtLeast,
}

/// <summary>Comparisons, their signs and what they mean.</summary>
internal static class CheckComparisons
{
    /// <summary>The sign.</summary>
    public static string SignOf(CheckComparison comparison) => comparison switch
    {
        CheckComparison.Equal => "==",
        CheckComparison.NotEqual => "!=",
        CheckComparison.Less => "<",
        CheckComparison.AtMost => "<=",
        CheckComparison.Greater => ">",
        _ => ">=",
    };

    /// <summary>Whether it holds.</summary>
    public static bool Holds(CheckComparison comparison, Int128 found, Int128 expected) => comparison switch
    {
        CheckComparison.Equal => found == expected,
        CheckComparison.NotEqual => found != expected,
        CheckComparison.Less => found < expected,
        CheckComparison.AtMost => found <= expected,
        CheckComparison.Greater => found > expected,
        _ => found >= expected,
    };

    internal static CheckComparison Of(string sign) => sign switch
    {
        "==" => CheckComparison.Equal,
        "!=" => CheckComparison.NotEqual,
        "<" => CheckComparison.Less,
        "<=" => CheckComparison.AtMost,
        ">" => CheckComparison.Greater,
        _ => CheckComparison.AtLeast,
    };
}

/// <summary>One rule of a block.</summary>
public sealed class CheckRule
{
    /// <summary>Where it begins.</summary>
    public required CheckPlace Place { get; init; }

    /// <summary>What it asks for.</summary>
    public required CheckKind Kind { get; set; }

    /// <summary>The members that it is about, or the enumerator; empty where it is about the type.</summary>
    public IReadOnlyList<string> Members { get; internal set; } = [];

    /// <summary>How the number is compared.</summary>
    public CheckComparison Comparison { get; internal set; }

    /// <summary>The number.</summary>
    public Int128 Number { get; internal set; }

    /// <summary>With <see cref="CheckKind.Offset"/>, the bit in the byte; -1 where only the byte is asked for.</summary>
    public int Bit { get; internal set; } = -1;

    /// <summary>The type of <see cref="CheckKind.TypeIs"/>, the name of a group; empty for others.</summary>
    public string Text { get; internal set; } = "";

    /// <summary>With <see cref="CheckKind.NoStraddle"/>, whether the members are those that may.</summary>
    public bool IsExcept { get; internal set; }

    /// <summary>Whether it is left out where a member is not there.</summary>
    public bool IsOptional { get; internal set; }

    /// <summary>Whether a finding is a warning only.</summary>
    public bool IsWarning { get; internal set; }

    /// <summary>The conditions of <see cref="CheckKind.When"/>, all of which must hold.</summary>
    public IReadOnlyList<CheckCondition> Conditions { get; internal set; } = [];

    /// <summary>The rules inside <see cref="CheckKind.When"/> or <see cref="CheckKind.Group"/>.</summary>
    public List<CheckRule> Body { get; } = [];

    /// <summary>The rules behind <c>else</c>.</summary>
    public List<CheckRule> Else { get; } = [];

    /// <summary>The comparison as it is written: <c>&lt;= 64</c>.</summary>
    public string Expected => Bit < 0 ? string.Create(CultureInfo.InvariantCulture, $"{CheckComparisons.SignOf(Comparison)} {Number}")
        : string.Create(CultureInfo.InvariantCulture, $"{CheckComparisons.SignOf(Comparison)} {Number}:{Bit}");
}

/// <summary>What <c>when</c> can ask.</summary>
public enum ConditionKind
{
    /// <summary>A member is there.</summary>
    Has,

    /// <summary>Bytes of the type.</summary>
    Size,

    /// <summary>Bytes of a pointer.</summary>
    Pointer,

    /// <summary>Bytes of a cache line.</summary>
    Cacheline,

    /// <summary>The processor.</summary>
    Arch,

    /// <summary>The name of the input.</summary>
    Target,
}

/// <summary>One condition.</summary>
/// <param name="Place">Where it begins.</param>
/// <param name="Kind">What it asks.</param>
/// <param name="IsNegated">Whether it must not hold.</param>
/// <param name="Text">The member, the processor or the input.</param>
/// <param name="Comparison">How the number is compared.</param>
/// <param name="Number">The number.</param>
public sealed record CheckCondition(
    CheckPlace Place, ConditionKind Kind, bool IsNegated, string Text, CheckComparison Comparison, Int128 Number);
