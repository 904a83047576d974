using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

/// <summary>Reads a baseline back into a graph; see <see cref="BaselineWriter"/>.</summary>
internal static class BaselineReader
{
    /// <summary>Whether a file begins as a baseline, of this version of the format.</summary>
    public static bool IsBaseline(ReadOnlySpan<byte> start) => start.StartsWith(BaselineFormat.Magic);

    /// <summary>What the header says. Cost: its length.</summary>
    /// <exception cref="InvalidImageException">It is no baseline, or a line of the header that belongs to the layouts is wrong.</exception>
    public static BaselineHeader ReadHeader(string file, ByteRegion bytes)
    {
        ReadOnlySpan<byte> text = TextOf(file, bytes);
        return ReadHeader(file, text, out _);
    }

    /// <summary>Reads the types. Cost: linear in the text.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="bytes">The text.</param>
    /// <param name="limits">Bounds nesting and the length of names.</param>
    /// <exception cref="InvalidImageException">
    /// The text is no baseline, or changed: the message names line and column and what was expected there.
    /// </exception>
    public static TypeGraph Read(string file, ByteRegion bytes, ReaderLimits? limits = null)
    {
        ReadOnlySpan<byte> text = TextOf(file, bytes);
        BaselineHeader header = ReadHeader(file, text, out int start);
        int end = text.Length - BaselineFormat.End.Length;
        if (end < start || !text.EndsWith(BaselineFormat.End) || text[end - 1] != (byte)'\n')
        {
            InvalidImageException.Throw(file, "", text.Length, "the baseline is cut off: its last line is not '# end'");
        }

        var builder = new TypeGraphBuilder(file, "", null)
        {
            PointerSizeBytes = header.PointerSizeBytes,
            IsBigEndian = header.IsBigEndian,
        };
        new BaselineParser(file, text[..end], start, builder, limits ?? ReaderLimits.Default).Parse();
        return builder.Build();
    }

    private static ReadOnlySpan<byte> TextOf(string file, ByteRegion bytes)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (bytes.Length > int.MaxValue)
        {
            InvalidImageException.Throw(file, "", -1, "a baseline has less than 2 GiB");
        }

        ReadOnlySpan<byte> text = bytes.AsSpan();
        if (!IsBaseline(text))
        {
            InvalidImageException.Throw(file, "", 0, "the first line is not '# btftool layout baseline 1'");
        }

        return text;
    }

    private static BaselineHeader ReadHeader(string file, ReadOnlySpan<byte> text, out int at)
    {
        var header = new BaselineHeader();
        at = BaselineFormat.Magic.Length;
        while (at < text.Length && text[at] == (byte)'#' && !text[at..].SequenceEqual(BaselineFormat.End))
        {
            int end = text[at..].IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text[at..] : text.Slice(at, end);
            header = WithLine(file, header, Encoding.UTF8.GetString(line), at);
            at += end < 0 ? line.Length : end + 1;
        }

        return header;
    }

    private static BaselineHeader WithLine(string file, BaselineHeader header, string line, int at)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        string key = colon < 0 ? "" : line[1..colon].Trim();
        string value = colon < 0 ? "" : line[(colon + 2)..].Trim();
        switch (key)
        {
            case "tool":
                return header with { Tool = value };
            case "architecture":
                return header with { Architecture = value };
            case "producer":
                return header with { Producer = value };
            case "build id":
                return header with { BuildId = value };
            case "types":
                return header with { IsPartial = value == "some" };
            case "pointer bytes":
                return value is "4" or "8" ? header with { PointerSizeBytes = value == "4" ? 4 : 8 } : Wrong(file, at, "'pointer bytes' is 4 or 8");
            case "byte order":
                return value is "little" or "big" ? header with { IsBigEndian = value == "big" } : Wrong(file, at, "'byte order' is little or big");
            default:
                return header;
        }
    }

    private static BaselineHeader Wrong(string file, int at, string rule) => throw new InvalidImageException(file, "header", at, rule);
}
