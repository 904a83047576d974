using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Core.Checks;

/// <summary>Finds which members that a check file names are bitfields: C has neither <c>offsetof</c> nor <c>sizeof</c> of these.</summary>
internal static class CheckBitfields
{
    /// <summary>
    /// Those that the file itself shows to be bitfields, by a place <c>BYTE:BIT</c> or a width; of what the input has, those that are.
    /// Cost: one pass over the types, then linear in the rules.
    /// </summary>
    /// <param name="file">The check file.</param>
    /// <param name="inputs">What has the types; none where only the file is known.</param>
    /// <returns>Titles of blocks with paths of members.</returns>
    public static IReadOnlySet<(string Block, string Member)> Of(CheckFile file, IReadOnlyList<CheckInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(inputs);
        var bitfields = new HashSet<(string Block, string Member)>();
        if (inputs.Count == 0)
        {
            foreach (CheckBlock block in file.Blocks)
            {
                AddShown(block, block.Rules, bitfields);
            }
        }

        foreach (CheckInput input in inputs)
        {
            AddOf(file, input, bitfields);
        }

        return bitfields;
    }

    private static void AddShown(CheckBlock block, List<CheckRule> rules, HashSet<(string Block, string Member)> bitfields)
    {
        foreach (CheckRule rule in rules)
        {
            if (rule.Members.Count > 0 && (rule.Kind == CheckKind.Bits || (rule.Kind == CheckKind.Offset && rule.Bit >= 0)))
            {
                bitfields.Add((block.Title, rule.Members[0]));
            }

            AddShown(block, rule.Body, bitfields);
            AddShown(block, rule.Else, bitfields);
        }
    }

    private static void AddOf(CheckFile file, CheckInput input, HashSet<(string Block, string Member)> bitfields)
    {
        List<CheckBlock?> blocks = file.Blocks.ConvertAll(block => block.IsMatch ? null : block);
        _ = new TypeFinder(blocks).TryFind(input.Graphs, out List<TypeRef>[] found);
        var resolvers = new Dictionary<TypeGraph, FieldPathResolver>();
        for (int i = 0; i < blocks.Count; i++)
        {
            // Copies of a type are alike; the first answers for them.
            if (blocks[i] is not { } block || found[i].Count == 0
                || TypeNameQuery.CompositeBehind(found[i][0].Graph, found[i][0].Id) is not { } composite)
            {
                continue;
            }

            TypeGraph graph = found[i][0].Graph;
            if (!resolvers.TryGetValue(graph, out FieldPathResolver? resolver))
            {
                resolvers.Add(graph, resolver = new FieldPathResolver(new FieldPaths(graph)) { Suggests = false });
            }

            AddOf(block, block.Rules, path => resolver.Resolve(composite, path).Location is { BitfieldBits: not 0 }, bitfields);
        }
    }

    private static void AddOf(CheckBlock block, List<CheckRule> rules, Func<string, bool> isBitfield, HashSet<(string Block, string Member)> bitfields)
    {
        foreach (CheckRule rule in rules)
        {
            foreach (string member in rule.Members)
            {
                if (isBitfield(member))
                {
                    bitfields.Add((block.Title, member));
                }
            }

            AddOf(block, rule.Body, isBitfield, bitfields);
            AddOf(block, rule.Else, isBitfield, bitfields);
        }
    }
}
