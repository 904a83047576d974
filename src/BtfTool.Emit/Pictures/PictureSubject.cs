using BtfTool.Core.Layout;
using BtfTool.Emit.Reorganize;

namespace BtfTool.Emit.Pictures;

/// <summary>A type that a report shows.</summary>
/// <param name="Report">How it lies in memory.</param>
internal sealed record PictureSubject(LayoutReport Report)
{
    /// <summary>What it is called where it has no name of its own: that of a typedef; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>The module that has it; null for the kernel or a file.</summary>
    public string? Module { get; init; }

    /// <summary>Where it is declared, <c>file:line</c>; null where that is not known.</summary>
    public string? Place { get; init; }

    /// <summary>The better order of its members; null where none was asked for, or there is none.</summary>
    public ReorganizedStruct? Reorganized { get; init; }

    /// <summary>The type in words: <c>struct sock</c>.</summary>
    public string Title
    {
        get
        {
            Core.Types.TypeView type = Report.Graph[Report.Type];
            string kind = type.Kind == Core.Types.TypeKind.Union ? "union " : "struct ";
            return type.IsAnonymous ? Name ?? kind + "(unnamed)" : kind + type.NameString;
        }
    }
}
