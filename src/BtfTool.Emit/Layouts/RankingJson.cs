using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Layouts;

/// <summary>Writes a ranking of structs as one JSON document (docs/schemas/layout-ranking.schema.json).</summary>
public static class RankingJson
{
    private const int FlushBytes = 1 << 16;

    /// <summary>Writes a ranking, in blocks. Cost: linear in what it keeps.</summary>
    /// <param name="ranking">The ranking.</param>
    /// <param name="cachelineBytes">Bytes of a cache line that it was made with.</param>
    /// <param name="slabFile">Where the counts of live objects are from; null where there are none.</param>
    /// <param name="moduleOf">The module that a graph is of; null for the kernel, and where one file is asked.</param>
    /// <param name="output">Where to.</param>
    public static void Write(
        LayoutRanking ranking, int cachelineBytes, string? slabFile, Func<TypeGraph, string?> moduleOf, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(moduleOf);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema"u8, "btftool/layout-ranking/1"u8);
        json.WriteNumber("cacheline_bytes"u8, cachelineBytes);
        if (slabFile is not null)
        {
            json.WriteString("slabinfo"u8, slabFile);
        }

        json.WriteNumber("structs"u8, ranking.StructCount);
        json.WriteNumber("gaining"u8, ranking.GainingCount);
        json.WriteNumber("proven"u8, ranking.ProvenCount);
        json.WriteNumber("saved_bytes"u8, ranking.SavedBytes);
        if (slabFile is not null)
        {
            json.WriteNumber("with_cache"u8, ranking.JoinedCount);
            json.WriteNumber("saved_slab_bytes"u8, ranking.SavedSlabBytes);
        }

        json.WriteStartArray("types"u8);
        foreach (LayoutGain gain in ranking.Gains)
        {
            Write(gain, moduleOf(gain.Type.Graph), json);
            if (json.BytesPending > FlushBytes)
            {
                json.Flush();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    private static void Write(LayoutGain gain, string? module, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, gain.Type.Id.Value);
        json.WriteString("name"u8, gain.Type.View.NameString);
        json.WriteString("kind"u8, "struct"u8);
        if (module is not null)
        {
            json.WriteString("module"u8, module);
        }

        Write("before", gain.Before, json);
        Write("after", gain.After, json);
        json.WriteNumber("moves"u8, gain.After.Moves);
        json.WriteNumber("saved_bucket_bytes"u8, gain.SavedBucketBytes);
        json.WriteNumber("saved_cachelines"u8, gain.SavedCachelines);
        json.WriteNumber("saved_straddles"u8, gain.SavedStraddles);
        json.WriteNumber("saved_bytes"u8, gain.SavedBytes);
        json.WriteBoolean("proven_optimal"u8, gain.IsProvenOptimal);
        json.WriteNumber("lower_bound_bytes"u8, gain.LowerBoundBytes);
        if (gain.Cache is { } cache)
        {
            LiveObjects.Write(cache, gain.Change, json);
        }

        json.WriteEndObject();
    }

    private static void Write(string key, in PlanObjective objective, Utf8JsonWriter json)
    {
        json.WriteStartObject(key);
        json.WriteNumber("size_bytes"u8, objective.SizeBytes);
        json.WriteNumber("bucket_bytes"u8, objective.BucketBytes);
        json.WriteNumber("cachelines"u8, objective.Cachelines);
        json.WriteNumber("straddles"u8, objective.Straddles);
        json.WriteEndObject();
    }
}
