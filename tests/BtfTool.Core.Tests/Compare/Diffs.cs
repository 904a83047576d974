using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;

namespace BtfTool.Core.Tests.Compare;

/// <summary>Short ways to comparisons of assembled graphs.</summary>
internal static class Diffs
{
    public static GraphDiffResult Of(TypeGraph old, TypeGraph now, CompareOptions? options = null) =>
        GraphComparison.Of(new TypeGraphSet(old), new TypeGraphSet(now), options);

    public static GraphDiffResult Of(Action<BtfAssembler, uint> old, Action<BtfAssembler, uint> now) => Of(Graph(old), Graph(now));

    /// <summary>A graph that has an int and what is added.</summary>
    public static TypeGraph Graph(Action<BtfAssembler, uint> add)
    {
        var b = new BtfAssembler();
        add(b, b.Int("int", 4, signed: true));
        return Read.Graph(b);
    }

    /// <summary>The changes as text: class, path, and marks for those that follow.</summary>
    public static string[] Lines(TypeDifference difference)
    {
        var lines = new List<string>();
        foreach (TypeChange c in difference.Changes)
        {
            string follows = c.Cause is not null ? $" <- {c.Cause}" : c.IsConsequence ? " follows" : "";
            lines.Add($"{c.Class} {c.Path}{(c.Count > 1 ? $" x{c.Count}" : "")}{follows}".Replace("  ", " ", StringComparison.Ordinal).TrimEnd());
        }

        return [.. lines];
    }

    public static TypeDifference Only(GraphDiffResult result)
    {
        result.Differences.Count.ShouldBe(1, string.Join("; ", result.Differences.Select(d => d.Name)));
        return result.Differences[0];
    }

    public static string[] Lines(Action<BtfAssembler, uint> old, Action<BtfAssembler, uint> now) => Lines(Only(Of(old, now)));
}
