namespace BtfTool.Core.Profiles;

/// <summary>Samples of one byte of a type on one processor, summed.</summary>
/// <param name="OffsetBytes">The byte, from the start of the type; may lie in a hole or behind the end.</param>
/// <param name="Cpu">The processor's number.</param>
/// <param name="Reads">Sampled reads, at least 0; a sum that does not fit stays at the largest number.</param>
/// <param name="Writes">Sampled writes, likewise.</param>
public readonly record struct SampleGroup(long OffsetBytes, int Cpu, long Reads, long Writes)
{
    /// <summary>Reads and writes.</summary>
    public long Accesses => Add(Reads, Writes);

    /// <summary>A sum that stays at the largest number.</summary>
    internal static long Add(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;
}

/// <summary>The samples of one type.</summary>
/// <param name="Type">Its name without <c>struct</c> or <c>union</c>.</param>
/// <param name="Rows">Rows of the file that were summed.</param>
/// <param name="Groups">By byte, then by processor.</param>
public sealed record TypeSamples(string Type, long Rows, IReadOnlyList<SampleGroup> Groups);

/// <summary>What a file of samples holds of the types that were asked for.</summary>
public sealed class SampleProfile
{
    private readonly Dictionary<string, TypeSamples> _types;

    internal SampleProfile(string path, Dictionary<string, TypeSamples> types, long otherRows)
    {
        Path = path;
        _types = types;
        OtherRows = otherRows;
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>Rows of types that were not asked for; they were passed over.</summary>
    public long OtherRows { get; }

    /// <summary>The samples of a type; null where the file has none, or it was not asked for.</summary>
    /// <param name="type">Its name without <c>struct</c> or <c>union</c>.</param>
    public TypeSamples? Of(string type) => _types.GetValueOrDefault(type);
}
