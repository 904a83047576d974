namespace BtfTool.Emit.Pictures;

/// <summary>What happened to a member between two pictures.</summary>
internal enum PictureMark
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It changed its place among the others.</summary>
    Moved,

    /// <summary>It is there only in the second.</summary>
    Added,

    /// <summary>It is there only in the first.</summary>
    Removed,

    /// <summary>Its type or its size differs.</summary>
    Changed,
}

/// <summary>How marks are written and said.</summary>
internal static class PictureMarks
{
    public static ReadOnlySpan<byte> ClassOf(PictureMark mark) => mark switch
    {
        PictureMark.Moved => "moved"u8,
        PictureMark.Added => "added"u8,
        PictureMark.Removed => "removed"u8,
        PictureMark.Changed => "changed"u8,
        _ => [],
    };

    public static ReadOnlySpan<byte> SpokenOf(PictureMark mark) => mark switch
    {
        PictureMark.Moved => "moves"u8,
        PictureMark.Added => "new"u8,
        PictureMark.Removed => "removed"u8,
        PictureMark.Changed => "changed"u8,
        _ => [],
    };
}
