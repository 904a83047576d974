using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>What a name that a user typed stands for.</summary>
/// <param name="Types">
/// The types in the order of the file, twins left out. Forwards are among them only where nothing of that name is defined; then
/// <paramref name="Problem"/> says so.
/// </param>
/// <param name="Problem">
/// Why there is no definition, one line without a full stop, with the nearest names where there are any; null when there is one.
/// </param>
public sealed record TypeNameResult(IReadOnlyList<TypeId> Types, string? Problem)
{
    /// <summary>True when at least one definition was found.</summary>
    public bool IsDefined => Problem is null;
}

/// <summary>What a name stands for in a kernel and its modules.</summary>
/// <param name="Types">As <see cref="TypeNameResult.Types"/>, in the order of the graphs.</param>
/// <param name="Problem">As <see cref="TypeNameResult.Problem"/>.</param>
public sealed record TypeNameSetResult(IReadOnlyList<TypeRef> Types, string? Problem)
{
    /// <summary>True when at least one definition was found.</summary>
    public bool IsDefined => Problem is null;

    /// <summary>True when nothing at all has the name, and no pattern was typed.</summary>
    public bool IsUnknown { get; init; }
}
