using System.Globalization;
using BtfTool.Core.Types;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>What a picture and its listing say of entries. Not safe to share between threads.</summary>
internal sealed class PictureWords(StructPicture picture, DeclarationText declarations)
{
    private readonly LayoutWords _words = new(picture.Report, declarations);

    public StructPicture Picture => picture;

    public LayoutWords Layout => _words;

    /// <summary>The name of a member as the file has it; empty for unused room and what is anonymous.</summary>
    public ReadOnlySpan<byte> NameOf(in PictureEntry entry)
    {
        if (entry.Index < 0)
        {
            return default;
        }

        ReadOnlySpan<byte> name = MemberOf(entry).Name;
        return entry.SizeBits == 0 && name.StartsWith("__cacheline_group_begin__"u8) ? name["__cacheline_group_begin__".Length..]
            : entry.SizeBits == 0 && name.StartsWith("__cacheline_group_end__"u8) ? name["__cacheline_group_end__".Length..] : name;
    }

    /// <summary>Whether an entry is a marker of a group: 1 its begin, -1 its end, 0 neither.</summary>
    public int MarkerOf(in PictureEntry entry)
    {
        ReadOnlySpan<byte> name = entry.Index < 0 || entry.SizeBits != 0 ? default : MemberOf(entry).Name;
        return name.StartsWith("__cacheline_group_begin__"u8) ? 1 : name.StartsWith("__cacheline_group_end__"u8) ? -1 : 0;
    }

    /// <summary>The type of a member as C; of a bitfield with its width.</summary>
    public string TypeOf(in PictureEntry entry) => entry.Index < 0 ? "" : declarations.Of(MemberOf(entry).Type);

    /// <summary>What to call an entry that has no name: the sort of it.</summary>
    public string SortOf(in PictureEntry entry) => entry.Kind switch
    {
        PictureKind.Hole => "hole",
        PictureKind.BitHole => "bit hole",
        PictureKind.Padding => "padding",
        PictureKind.Anonymous => entry.IsUnion ? "union" : "struct",
        _ => "(unnamed)",
    };

    /// <summary>Why room is unused; empty where nothing is known of it.</summary>
    public string CauseOf(in PictureEntry entry) => entry.Gap < 0 ? "" : _words.CauseOf(picture.Report.Gaps[entry.Gap]);

    /// <summary>Whether a member lies on two cache lines and would fit one.</summary>
    public bool Straddles(in PictureEntry entry)
    {
        long lineBits = picture.Report.CachelineBytes * 8L;
        return entry.Kind is PictureKind.Member or PictureKind.Bits && entry.SizeBits > 0 && entry.SizeBits <= lineBits
            && entry.BitOffset / lineBits != (entry.EndBits - 1) / lineBits;
    }

    public MemberView MemberOf(in PictureEntry entry) => picture.Report.Graph[entry.Owner].Members[entry.Index];

    /// <summary>A size: <c>8 bytes</c>, <c>3 bits</c>.</summary>
    public static string Size(long bits) => bits % 8 == 0 ? Count(bits / 8, "byte") : Count(bits, "bit");

    /// <summary>An offset in bytes; with the bit where it is none: <c>12</c>, <c>12:3</c>.</summary>
    public static void WriteOffset(Utf8Writer output, long bits)
    {
        output.WriteDecimal(bits / 8);
        if (bits % 8 != 0)
        {
            output.Write((byte)':');
            output.WriteDecimal(bits % 8);
        }
    }

    public static string Count(long number, string what) => number == 1 ? "1 " + what : Number(number) + " " + what + "s";

    /// <summary>A size for small places: <c>8 B</c>, <c>3 b</c>.</summary>
    public static string Short(long bits) => bits % 8 == 0 ? Number(bits / 8) + " B" : Number(bits) + " b";

    /// <summary>The size of an entry for small places; what is counted in bits, in bits.</summary>
    public static string Short(in PictureEntry entry) =>
        entry.Kind is PictureKind.Bits or PictureKind.BitHole ? Number(entry.SizeBits) + " b" : Short(entry.SizeBits);

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a screen reader says of a piece: name, type, offset, size; and of how it lies.</summary>
    public void WriteSpoken(Utf8Writer output, in PictureEntry entry, PictureMark mark)
    {
        ReadOnlySpan<byte> name = NameOf(entry);
        if (name.IsEmpty)
        {
            output.Write(SortOf(entry));
        }
        else
        {
            HtmlText.Write(output, name);
        }

        if (entry.Index >= 0)
        {
            output.Write(": "u8);
            HtmlText.Write(output, TypeOf(entry));
        }

        output.Write(", offset "u8);
        WriteOffset(output, entry.BitOffset);
        output.Write(", "u8);
        output.Write(entry.Kind is PictureKind.Bits or PictureKind.BitHole ? Count(entry.SizeBits, "bit") : Size(entry.SizeBits));
        if (entry.Gap >= 0)
        {
            output.Write(": "u8);
            HtmlText.Write(output, CauseOf(entry));
        }

        if (Straddles(entry))
        {
            output.Write(", on two cache lines"u8);
        }

        output.Write(mark == PictureMark.None ? [] : ", "u8);
        output.Write(PictureMarks.SpokenOf(mark));
    }
}
