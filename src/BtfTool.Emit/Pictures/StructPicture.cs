using BtfTool.Core.Layout;

namespace BtfTool.Emit.Pictures;

/// <summary>A row of a picture: the bytes of one cache line, or, where lines are long, of a part of it.</summary>
/// <param name="FirstByte">Offset of its first byte.</param>
/// <param name="Repeats">How many rows with the same content it stands for, at least 1.</param>
/// <param name="FirstPiece">Index of its first piece.</param>
/// <param name="PieceCount">How many pieces it has.</param>
/// <param name="Height">Its height, in the unit of <see cref="PicturePiece.Top"/>.</param>
internal readonly record struct PictureRow(long FirstByte, long Repeats, int FirstPiece, int PieceCount, int Height);

/// <summary>
/// A run of bits of one row that belongs to one entry. The pieces of a row tile it: each point of it is covered by exactly one.
/// </summary>
/// <param name="Entry">Index of the entry; -1 for what belongs to none.</param>
/// <param name="Kind">What it is.</param>
/// <param name="FromBit">First bit, from the start of the struct.</param>
/// <param name="ToBit">First bit behind it; of a row that repeats behind its first.</param>
/// <param name="Top">Upper edge within the row, from 0: alternatives of a union lie one below the other.</param>
/// <param name="Bottom">Lower edge.</param>
/// <param name="IsContinued">Whether the entry began in a row before.</param>
/// <param name="Continues">Whether it goes on in the next row.</param>
internal readonly record struct PicturePiece(int Entry, PictureKind Kind, long FromBit, long ToBit, int Top, int Bottom, bool IsContinued, bool Continues);

/// <summary>The part of a cache line group that lies in a row.</summary>
/// <param name="Group">Index of the group in the report.</param>
/// <param name="Row">Index of the row.</param>
/// <param name="FromBit">First bit.</param>
/// <param name="ToBit">First bit behind it.</param>
/// <param name="IsFirst">Whether the group begins in this row.</param>
/// <param name="IsLast">Whether it ends in this row.</param>
internal readonly record struct PictureOutline(int Group, int Row, long FromBit, long ToBit, bool IsFirst, bool IsLast);

/// <summary>How a struct or union lies in memory, ready to be drawn: what there is to list, rows of bytes, pieces of rows.</summary>
internal sealed class StructPicture
{
    private readonly PictureEntry[] _entries;
    private readonly PictureRow[] _rows;
    private readonly PicturePiece[] _pieces;
    private readonly PictureOutline[] _outlines;
    private readonly (int Mark, int Colour, int Count)[] _members;

    internal StructPicture(LayoutReport report, int rowBytes, PictureEntries entries, PictureRows rows)
    {
        Report = report;
        RowBytes = rowBytes;
        _entries = entries.ToArray();
        _members = entries.Members;
        MarkEnd = entries.MarkEnd;
        IsExpansionCut = entries.IsCut;
        (_rows, _pieces) = (rows.Rows, rows.Pieces);
        _outlines = PictureOutlines.Of(report, this);
    }

    /// <summary>What is drawn.</summary>
    public LayoutReport Report { get; }

    /// <summary>Bytes of a row: those of a cache line where that makes a picture that can be read, else 64.</summary>
    public int RowBytes { get; }

    /// <summary>Members and unused room by offset; what lies in an anonymous struct or union follows it.</summary>
    public ReadOnlySpan<PictureEntry> Entries => _entries;

    /// <summary>The rows from the top.</summary>
    public ReadOnlySpan<PictureRow> Rows => _rows;

    /// <summary>The pieces of all rows, row by row.</summary>
    public ReadOnlySpan<PicturePiece> Pieces => _pieces;

    /// <summary>The cache line groups, row by row.</summary>
    public ReadOnlySpan<PictureOutline> Outlines => _outlines;

    /// <summary>One more than the largest <see cref="PictureEntry.Mark"/>.</summary>
    public int MarkEnd { get; }

    /// <summary>Whether anonymous structs or unions were left whole because there is too much in them.</summary>
    public bool IsExpansionCut { get; }

    /// <summary>Size in bits.</summary>
    public long SizeBits => Report.Layout.Summary.SizeBytes * 8;

    /// <summary>The pieces of a row.</summary>
    public ReadOnlySpan<PicturePiece> PiecesOf(in PictureRow row) => _pieces.AsSpan(row.FirstPiece, row.PieceCount);

    /// <summary>The first mark and colour of a member, and how many entries it and what lies in it have. By index in the file.</summary>
    internal (int Mark, int Colour, int Count) MemberAt(int index) => (uint)index < (uint)_members.Length ? _members[index] : default;
}
