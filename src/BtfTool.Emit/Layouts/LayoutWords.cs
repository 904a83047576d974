using System.Globalization;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>What a report says, in words: names of members, causes of gaps.</summary>
internal sealed class LayoutWords(LayoutReport report, DeclarationText declarations)
{
    /// <summary>A member's name; one without a name by the first name inside it.</summary>
    public string NameOf(int position)
    {
        MemberView member = report.MemberAt(position);
        string name = member.IsAnonymous ? InnerName(member.Type) : Spoken(member.NameString);
        return member.IsBitfield ? string.Create(CultureInfo.InvariantCulture, $"{name}:{member.BitSize}") : name;
    }

    /// <summary>A member's type as C.</summary>
    public string TypeOf(int position) => declarations.Of(report.MemberAt(position).Type);

    /// <summary>Why a gap is there.</summary>
    public string CauseOf(in LayoutGap gap)
    {
        bool isPadding = gap.Kind is GapKind.Padding or GapKind.BitPadding;
        string culprit = gap.Culprit < 0 ? "" : NameOf(gap.Culprit);
        string alignment = gap.AlignmentBytes.ToString(CultureInfo.InvariantCulture);
        return gap.Cause switch
        {
            GapCause.StorageUnitEnds when isPadding => $"end of the storage unit of {culprit}",
            GapCause.StorageUnitEnds => $"{culprit} is no bitfield: it begins at a byte",
            GapCause.StorageUnitFull => $"{culprit} does not fit into what is left of its {TypeOf(gap.Culprit)}",
            GapCause.SkippedBits => $"{culprit} would have fit: the source leaves the bits out",
            GapCause.Unexplained => report.Layout.Summary.IsPacked ? "no alignment explains it (the struct is packed)" : "no alignment explains it",
            GapCause.DeclaredAlignment when gap.Culprit < 0 => $"aligned {alignment} by declaration",
            GapCause.InferredAlignment when gap.Culprit < 0 => $"aligned {alignment}, as this padding shows",
            GapCause.NaturalAlignment when gap.Culprit < 0 => $"alignment {alignment}",
            _ when isPadding => $"alignment {alignment} of {culprit}" + Because(gap.Cause),
            GapCause.NaturalAlignment => $"{culprit} ({TypeOf(gap.Culprit)}) needs alignment {alignment}",
            GapCause.TypeAlignment => $"{culprit} ({TypeOf(gap.Culprit)}) needs alignment {alignment}, forced inside its type",
            GapCause.DeclaredAlignment => $"{culprit} is aligned {alignment} by declaration",
            _ => $"{culprit} is aligned {alignment}, as this hole shows",
        };
    }

    /// <summary>Where the alignment of the whole comes from; empty where it is natural.</summary>
    public string AlignmentCause()
    {
        WholeAlignment alignment = report.Alignment;
        string member = alignment.Culprit < 0 ? "" : " at " + NameOf(alignment.Culprit);
        return !alignment.IsForced ? "" : alignment.Cause switch
        {
            GapCause.DeclaredAlignment => $"declared{member}",
            GapCause.TypeAlignment => $"inferred inside the type of {NameOf(alignment.Culprit)}",
            _ => alignment.Culprit < 0 ? "inferred from its padding" : $"inferred{member}",
        };
    }

    // Markers of groups have names that nobody reads; what has a size is none.
    private static string Spoken(string name) =>
        name.StartsWith(CachelineGroup.BeginPrefix, StringComparison.Ordinal) ? "begin of " + name[CachelineGroup.BeginPrefix.Length..]
        : name.StartsWith(CachelineGroup.EndPrefix, StringComparison.Ordinal) ? "end of " + name[CachelineGroup.EndPrefix.Length..] : name;

    private static string Because(GapCause cause) => cause switch
    {
        GapCause.DeclaredAlignment => " (declared)",
        GapCause.InferredAlignment => " (inferred)",
        GapCause.TypeAlignment => ", forced inside its type",
        _ => "",
    };

    private string InnerName(TypeId id)
    {
        const int Deepest = 8;
        TypeView type = report.Graph[id];
        string kind = type.Kind == TypeKind.Union ? "union" : "struct";
        for (int depth = 0; depth < Deepest && type.IsComposite && type.Members.Count > 0; depth++)
        {
            MemberView first = type.Members[0];
            if (!first.IsAnonymous)
            {
                return $"{kind} {{{first.NameString}{(type.Members.Count > 1 || depth > 0 ? ", ..." : "")}}}";
            }

            type = report.Graph[first.Type];
        }

        return type.IsComposite ? kind + " {...}" : "(unnamed)";
    }
}
