using System.Globalization;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Fields;

/// <summary>
/// Writes answers about places in types as lines, one for each path: what was asked, the offset in decimal, the cache line, the path,
/// the type and the size, with two or more blanks between them. Not safe to share between threads.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="cachelineBytes">Bytes of a cache line, at least 1.</param>
public sealed class FieldTextWriter(Utf8Writer output, int cachelineBytes)
{
    private TypeGraph? _graph;
    private DeclarationText? _declarations;

    /// <summary>Writes one answer. Cost: linear in its places.</summary>
    /// <exception cref="ArgumentException">The answer is a problem.</exception>
    public void Write(FieldAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (_graph != answer.Graph || _declarations is null)
        {
            _graph = answer.Graph;
            _declarations = new DeclarationText(answer.Graph);
        }

        if (answer.Location is { } location)
        {
            WriteLocation(answer, location);
        }
        else
        {
            WritePlaces(answer, answer.Places ?? throw new ArgumentException("the answer is a problem", nameof(answer)));
        }
    }

    private void WriteLocation(FieldAnswer answer, FieldLocation location)
    {
        bool isFollowed = location.PointerPath.Length > 0;
        string name = isFollowed ? NameOf(answer.Graph, location.Object) : ShortName(answer.Question.TypeName);
        int? bit = location.BitfieldBits != 0 ? (int)(location.BitOffset % 8) : null;
        WriteHead(name, location.BitOffset / 8, bit);
        WriteCell(answer.Question.Path!, TextStyle.MemberName, 0);
        WriteCell(_declarations!.Of(location.Type), TextStyle.TypeName, 0);
        WriteSize(location.BitOffset, location.BitfieldBits, location.SizeBytes);
        if (isFollowed)
        {
            output.Write($"  in the object that {location.PointerPath} points to");
        }

        output.Write((byte)'\n');
    }

    private void WritePlaces(FieldAnswer answer, FieldPlaces places)
    {
        FieldQuestion question = answer.Question;
        string name = ShortName(question.TypeName);
        (int pathWidth, int typeWidth) = places.Places.Count > 1 ? Widths(places) : (0, 0);
        foreach (FieldPlace place in places.Places)
        {
            WriteHead(name, question.OffsetBytes, question.Bit);
            if (place.Kind == FieldPlaceKind.Member)
            {
                WriteCell(place.Path, TextStyle.MemberName, pathWidth);
                WriteCell(_declarations!.Of(place.Type), TextStyle.TypeName, typeWidth);
                WriteSize(place.BitOffset, place.BitfieldBits, place.SizeBytes);
            }
            else
            {
                WriteCell(Describe(place), TextStyle.Warning, 0);
            }

            if (place.InsideBytes > 0)
            {
                output.Write("  +"u8);
                output.WriteDecimal(place.InsideBytes);
                output.Write(" into"u8);
            }

            output.Write((byte)'\n');
        }

        if (places.MoreCount > 0 || places.IsCut)
        {
            WriteHead(name, question.OffsetBytes, question.Bit);
            output.Write($"  and {(places.IsCut ? "at least " : "")}{places.MoreCount} more\n");
        }
    }

    private (int Path, int Type) Widths(FieldPlaces places)
    {
        int path = 0, type = 0;
        foreach (FieldPlace place in places.Places)
        {
            if (place.Kind == FieldPlaceKind.Member)
            {
                path = Math.Max(path, place.Path.Length);
                type = Math.Max(type, _declarations!.Of(place.Type).Length);
            }
        }

        return (path, type);
    }

    private void WriteHead(string name, long offsetBytes, int? bit)
    {
        string bits = bit is { } b ? string.Create(CultureInfo.InvariantCulture, $":{b}") : "";
        long at = offsetBytes + ((bit ?? 0) / 8);
        output.Style(TextStyle.Comment);
        output.Write(string.Create(CultureInfo.InvariantCulture,
            $"{name}+0x{offsetBytes:x}{bits}  {offsetBytes}{bits}  line {at / cachelineBytes} byte {at % cachelineBytes}"));
        output.Style(TextStyle.Plain);
    }

    private void WriteCell(string text, TextStyle style, int width)
    {
        output.Write("  "u8);
        output.Style(style);
        output.Write(text);
        output.Style(TextStyle.Plain);
        output.Fill((byte)' ', width - text.Length);
    }

    private void WriteSize(long bitOffset, int bitfieldBits, long sizeBytes)
    {
        output.Write(bitfieldBits == 0 ? string.Create(CultureInfo.InvariantCulture, $"  size {sizeBytes}")
            : string.Create(CultureInfo.InvariantCulture,
                $"  {bitfieldBits} bit{(bitfieldBits == 1 ? "" : "s")} at {bitOffset / 8}:{bitOffset % 8}"));
    }

    private static string Describe(FieldPlace place)
    {
        string what = place.Kind switch
        {
            FieldPlaceKind.BitHole => $"in the {place.HoleBits.ToString(CultureInfo.InvariantCulture)}-bit hole",
            FieldPlaceKind.Hole => $"in the {place.SizeBytes.ToString(CultureInfo.InvariantCulture)}-byte hole",
            _ => $"in the {place.SizeBytes.ToString(CultureInfo.InvariantCulture)} bytes of padding",
        };
        return (place.Before, place.After) switch
        {
            ({ } before, { } after) => $"{what} between {before} and {after}",
            ({ } before, null) => $"{what} behind {before}",
            (null, { } after) => $"{what} before {after}",
            _ => place.Path.Length == 0 ? $"{what} at the end" : $"{what} at the end of {place.Path}",
        };
    }

    private static string NameOf(TypeGraph graph, TypeId id) => graph[id].IsAnonymous ? "(anonymous)" : graph[id].NameString;

    // Without the word of C in front, so that the line begins with one word.
    private static string ShortName(string typed) => typed[(typed.LastIndexOf(' ') + 1)..];
}
