using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Btf;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;

namespace BtfTool.Cli.Info;

/// <summary>Writes what an input is as one JSON document (docs/schemas/info.schema.json).</summary>
internal static class InfoJson
{
    public static void Write(InfoReport report, IBufferWriter<byte> target)
    {
        using var json = new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        SourceFacts facts = report.Facts;
        json.WriteStartObject();
        json.WriteString("schema", "btftool/info/1");
        json.WriteString("file", facts.Path);
        json.WriteString("format", facts.Format switch { SourceFormat.Dwarf => "dwarf", SourceFormat.Baseline => "baseline", _ => "btf" });
        Number(json, "file_size_bytes", facts.FileBytes);
        Text(json, "compression", facts.Compression);
        json.WriteString("byte_order", OrderOf(facts.IsBigEndian));
        Number(json, "pointer_size_bytes", report.PointerSizeBytes);
        WriteElf(json, facts.Elf);
        WriteBtf(json, facts);
        WriteDwarf(json, facts);
        WriteRanking(json, report);
        json.WriteEndObject();
        json.Flush();
        target.Write("\n"u8);
    }

    private static void WriteElf(Utf8JsonWriter json, ElfFacts? elf)
    {
        if (elf is null)
        {
            return;
        }

        json.WriteStartObject("elf");
        json.WriteString("machine", elf.Machine);
        json.WriteString("type", elf.Type);
        json.WriteNumber("address_bits", elf.AddressBits);
        json.WriteString("byte_order", OrderOf(elf.IsBigEndian));
        Text(json, "build_id", elf.BuildId);
        json.WriteStartArray("sections");
        foreach (SectionFacts section in elf.Sections)
        {
            json.WriteStartObject();
            json.WriteString("name", section.Name);
            json.WriteNumber("size_bytes", section.SizeBytes);
            json.WriteBoolean("compressed", section.IsCompressed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBtf(Utf8JsonWriter json, SourceFacts facts)
    {
        if (facts.Btf is not { } btf)
        {
            return;
        }

        json.WriteStartObject("btf");
        json.WriteBoolean("split", facts.IsSplit);
        json.WriteBoolean("layout_section", facts.HasLayoutSection);
        json.WriteBoolean("sorted_by_name", btf.IsSortedByName);
        WriteSummary(json, btf);
        if (facts.BaseBtf is { } below)
        {
            json.WriteStartObject("base");
            Text(json, "file", facts.BasePath);
            json.WriteBoolean("distilled", facts.IsBaseDistilled);
            WriteSummary(json, below);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteSummary(Utf8JsonWriter json, BtfSummary btf)
    {
        json.WriteNumber("type_count", btf.RecordCount);
        json.WriteNumber("type_section_bytes", btf.TypeBytes);
        json.WriteNumber("string_section_bytes", btf.StringBytes);
        Counts(json, "kinds", "kind", "type_count", btf.Kinds.Select(pair => new KeyValuePair<string, int>(InfoReport.WordOf((int)pair.Key), pair.Value)));
    }

    private static void WriteDwarf(Utf8JsonWriter json, SourceFacts facts)
    {
        if (facts.Dwarf is not { } dwarf)
        {
            return;
        }

        json.WriteStartObject("dwarf");
        Text(json, "debug_file", facts.DebugPath);
        json.WriteNumber("unit_count", dwarf.UnitCount);
        json.WriteNumber("damaged_unit_count", dwarf.UnreadCount);
        json.WriteStartArray("versions");
        foreach ((int version, int count) in dwarf.Versions)
        {
            json.WriteStartObject();
            json.WriteNumber("version", version);
            json.WriteNumber("unit_count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Counts(json, "languages", "language", "unit_count", dwarf.Languages);
        Counts(json, "producers", "producer", "unit_count", dwarf.Producers);
        json.WriteEndObject();
    }

    private static void WriteRanking(Utf8JsonWriter json, InfoReport report)
    {
        if (report.Ranking is { } ranking)
        {
            WriteTypes(json, "largest_types", ranking.Largest, report);
            WriteTypes(json, "most_holed_types", ranking.MostHoles, report);
        }
    }

    private static void WriteTypes(Utf8JsonWriter json, string key, IReadOnlyList<RankedType> types, InfoReport report)
    {
        json.WriteStartArray(key);
        foreach (RankedType type in types)
        {
            json.WriteStartObject();
            json.WriteString("type", InfoReport.NameOf(report.Graph![type.Type]));
            json.WriteNumber("size_bytes", type.Summary.SizeBytes);
            json.WriteNumber("holes", type.Summary.Holes);
            json.WriteNumber("hole_bytes", type.Summary.HoleBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Counts(Utf8JsonWriter json, string key, string what, string count, IEnumerable<KeyValuePair<string, int>> counts)
    {
        json.WriteStartArray(key);
        foreach ((string name, int number) in counts)
        {
            json.WriteStartObject();
            json.WriteString(what, name);
            json.WriteNumber(count, number);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string OrderOf(bool isBigEndian) => isBigEndian ? "big" : "little";

    private static void Text(Utf8JsonWriter json, string key, string? value)
    {
        if (value is not null)
        {
            json.WriteString(key, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string key, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(key, number);
        }
    }
}
