using System.Globalization;
using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Core.Checks;

/// <summary>
/// Writes check files that hold for the layouts of today: sizes, waste, cache lines and the place of every member that can be named.
/// </summary>
/// <param name="graph">The types.</param>
/// <param name="cachelineBytes">Bytes of a cache line.</param>
internal sealed class CheckDraft(TypeGraph graph, int cachelineBytes)
{
    private readonly LayoutAnalyzer _analyzer = new(graph);
    private readonly FieldPathResolver _resolver = new(new FieldPaths(graph)) { Suggests = false };
    private readonly CachelineGroupFinder _groups = new(graph, new LayoutAnalyzer(graph), new AlignmentInference(new LayoutAnalyzer(graph), graph, cachelineBytes), cachelineBytes);

    /// <summary>What stands in front of the blocks.</summary>
    /// <param name="input">What the types are from, for the comment.</param>
    /// <param name="isCachelineAsked">Whether the user named the size of the lines.</param>
    public string Head(string input, bool isCachelineAsked)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# What holds for {OneLine(input)}; checked by: btftool check FILE -f INPUT\n");
        text.Append(CultureInfo.InvariantCulture, $"target pointer {graph.PointerSizeBytes}\n");
        text.Append(isCachelineAsked || cachelineBytes != 64 ? string.Create(CultureInfo.InvariantCulture, $"target cacheline {cachelineBytes}\n") : "");
        return text.ToString();
    }

    /// <summary>
    /// A block for a type. Of several types of one name, what holds for all of them. Cost: linear in their members.
    /// </summary>
    /// <param name="types">Structs, unions, enumerations or typedefs of one kind and name.</param>
    public string Block(IReadOnlyList<TypeId> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        TypeView type = graph[types[0]];
        List<string> rules = RulesOf(types[0]);
        for (int i = 1; i < types.Count; i++)
        {
            var others = new HashSet<string>(RulesOf(types[i]));
            rules.RemoveAll(rule => !others.Contains(rule));
        }

        var text = new StringBuilder();
        text.Append(types.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"# {types.Count} types have this name; what holds for all of them.\n") : "");
        text.Append(CultureInfo.InvariantCulture, $"{WordOf(type)} {Quoted(type.NameString)} {{\n");
        rules.ForEach(rule => text.Append("  ").Append(rule).Append('\n'));
        return text.Append("}\n").ToString();
    }

    private static string WordOf(TypeView type) => type.Kind switch
    {
        TypeKind.Struct => "struct",
        TypeKind.Union => "union",
        TypeKind.Enum or TypeKind.Enum64 => "enum",
        _ => "typedef",
    };

    private List<string> RulesOf(TypeId id)
    {
        TypeId target = TypeNameQuery.CompositeBehind(graph, id) ?? _analyzer.Sizes.Strip(id);
        var rules = new List<string> { Number("size ==", _analyzer.Sizes.SizeBytesOf(target)) };
        TypeView type = graph[target];
        if (type.IsEnum && graph.KindOf(id) != TypeKind.Typedef)
        {
            AddValues(type, rules);
        }
        else if (type.IsComposite)
        {
            AddSummary(_analyzer.Summarize(target), rules);
            AddMembers(target, rules);
            AddGroups(target, rules);
        }

        return rules;
    }

    private void AddValues(TypeView type, List<string> rules)
    {
        var seen = new HashSet<string>();
        foreach (EnumeratorView enumerator in type.Enumerators)
        {
            string name = graph.NameString(enumerator.NameId);
            Int128 value = type.Flag ? enumerator.Value : type.Kind == TypeKind.Enum ? (uint)enumerator.Value : (ulong)enumerator.Value;
            if (CanBeWritten(name) && seen.Add(name))
            {
                rules.Add(string.Create(CultureInfo.InvariantCulture, $"value {Quoted(name)} == {value}"));
            }
        }
    }

    private void AddSummary(in LayoutSummary summary, List<string> rules)
    {
        if (summary.Holes > 0 || summary.BitHoles > 0)
        {
            rules.Add(Number("holes <=", summary.Holes));
            rules.Add(Number("hole_bytes <=", summary.HoleBytes));
            rules.Add(Number("bit_holes <=", summary.BitHoles));
        }
        else
        {
            rules.Add("no_holes");
        }

        rules.Add(summary.PaddingBytes > 0 || summary.PaddingBits > 0 ? Number("padding <=", summary.PaddingBytes) : "no_padding");
        rules.Add(Number("cachelines <=", summary.CachelinesOf(cachelineBytes)));
    }

    private void AddMembers(TypeId id, List<string> rules)
    {
        foreach (MemberView member in graph[id].Members)
        {
            string name = member.NameString;
            if (!CanBeWritten(name) || name.AsSpan().IndexOfAny('.', '[', ' ') >= 0 || name.Contains("->", StringComparison.Ordinal)
                || _resolver.Resolve(id, name).Location is not { } place || place.BitOffset != (long)member.BitOffset)
            {
                continue;
            }

            rules.Add(member.IsBitfield
                ? string.Create(CultureInfo.InvariantCulture, $"offset {Quoted(name)} == {place.BitOffset / 8}:{place.BitOffset % 8}")
                : string.Create(CultureInfo.InvariantCulture, $"offset {Quoted(name)} == {place.BitOffset / 8}"));
            if (member.IsBitfield)
            {
                rules.Add(string.Create(CultureInfo.InvariantCulture, $"bits {Quoted(name)} == {place.BitfieldBits}"));
            }
        }
    }

    private void AddGroups(TypeId id, List<string> rules)
    {
        var seen = new HashSet<string>();
        foreach (CachelineGroup group in _groups.Find(id).Groups)
        {
            if (group.Path.Length == 0 && CanBeWritten(group.Name) && seen.Add(group.Name))
            {
                rules.Add(string.Create(CultureInfo.InvariantCulture,
                    $"group {Quoted(group.Name)} {{ lines <= {group.Cachelines}; bytes <= {group.MemberBytes} }}"));
            }
        }
    }

    private static string Number(string rule, long number) => string.Create(CultureInfo.InvariantCulture, $"{rule} {number}");

    private static bool CanBeWritten(string name) => name.Length > 0 && !name.Contains('\uFFFD', StringComparison.Ordinal) && !name.AsSpan().ContainsAnyInRange('\0', '\x1f');

    private static string OneLine(string text) => text.Replace('\n', ' ').Replace('\r', ' ');

    private static string Quoted(string name)
    {
        bool isWord = name.Length > 0 && !char.IsAsciiDigit(name[0]) && name[0] != '.';
        foreach (char c in name)
        {
            isWord &= char.IsAsciiLetterOrDigit(c) || c is '_' or '$';
        }

        return isWord && name is not ("optional" or "absent" or "exists" or "except" or "is") ? name
            : "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
    }
}
