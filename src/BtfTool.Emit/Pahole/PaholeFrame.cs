using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

/// <summary>What a body inherits from the one around it; passed by value, so that a body changes only its own.</summary>
internal struct PaholeFrame
{
    /// <summary>Width of the type column; shrinks with every nested body and may become negative, which counts as its absolute value.</summary>
    public int TypeColumn;

    /// <summary>Width of the name column.</summary>
    public int NameColumn;

    /// <summary>Tabs before the line that closes the body.</summary>
    public int Indent;

    /// <summary>Whether the totals follow the members.</summary>
    public bool HasTrailer;

    /// <summary>Name behind the closing brace where the body belongs to a pointer, an array or an expanded type.</summary>
    public NameId Suffix;

    /// <summary>Stars between the brace and <see cref="Suffix"/>.</summary>
    public bool SuffixIsPointer;

    /// <summary>Offsets count from the body itself.</summary>
    public bool IsRelative;

    /// <summary>Offset of the body, bytes.</summary>
    public long BaseBytes;

    /// <summary>A union is around at some depth.</summary>
    public bool InUnion;

    /// <summary>The member is the first of the nearest struct.</summary>
    public bool IsFirst;

    /// <summary>The member is the last of the nearest struct.</summary>
    public bool IsLast;

    /// <summary>Depth of nesting.</summary>
    public int Depth;
}
