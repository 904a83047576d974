using System.Buffers;
using System.Globalization;
using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

/// <summary>
/// Writes layouts as a baseline: the same bytes for the same layouts, whatever the order, the ids and the format they come from. Left out
/// is what is no layout: <c>restrict</c>, tags, names of parameters, variables, declared alignment, the
/// dimensions of an array.
/// </summary>
public static class BaselineWriter
{
    /// <summary>Writes a baseline. Cost: linear in the text; one hash for each block.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="header">Where they come from; size of pointers and byte order are those of the graph.</param>
    /// <param name="output">Receives the text, in blocks.</param>
    /// <param name="roots">
    /// The types that are wanted, with what they hold by value; of what they only point to the names are written. Null for all.
    /// </param>
    /// <param name="limits">Bounds the text of one type.</param>
    /// <exception cref="InvalidImageException">A type does not end: a pointer to itself, or nested beyond the limits.</exception>
    public static void Write(TypeGraph graph, BaselineHeader header, IBufferWriter<byte> output, IReadOnlyCollection<TypeId>? roots = null,
        ReaderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(output);
        var buffer = new BaselineBuffer();
        BaselineSelection? selection = roots is null ? null : new BaselineSelection(graph, roots, limits ?? ReaderLimits.Default);
        var text = new BaselineTypeText(graph, buffer, limits ?? ReaderLimits.Default)
        {
            IsDeclared = selection is null ? id => graph.KindOf(id) == TypeKind.Forward : selection.IsDeclared,
        };
        WriteHeader(graph, header, output);
        List<uint> named = NamedOf(graph, selection);
        foreach (uint id in new BaselineClasses(graph, named, text, buffer).Choose())
        {
            buffer.Length = 0;
            int hashAt = text.WriteBlock(new TypeId(id));
            Emit(buffer.Written, hashAt, output);
        }

        foreach ((byte[] block, int hashAt) in UnnamedOf(graph, selection, text, buffer))
        {
            Emit(block, hashAt, output);
        }

        output.Write(BaselineFormat.End);
    }

    private static List<uint> NamedOf(TypeGraph graph, BaselineSelection? selection)
    {
        var named = new List<uint>(graph.TypeCount / 2);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            bool isBlock = type.Kind is TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Typedef
                or TypeKind.Int or TypeKind.Float or TypeKind.Forward or TypeKind.Function;
            if (isBlock && (selection is null || selection.Has(type.Id)) && !BaselineTypeText.IsPlaced(type))
            {
                named.Add(id);
            }
        }

        return named;
    }

    // What has no name and is not a part of something that was written: most often enumerations that only give names to numbers.
    private static List<(byte[] Block, int HashAt)> UnnamedOf(TypeGraph graph, BaselineSelection? selection, BaselineTypeText text, BaselineBuffer buffer)
    {
        var found = new List<(uint Id, byte[] Block, int HashAt)>();
        bool[] placed = (bool[])text.Placed.Clone();
        Array.Clear(text.Placed);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (!placed[id] && BaselineTypeText.IsPlaced(graph[new TypeId(id)]) && (selection is null || selection.Has(new TypeId(id))))
            {
                buffer.Length = 0;
                int hashAt = text.WriteBlock(new TypeId(id));
                found.Add((id, buffer.Written.ToArray(), hashAt));
            }
        }

        found.Sort((a, b) => a.Block.AsSpan().SequenceCompareTo(b.Block));
        var blocks = new List<(byte[] Block, int HashAt)>();
        foreach ((uint id, byte[] block, int hashAt) in found)
        {
            if (!text.Placed[id] && (blocks.Count == 0 || !block.AsSpan().SequenceEqual(blocks[^1].Block)))
            {
                blocks.Add((block, hashAt));
            }
        }

        return blocks;
    }

    private static void Emit(ReadOnlySpan<byte> block, int hashAt, IBufferWriter<byte> output)
    {
        const int HashBytes = 18;
        Span<byte> to = output.GetSpan(block.Length + HashBytes);
        block[..hashAt].CopyTo(to);
        " @"u8.CopyTo(to[hashAt..]);
        ulong hash = XxHash64.Of(block[hashAt..], XxHash64.Of(block[..hashAt]));
        _ = hash.TryFormat(to[(hashAt + 2)..], out _, "x16", CultureInfo.InvariantCulture);
        block[hashAt..].CopyTo(to[(hashAt + HashBytes)..]);
        output.Advance(block.Length + HashBytes);
    }

    private static void WriteHeader(TypeGraph graph, BaselineHeader header, IBufferWriter<byte> output)
    {
        output.Write(BaselineFormat.Magic);
        WriteLine(output, "tool", header.Tool);
        WriteLine(output, "architecture", header.Architecture);
        WriteLine(output, "pointer bytes", graph.PointerSizeBytes.ToString(CultureInfo.InvariantCulture));
        WriteLine(output, "byte order", graph.IsBigEndian ? "big" : "little");
        WriteLine(output, "producer", header.Producer);
        WriteLine(output, "build id", header.BuildId);
        WriteLine(output, "types", header.IsPartial ? "some" : null);
    }

    private static void WriteLine(IBufferWriter<byte> output, string key, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            // A value ends with its line.
            string harmless = string.Concat(value.Select(c => char.IsControl(c) ? ' ' : c));
            output.Write(Encoding.UTF8.GetBytes($"# {key}: {harmless.Trim()}\n"));
        }
    }
}
