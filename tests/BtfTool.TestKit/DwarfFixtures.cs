namespace BtfTool.TestKit;

/// <summary>The files of <c>fixtures/dwarf/bin</c>, compiled by <c>fixtures/dwarf/build.sh</c>.</summary>
public static class DwarfFixtures
{
    /// <summary>Where they lie, for <see cref="Fixtures"/>.</summary>
    public const string Folder = "dwarf/bin";

    /// <summary>The suffixes of what other tools say of them.</summary>
    public static readonly IReadOnlyList<string> Answers = [".pahole-1.24.txt.gz", ".llvm-14.txt.gz"];

    /// <summary>Every file, without the answers.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Directory.EnumerateFiles(Fixtures.PathOf(Folder)).Select(p => Path.GetFileName(p))
        .Where(name => !name.EndsWith(".gz", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Those that have their debug information in them, where readers look for it.</summary>
    public static IReadOnlyList<string> Readable { get; } =
        [.. All.Where(name => name is not ("pair-arrays.so" or "pair-packing.so" or "pair-module.ko") && !name.EndsWith(".dwo", StringComparison.Ordinal))];

    /// <summary>The bytes of one.</summary>
    public static byte[] Read(string name) => Fixtures.Read($"{Folder}/{name}");
}
