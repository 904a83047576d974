using System.Globalization;
using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Diffs;

/// <summary>Lays out a definition as lines: members with their holes, those of structs without a name within; or enumerators.</summary>
/// <param name="graph">The types.</param>
internal sealed class SideRows(TypeGraph graph)
{
    // What is nested deeper, and more of it, nobody reads beside each other.
    private const int MostNesting = 16;
    private const int MostRows = 20_000;

    private readonly LayoutAnalyzer _layouts = new(graph);
    private readonly DeclarationText _texts = new(graph);

    public TypeGraph Graph => graph;

    /// <summary>A type as C text.</summary>
    public string TextOf(TypeId id) => _texts.Of(id);

    /// <summary>Size and alignment of a struct or union.</summary>
    public LayoutSummary Summarize(TypeId id) => _layouts.Summarize(id);

    /// <summary>The lines of a struct, union or enumeration; none for other types.</summary>
    public List<SideRow> Of(TypeId id)
    {
        var rows = new List<SideRow>();
        TypeView type = graph[id];
        if (type.IsComposite)
        {
            AddMembers(id, 0, "", 0, rows);
        }
        else if (type.IsEnum)
        {
            AddEnumerators(type, rows);
        }

        return rows;
    }

    private void AddEnumerators(TypeView type, List<SideRow> rows)
    {
        bool isNarrow = type.Kind == TypeKind.Enum && !type.Flag;
        foreach (EnumeratorView enumerator in type.Enumerators)
        {
            if (rows.Count == MostRows)
            {
                return;
            }

            string name = Encoding.UTF8.GetString(enumerator.Name);
            long value = isNarrow ? (uint)enumerator.Value : enumerator.Value;
            rows.Add(new SideRow { Kind = SideRowKind.Enumerator, Key = name, Path = name, Text = name, Position = value });
        }
    }

    private void AddMembers(TypeId id, long baseBits, string prefix, int depth, List<SideRow> rows)
    {
        StructLayout layout = _layouts.Analyze(id);
        MemberList members = graph[id].Members;
        AddGap(layout.LeadingHoleBytes, layout.LeadingHoleBits, baseBits, "hole", prefix, depth, rows);
        int unnamed = 0;
        foreach (MemberLayout place in layout.Members)
        {
            if (rows.Count >= MostRows)
            {
                return;
            }

            MemberView member = members[place.Index];
            string name = member.IsAnonymous ? "" : member.NameString;
            string path = prefix + (name.Length > 0 ? name : string.Create(CultureInfo.InvariantCulture, $"<{FirstNameIn(member.Type, unnamed++)}>"));
            long at = baseBits + place.BitOffset;
            TypeId stripped = _layouts.Sizes.Strip(member.Type);
            if (depth < MostNesting && graph[stripped] is { IsComposite: true, IsAnonymous: true } && IsDirect(member.Type))
            {
                AddNested(stripped, name, path, prefix, at, place.SizeBytes * 8, depth, rows);
            }
            else
            {
                rows.Add(RowOf(member, place, name, path, at, depth));
            }

            AddGap(Math.Max(0, place.HoleBytes), Math.Max(0, place.HoleBits), baseBits + place.EndBits, "hole", path, depth, rows);
        }

        long padding = layout.Summary.PaddingBytes;
        AddGap(padding, layout.Summary.PaddingBits, baseBits + ((layout.Summary.SizeBytes - padding) * 8), "padding", prefix + "<end>", depth, rows);
    }

    private void AddNested(TypeId id, string name, string path, string prefix, long at, long sizeBits, int depth, List<SideRow> rows)
    {
        string word = graph.KindOf(id) == TypeKind.Union ? "union {" : "struct {";
        rows.Add(new SideRow
        {
            Kind = SideRowKind.Open,
            Key = "{" + path,
            Path = name.Length > 0 ? path : "",
            Text = word,
            Depth = depth,
            Position = at,
            SizeBits = sizeBits,
            Type = id,
        });
        AddMembers(id, at, name.Length > 0 ? path + "." : prefix, depth + 1, rows);
        rows.Add(new SideRow
        {
            Kind = SideRowKind.Close,
            Key = "}" + path,
            Text = name.Length > 0 ? "} " + name : "}",
            Depth = depth,
            Position = -1,
        });
    }

    private SideRow RowOf(MemberView member, in MemberLayout place, string name, string path, long at, int depth)
    {
        string text = _texts.Of(member.Type, Encoding.UTF8.GetBytes(name));
        return new SideRow
        {
            Kind = SideRowKind.Member,
            Key = path,
            Path = name.Length > 0 ? path : "",
            Text = place.BitfieldBits != 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}:{place.BitfieldBits}") : text,
            Depth = depth,
            Position = at,
            SizeBits = place.BitfieldBits != 0 ? place.BitfieldBits : place.SizeBytes * 8,
            IsBits = place.BitfieldBits != 0,
            Type = member.Type,
        };
    }

    private static void AddGap(long bytes, long bits, long at, string word, string key, int depth, List<SideRow> rows)
    {
        if (bytes <= 0 && bits <= 0)
        {
            return;
        }

        string size = bytes <= 0 ? Count(bits, "bit") : bits <= 0 ? Count(bytes, "byte") : $"{Count(bits, "bit")} and {Count(bytes, "byte")}";
        rows.Add(new SideRow
        {
            Kind = SideRowKind.Gap,
            Key = $"({word} {key}",
            Text = $"({word}: {size})",
            Depth = depth,
            Position = at,
            SizeBits = (Math.Max(0, bytes) * 8) + Math.Max(0, bits),
            IsBits = bits > 0,
        });
    }

    // A struct or union without a name is found again by the first name in it.
    private string FirstNameIn(TypeId type, int ordinal)
    {
        TypeId at = _layouts.Sizes.Strip(type);
        for (int depth = 0; depth < MostNesting && graph[at].IsComposite && graph[at].Members.Count > 0; depth++)
        {
            MemberView first = graph[at].Members[0];
            if (!first.IsAnonymous)
            {
                return first.NameString;
            }

            at = _layouts.Sizes.Strip(first.Type);
        }

        return ordinal.ToString(CultureInfo.InvariantCulture);
    }

    // Behind a typedef it has a name.
    private bool IsDirect(TypeId id)
    {
        TypeView type = graph[id];
        for (int left = 8; left > 0 && (type.IsQualifier || type.Kind == TypeKind.TypeTag); left--)
        {
            type = graph[type.Target];
        }

        return type.IsComposite;
    }

    private static string Count(long count, string word) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {word}{(count == 1 ? "" : "s")}");
}
