using BtfTool.Core.Types;

namespace BtfTool.Core.Checks;

/// <summary>One finding.</summary>
public sealed record CheckFinding
{
    /// <summary>The rule.</summary>
    public required CheckRuleInfo Rule { get; init; }

    /// <summary>Whether it is a warning only.</summary>
    public bool IsWarning { get; init; }

    /// <summary>Where in the check file it is asked for.</summary>
    public required CheckPlace Place { get; init; }

    /// <summary>The type with its keyword; empty where it is about none.</summary>
    public string Type { get; init; } = "";

    /// <summary>The type itself; null where it is not there.</summary>
    public TypeRef? Subject { get; init; }

    /// <summary>The member; null where it is about the whole type.</summary>
    public string? Member { get; init; }

    /// <summary>First bit of the member; -1 where it is about the whole type.</summary>
    public long BitOffset { get; init; } = -1;

    /// <summary>One line that stands alone.</summary>
    public required string Message { get; init; }

    /// <summary>What should be.</summary>
    public string? Expected { get; init; }

    /// <summary>What is.</summary>
    public string? Found { get; init; }

    /// <summary>The input by its name; null where it has none.</summary>
    public string? Target { get; init; }

    /// <summary>What suppresses it; null for nothing.</summary>
    public CheckSuppression? Suppression { get; init; }
}

/// <summary>What is checked, and what it is for.</summary>
/// <param name="Name">The name that the user gave it; null for none.</param>
/// <param name="Path">The file.</param>
/// <param name="Graph">The types.</param>
/// <param name="Arch">The processor; null where it is not known.</param>
/// <param name="CachelineBytes">Bytes of a cache line where the check file does not say it; a power of two.</param>
public sealed record CheckInput(string? Name, string Path, TypeGraph Graph, string? Arch, int CachelineBytes)
{
    /// <summary>The types with those of the modules of a kernel; <see cref="Graph"/> is the first.</summary>
    public TypeGraphSet Graphs { get; init; } = new(Graph);

    /// <summary>
    /// Where only the types of some names were read: for each name an input with the types of that name, all that they embed, and nothing
    /// else, for a file that <see cref="CheckEvaluator.NamesOf"/> says it of. Null where all types were read.
    /// </summary>
    public IReadOnlyDictionary<string, CheckInput>? Parts { get; init; }

    /// <summary>Writes a type as C text, for <c>type MEMBER is</c>.</summary>
    public Func<TypeGraph, TypeId, string>? TypeText { get; init; }

    /// <summary>The name of the module whose types a graph adds.</summary>
    public Func<TypeGraph, string>? ModuleOf { get; init; }
}

/// <summary>What a check found.</summary>
/// <param name="Findings">The findings in the order of the file, input by input; those suppressed too.</param>
/// <param name="Passed">Blocks without a finding, <c>struct sock</c> or <c>struct sock (x86)</c>.</param>
/// <param name="Left">How many findings were not kept, because there are too many; beyond <see cref="CheckLimits.MaxCounted"/> a lower bound.</param>
public sealed record CheckResult(IReadOnlyList<CheckFinding> Findings, IReadOnlyList<string> Passed, long Left);
