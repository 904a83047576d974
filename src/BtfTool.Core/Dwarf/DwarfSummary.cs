using System.Text;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Dwarf;

/// <summary>What the units of a file say of themselves.</summary>
/// <param name="UnitCount">Number of units.</param>
/// <param name="Versions">Number of units of each DWARF version, by version.</param>
/// <param name="Languages">Number of units in each language, the most frequent first.</param>
/// <param name="Producers">
/// Number of units of each producer, the most frequent first: the words before the first option, such as <c>GNU C11 12.2.0</c>.
/// </param>
/// <param name="UnreadCount">Number of units whose first DIE is damaged.</param>
public sealed record DwarfSummary(int UnitCount, IReadOnlyList<KeyValuePair<int, int>> Versions,
    IReadOnlyList<KeyValuePair<string, int>> Languages, IReadOnlyList<KeyValuePair<string, int>> Producers, int UnreadCount)
{
    private const int LongestProducerBytes = 256;

    /// <summary>Reads the first DIE of each unit. Cost: the abbreviations of all units.</summary>
    internal static DwarfSummary Read(DwarfFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var versions = new SortedDictionary<int, int>();
        var languages = new Dictionary<string, int>(StringComparer.Ordinal);
        var producers = new Dictionary<string, int>(StringComparer.Ordinal);
        var texts = new Dictionary<ulong, string>();
        var names = new DwarfNames(file);
        var scanner = new UnitScanner(file, wantsFunctions: false, wantsVariables: false, new ImportBudget(file));
        int unread = 0;
        foreach (ref readonly DwarfUnit unit in file.Units)
        {
            versions[unit.Version] = versions.GetValueOrDefault(unit.Version) + 1;
            try
            {
                Open(scanner, unit);
                string language = DwarfLanguages.NameOf(scanner.Language);
                languages[language] = languages.GetValueOrDefault(language) + 1;
                ulong name = scanner.ReadProducer();
                if (!texts.TryGetValue(name, out string? producer))
                {
                    producer = name == 0 ? "unknown" : Shorten(names.BytesOf(name));
                    texts.Add(name, producer);
                }

                producers[producer] = producers.GetValueOrDefault(producer) + 1;
            }
            catch (InvalidImageException)
            {
                unread++;
            }
        }

        GC.KeepAlive(file);
        return new DwarfSummary(file.Units.Length, [.. versions], ByCount(languages), ByCount(producers), unread);
    }

    // A unit that is not supported has been read as far as is needed here.
    private static void Open(UnitScanner scanner, in DwarfUnit unit)
    {
        try
        {
            scanner.Open(unit);
        }
        catch (InvalidImageException) when (scanner.Unsupported is not null)
        {
        }
    }

    private static string Shorten(ReadOnlySpan<byte> producer)
    {
        int options = producer.IndexOf(" -"u8);
        producer = options > 0 ? producer[..options] : producer;
        return Encoding.UTF8.GetString(producer[..Math.Min(producer.Length, LongestProducerBytes)]).Trim();
    }

    private static List<KeyValuePair<string, int>> ByCount(Dictionary<string, int> counts) =>
        [.. counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
}
