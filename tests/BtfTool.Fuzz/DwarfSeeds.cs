using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>The DWARF that mutations start from: small compiled files of all versions and byte orders, and what is assembled.</summary>
internal static class DwarfSeeds
{
    private const int MostBytes = 10 * 1024;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DwarfSeed> All { get; } = [.. Compiled(), .. AssembledOnes()];

    private static IEnumerable<DwarfSeed> Compiled()
    {
        foreach (string path in Directory.EnumerateFiles(Fixtures.PathOf("dwarf/bin"), "*.o").Order(StringComparer.Ordinal))
        {
            if (new FileInfo(path).Length <= MostBytes)
            {
                yield return new DwarfSeed(Path.GetFileName(path), File.ReadAllBytes(path));
            }
        }
    }

    private static IEnumerable<DwarfSeed> AssembledOnes()
    {
        foreach ((string name, Func<DwarfAssembler> make) in DwarfTraps.WellFormed)
        {
            yield return new DwarfSeed(name, make().ToElf());
            yield return new DwarfSeed(name + ", relocatable", make().ToElf(relocations: new DwarfRelocations(10, 1)));
            yield return new DwarfSeed(name + ", compressed", make().ToElf(compressed: true));
        }

        yield return new DwarfSeed(nameof(DwarfTraps.UnknownFormInOneUnit), DwarfTraps.UnknownFormInOneUnit().ToElf());
        yield return new DwarfSeed("across units, 64-bit", DwarfTraps.ReferencesAcrossUnits(5, 8, dwarf64: true).ToElf());
    }
}
