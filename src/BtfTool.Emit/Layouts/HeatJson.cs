using System.Text.Json;
using BtfTool.Core.Profiles;

namespace BtfTool.Emit.Layouts;

/// <summary>Writes what samples say, and what is guessed without them, as JSON. Members are positions.</summary>
internal static class HeatJson
{
    /// <summary>Writes the object <c>heat</c>.</summary>
    /// <param name="heat">The heat of a layout.</param>
    /// <param name="json">Where to; an object is open.</param>
    public static void Write(LayoutHeat heat, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(heat);
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject("heat");
        WriteCoverage(heat, json);
        json.WriteStartArray("members");
        for (int i = 0; i < heat.Samples.Layout.Members.Length; i++)
        {
            if (heat.Of(i) is { } shares)
            {
                json.WriteStartObject();
                json.WriteNumber("member", i);
                WriteShares(shares, json);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("lines");
        foreach (LineHeat line in heat.Lines)
        {
            json.WriteStartObject();
            json.WriteNumber("line", line.Line);
            json.WriteNumber("members", line.Members);
            WriteShares(line.Shares, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteFights(heat, json);
        json.WriteEndObject();
    }

    /// <summary>The numbers of an object <c>coverage</c>: how many samples fall where.</summary>
    /// <param name="heat">The heat of a layout.</param>
    /// <param name="json">Where to; an object is open.</param>
    public static void WriteCoverage(LayoutHeat heat, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(heat);
        ArgumentNullException.ThrowIfNull(json);
        MemberSamples samples = heat.Samples;
        json.WriteStartObject("coverage");
        json.WriteNumber("rows", samples.Rows);
        json.WriteNumber("accesses", samples.Accesses);
        json.WriteNumber("on_members", samples.OnMembers);
        json.WriteNumber("in_holes", samples.InHoles);
        json.WriteNumber("behind_end", samples.BeyondSize);
        json.WriteNumber("sampled_members", heat.SampledMembers);
        json.WriteNumber("members", samples.Layout.Members.Length);
        json.WriteNumber("sampled_bytes", samples.SampledBytes);
        json.WriteNumber("size_bytes", samples.Layout.Summary.SizeBytes);
        json.WriteEndObject();
    }

    internal static void WriteGuesses(MemberGuesses guesses, int members, Utf8JsonWriter json)
    {
        json.WriteStartObject("guesses");
        json.WriteStartArray("members");
        for (int i = 0; i < members; i++)
        {
            if (guesses.Of(i) != MemberGuess.None)
            {
                json.WriteStartObject();
                json.WriteNumber("member", i);
                json.WriteString("guess", guesses.Of(i) switch
                {
                    MemberGuess.ReadMostly => "read_mostly",
                    MemberGuess.LikelyWritten => "likely_written",
                    _ => "cold",
                });
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("mixed_lines");
        foreach (GuessedLine line in guesses.Mixed)
        {
            json.WriteStartObject();
            json.WriteNumber("line", line.Line);
            WritePositions("read_mostly", line.Read, json);
            WritePositions("likely_written", line.Written, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFights(LayoutHeat heat, Utf8JsonWriter json)
    {
        json.WriteStartArray("false_sharing");
        foreach (MemberFight fight in heat.Fights)
        {
            json.WriteStartObject();
            json.WriteNumber("line", fight.Line);
            json.WriteNumber("member", fight.First);
            json.WriteNumber("other", fight.Second);
            json.WriteNumber("collisions", fight.Collisions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("false_sharing_pairs", heat.FightCount);
        WritePositions("contended", heat.Contended, json);
    }

    private static void WritePositions(string key, IReadOnlyList<int> positions, Utf8JsonWriter json)
    {
        json.WriteStartArray(key);
        foreach (int position in positions)
        {
            json.WriteNumberValue(position);
        }

        json.WriteEndArray();
    }

    private static void WriteShares(CpuShares shares, Utf8JsonWriter json)
    {
        json.WriteNumber("reads", shares.Reads);
        json.WriteNumber("writes", shares.Writes);
        json.WriteNumber("reading_cpus", shares.ReadingCpus);
        json.WriteNumber("writing_cpus", shares.WritingCpus);
    }
}
