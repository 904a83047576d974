using BtfTool.Core.Compare;

namespace BtfTool.Core.Checks;

/// <summary>What a check file says, with all that it includes. Safe to share between threads once it was read.</summary>
public sealed class CheckFile
{
    /// <summary>The path of the file itself, for messages.</summary>
    public required string Path { get; init; }

    /// <summary>The blocks in the order of the text.</summary>
    public List<CheckBlock> Blocks { get; } = [];

    /// <summary>What is said of all inputs.</summary>
    public CheckTarget Defaults { get; } = new("", default);

    /// <summary>The targets that have a block, in the order of the text; one of a name stands once.</summary>
    public List<CheckTarget> Targets { get; } = [];

    /// <summary>The baselines.</summary>
    public List<CheckBaseline> Baselines { get; } = [];

    /// <summary>The suppressions.</summary>
    public List<CheckSuppression> Suppressions { get; } = [];
}

/// <summary>What is said of one input.</summary>
/// <param name="name">Its name; empty for what holds for all.</param>
/// <param name="place">Where it is named first.</param>
public sealed class CheckTarget(string name, CheckPlace place)
{
    /// <summary>Its name; empty for what holds for all.</summary>
    public string Name => name;

    /// <summary>Where it is named first.</summary>
    public CheckPlace Place => place;

    /// <summary>Bytes of a cache line; 0 where the processor decides.</summary>
    public int CachelineBytes { get; internal set; }

    /// <summary>The processor that the input must be for; null for any.</summary>
    public string? Arch { get; internal set; }

    /// <summary>Bytes of a pointer that the input must have; 0 for any.</summary>
    public int PointerBytes { get; internal set; }
}

/// <summary>Which types a block is about.</summary>
public enum CheckSubject
{
    /// <summary>Structs.</summary>
    Struct,

    /// <summary>Unions.</summary>
    Union,

    /// <summary>Enumerations.</summary>
    Enum,

    /// <summary>Typedefs, and what they stand for.</summary>
    Typedef,
}

/// <summary>Rules for the types of one name, or of a pattern.</summary>
public sealed class CheckBlock
{
    /// <summary>Where it begins.</summary>
    public required CheckPlace Place { get; init; }

    /// <summary>Which types.</summary>
    public required CheckSubject Subject { get; init; }

    /// <summary>The name, or the pattern.</summary>
    public required string Name { get; init; }

    /// <summary>Whether <see cref="Name"/> is a pattern.</summary>
    public bool IsMatch { get; init; }

    /// <summary>Whether there may be no such type.</summary>
    public bool IsOptional { get; internal set; }

    /// <summary>The target that it is for; null for all.</summary>
    public string? Target { get; init; }

    /// <summary>Pattern of the files that declare the types; null for any.</summary>
    public string? DeclarationFile { get; internal set; }

    /// <summary>Patterns of names that are left out.</summary>
    public List<string> Except { get; } = [];

    /// <summary>The rules.</summary>
    public List<CheckRule> Rules { get; } = [];

    /// <summary>The keyword and the name: <c>struct sock</c>, <c>match struct "uapi_*"</c>.</summary>
    public string Title => IsMatch ? $"match {Keyword} \"{Name}\"" : $"{Keyword} {Name}";

    /// <summary>The word in front of the name.</summary>
    public string Keyword => Subject switch
    {
        CheckSubject.Struct => "struct",
        CheckSubject.Union => "union",
        CheckSubject.Enum => "enum",
        _ => "typedef",
    };
}

/// <summary>A comparison with a state that was kept.</summary>
/// <param name="Place">Where it is named.</param>
/// <param name="Path">The file, from the folder of the check file.</param>
/// <param name="Allowed">The changes that are no findings.</param>
/// <param name="Target">The target that it is for; null for all.</param>
public sealed record CheckBaseline(CheckPlace Place, string Path, IReadOnlyList<ChangeClass> Allowed, string? Target);

/// <summary>Findings that the user does not want to hear of.</summary>
public sealed record CheckSuppression
{
    /// <summary>Where it is.</summary>
    public required CheckPlace Place { get; init; }

    /// <summary>The ids of the rules.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>Which types.</summary>
    public required CheckSubject Subject { get; init; }

    /// <summary>Name of the type, or a pattern.</summary>
    public required string TypeName { get; init; }

    /// <summary>Whether <see cref="TypeName"/> is a pattern.</summary>
    public bool IsPattern { get; init; }

    /// <summary>The member; null for the type and all of them.</summary>
    public string? Member { get; init; }

    /// <summary>The last day that it holds; null without end.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The target that it is for; null for all.</summary>
    public string? Target { get; init; }
}
