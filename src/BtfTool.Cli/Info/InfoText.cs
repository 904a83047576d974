using System.Globalization;
using BtfTool.Core.Btf;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Info;

/// <summary>Writes what an input is as lines of a key and a value, and small tables.</summary>
/// <param name="output">Where to.</param>
internal sealed class InfoText(Utf8Writer output)
{
    private const int KeyColumns = 17;
    private const int NumberColumns = 12;
    private const int MostProducers = 8;

    public void Write(InfoReport report)
    {
        SourceFacts facts = report.Facts;
        Line("file", facts.Path);
        Line("format", report.Format + (facts.Dwarf is { } dwarf ? " " + string.Join(", ", dwarf.Versions.Select(v => Number(v.Key))) : ""));
        Line("container", Container(facts));
        Line("file size", facts.FileBytes is { } bytes ? Bytes(bytes) : null);
        Line("compressed", facts.Compression);
        Line("byte order", facts.IsBigEndian ? "big endian" : "little endian");
        Line("pointer size", report.PointerSizeBytes is { } pointer ? Bytes(pointer) : null);
        Line("build id", facts.Elf?.BuildId);
        if (facts.Btf is { } btf)
        {
            WriteBtf(facts, btf);
        }

        if (facts.Dwarf is { } units)
        {
            WriteDwarf(facts, units);
        }

        if (report.Ranking is { } ranking)
        {
            Ranked("largest types", "bytes", ranking.Largest, report, type => (type.Summary.SizeBytes, ""));
            Ranked("most in holes", "bytes", ranking.MostHoles, report, type => (type.Summary.HoleBytes,
                $"in {type.Summary.Holes} hole{(type.Summary.Holes == 1 ? "" : "s")} of {type.Summary.SizeBytes} bytes"));
        }
    }

    private void WriteBtf(SourceFacts facts, BtfSummary btf)
    {
        Line("base", !facts.IsSplit ? null : facts.IsBaseDistilled ? "distilled, in the file (.BTF.base)"
            : facts.BasePath ?? "needed and not found: --base gives it");
        Line(".BTF.ext", facts.Elf is { } elf && elf.Has(".BTF.ext") ? "yes" : null);
        Line("layout section", facts.HasLayoutSection ? "yes" : "no");
        Line("sorted by name", btf.IsSortedByName ? "yes" : "no");
        Line("types", WithBase(btf.RecordCount, facts.BaseBtf?.RecordCount));
        Line("type section", Bytes(btf.TypeBytes));
        Line("string section", Bytes(btf.StringBytes));
        output.Write("\nkind                     types"u8);
        output.Write(facts.BaseBtf is null ? "\n"u8 : "   of the base\n"u8);
        foreach (int kind in btf.Kinds.Concat(facts.BaseBtf?.Kinds ?? []).Select(pair => (int)pair.Key).Distinct().Order())
        {
            output.Write(InfoReport.WordOf(kind).Replace('_', ' ').PadRight(KeyColumns + 1));
            output.WriteDecimal(CountOf(btf, kind), NumberColumns);
            if (facts.BaseBtf is { } below)
            {
                output.WriteDecimal(CountOf(below, kind), NumberColumns + 2);
            }

            output.Write((byte)'\n');
        }
    }

    private void WriteDwarf(SourceFacts facts, DwarfSummary dwarf)
    {
        Line("debug file", facts.DebugPath);
        Line("units", Number(dwarf.UnitCount) + (dwarf.UnreadCount == 0 ? "" : $" ({dwarf.UnreadCount} damaged)"));
        Table("version", "units", dwarf.Versions.Count > 1 ? dwarf.Versions.Select(pair => ("DWARF " + Number(pair.Key), (long)pair.Value, "")) : []);
        Table("language", "units", dwarf.Languages.Select(pair => (pair.Key, (long)pair.Value, "")));
        Table("producer", "units", dwarf.Producers.Take(MostProducers).Select(pair => (pair.Key, (long)pair.Value, "")));
        if (dwarf.Producers.Count > MostProducers)
        {
            output.Write($"and {dwarf.Producers.Count - MostProducers} more producers\n");
        }

        Table("section", "bytes", facts.Elf!.Sections.Select(section => (section.Name, section.SizeBytes, section.IsCompressed ? "compressed" : "")));
    }

    private void Ranked(string title, string unit, IReadOnlyList<RankedType> types, InfoReport report, Func<RankedType, (long, string)> value) =>
        Table(title, unit, types.Select(type => value(type) is var (number, more)
            ? (InfoReport.NameOf(report.Graph![type.Type]), number, more) : default));

    // Every line of a table is a name, a number and what else there is to say, in columns.
    private void Table(string title, string unit, IEnumerable<(string Name, long Value, string More)> rows)
    {
        (string Name, long Value, string More)[] all = [.. rows];
        if (all.Length == 0)
        {
            return;
        }

        int width = Math.Max(KeyColumns + 1, all.Max(row => row.Name.Length));
        output.Write($"\n{title.PadRight(width)}{unit.PadLeft(NumberColumns)}\n");
        foreach ((string name, long value, string more) in all)
        {
            output.Write(name.PadRight(width));
            output.WriteDecimal(value, NumberColumns);
            output.Write(more.Length == 0 ? "\n" : $"  {more}\n");
        }
    }

    private void Line(string key, string? value)
    {
        if (value is not null)
        {
            output.Write((key + ":").PadRight(KeyColumns));
            output.Write(value);
            output.Write((byte)'\n');
        }
    }

    private static string Container(SourceFacts facts) => facts.Elf is not { } elf ? "raw"
        : $"ELF {elf.AddressBits}-bit {elf.Machine}, {elf.Type}";

    private static string WithBase(int own, int? below) => Number(own) + (below is { } b ? $" and {b} of the base" : "");

    private static int CountOf(BtfSummary btf, int kind)
    {
        foreach (KeyValuePair<BtfKind, int> pair in btf.Kinds)
        {
            if ((int)pair.Key == kind)
            {
                return pair.Value;
            }
        }

        return 0;
    }

    private static string Bytes(long bytes) => Number(bytes) + " bytes";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
