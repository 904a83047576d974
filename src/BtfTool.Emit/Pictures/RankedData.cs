using System.Buffers;
using System.Text;
using System.Text.Json;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Pictures;

/// <summary>
/// The rows of the ranked table as JSON, by columns: <c>{"columns": [{"key", "label", "about", "values": [...]}], "chunk_types"}</c>;
/// where a column has <c>words</c>, its values are indices of them. What means something in HTML is written as an escape.
/// </summary>
internal static class RankedData
{
    private const int FlushBytes = 1 << 16;

    /// <summary>Writes the rows. Cost: linear in their number.</summary>
    public static void Write(RankedTypes types, RankedPageOptions options, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("chunk_types"u8, RankedTypes.ChunkTypes);
        json.WriteStartArray("columns"u8);
        Ranks(types, json);
        Names(types, json);
        Words("kind", "Kind", "struct or union", ["struct", "union"], types,
            type => type.Graph.KindOf(type.Id) == TypeKind.Union ? 1 : 0, json);
        Modules(types, options, json);
        Numbers("size", "Size", "Bytes of an object", types, row => row.SizeBytes, json);
        Numbers("saves", "Saves", "Bytes that the best order of the members found would save", types, row => row.Gain?.SavedBytes ?? 0, json);
        Numbers("saves_lines", "Saves lines", "Cache lines that it would save", types, row => row.Gain?.SavedCachelines ?? 0, json);
        Numbers("saves_bucket", "Saves bucket", "Bytes of the allocator's bucket that it would save", types,
            row => row.Gain?.SavedBucketBytes ?? 0, json);
        Proofs(types, json);
        Numbers("holes", "Holes", "Runs of unused bytes between members", types, row => row.Holes, json);
        Numbers("hole_bytes", "Hole bytes", "Bytes in holes", types, row => row.HoleBytes, json);
        Numbers("padding", "Padding", "Unused bytes behind the last member", types, row => row.PaddingBytes, json);
        Numbers("lines", "Lines", $"Cache lines of {options.CachelineBytes} bytes that an object touches", types, row => row.Cachelines, json);
        Numbers("straddles", "Straddles", "Members that lie on more than one cache line", types, row => row.Straddles, json);
        Numbers("bucket", "Bucket", "Bytes that the allocator hands out for an object", types, row => row.BucketBytes, json);
        Numbers("groups", "Groups", "Cache line groups, those of embedded structs included", types, row => row.Groups, json);
        Numbers("members", "Members", "Members, anonymous ones and bitfields each as one", types, row => row.Members, json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static void Ranks(RankedTypes types, Utf8JsonWriter json)
    {
        int[] ranks = new int[types.Rows.Length];
        for (int i = 0; i < ranks.Length; i++)
        {
            ranks[types.RowsByRank[i]] = i + 1;
        }

        Begin("rank", "Rank", "Most to gain first: bucket, cache lines, straddling members, bytes, fewest moves", json);
        foreach (int rank in ranks)
        {
            json.WriteNumberValue(rank);
            FlushBlock(json);
        }

        End(json);
    }

    private static void Names(RankedTypes types, Utf8JsonWriter json)
    {
        Begin("name", "Name", "Name of the type", json);
        foreach (TypeRef type in types.Types)
        {
            json.WriteStringValue(NameOf(type.View));
            FlushBlock(json);
        }

        End(json);
    }

    /// <summary>A name as the page has it: long ones end in an ellipsis, since many types may share one.</summary>
    internal static string NameOf(TypeView type) => type.Name.Length <= HtmlText.MostCharacters
        ? type.NameString : Encoding.UTF8.GetString(type.Name[..(HtmlText.MostCharacters - 1)]) + "…";

    // Only where there are modules.
    private static void Modules(RankedTypes types, RankedPageOptions options, Utf8JsonWriter json)
    {
        var words = new List<string> { "" };
        var known = new Dictionary<TypeGraph, int>();
        foreach (TypeRef type in types.Types)
        {
            if (!known.ContainsKey(type.Graph))
            {
                string? module = options.ModuleOf(type.Graph);
                known[type.Graph] = module is null ? 0 : words.Count;
                if (module is not null)
                {
                    words.Add(module);
                }
            }
        }

        if (words.Count > 1)
        {
            Words("module", "Module", "The module that declares it; empty for the kernel itself", words, types, type => known[type.Graph], json);
        }
    }

    private static void Proofs(RankedTypes types, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Head("proof", "Proof", "Whether no legal order is better: proven, or only found; empty where nothing is gained", json);
        Words(["", "found", "proven"], json);
        foreach (RankedRow row in types.Rows)
        {
            json.WriteNumberValue(row.Gain is null ? 0 : row.IsProven ? 2 : 1);
            FlushBlock(json);
        }

        End(json);
    }

    private static void Words(string key, string label, string about, IReadOnlyList<string> words, RankedTypes types, Func<TypeRef, int> wordOf,
        Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Head(key, label, about, json);
        Words(words, json);
        foreach (TypeRef type in types.Types)
        {
            json.WriteNumberValue(wordOf(type));
            FlushBlock(json);
        }

        End(json);
    }

    private static void Words(IReadOnlyList<string> words, Utf8JsonWriter json)
    {
        json.WriteStartArray("words"u8);
        foreach (string word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
        json.WriteStartArray("values"u8);
    }

    private static void Numbers(string key, string label, string about, RankedTypes types, Func<RankedRow, long> numberOf, Utf8JsonWriter json)
    {
        Begin(key, label, about, json);
        foreach (RankedRow row in types.Rows)
        {
            json.WriteNumberValue(numberOf(row));
            FlushBlock(json);
        }

        End(json);
    }

    private static void Begin(string key, string label, string about, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Head(key, label, about, json);
        json.WriteStartArray("values"u8);
    }

    private static void Head(string key, string label, string about, Utf8JsonWriter json)
    {
        json.WriteString("key"u8, key);
        json.WriteString("label"u8, label);
        json.WriteString("about"u8, about);
    }

    private static void End(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void FlushBlock(Utf8JsonWriter json)
    {
        if (json.BytesPending > FlushBytes)
        {
            json.Flush();
        }
    }
}
