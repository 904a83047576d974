namespace BtfTool.Core.Reorganization;

/// <summary>What measurements ask of a struct. Members are indices in the type.</summary>
/// <param name="Hot">Members that lie on the fewest cache lines.</param>
/// <param name="Separate">
/// Pairs that share no cache line, the most important first. Where they and what the user asks for name more members than can be kept
/// separate, the later pairs are left out.
/// </param>
public sealed record MeasuredUse(IReadOnlyList<int> Hot, IReadOnlyList<(int First, int Second)> Separate);
