using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Btf;

/// <summary>What the records of BTF come to.</summary>
/// <param name="Kinds">Number of records of each kind that occurs, by the number of the kind.</param>
/// <param name="RecordCount">Number of records.</param>
/// <param name="TypeBytes">Bytes of the records.</param>
/// <param name="StringBytes">Bytes of the strings.</param>
/// <param name="IsSortedByName">
/// Whether the records without a name come first and the others by name, byte by byte, as kernels since 2026 sort them to be searched.
/// </param>
public sealed record BtfSummary(IReadOnlyList<KeyValuePair<BtfKind, int>> Kinds, int RecordCount, long TypeBytes, long StringBytes,
    bool IsSortedByName)
{
    private const int KindLimit = 128;

    /// <summary>Counts the records of a file, without those of its base. Cost: a walk over the records.</summary>
    /// <exception cref="InvalidImageException">A record does not end inside the section or has a kind of unknown length.</exception>
    public static BtfSummary Read(BtfFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        Span<int> counts = stackalloc int[KindLimit];
        counts.Clear();
        int records = 0, named = 0;
        bool isSorted = true;
        uint last = 0;
        bool canBeNamed = !file.LooksSplit;
        foreach (BtfRecord record in file)
        {
            records++;
            counts[(int)record.Kind]++;
            if (isSorted && canBeNamed)
            {
                isSorted = record.NameOffset == 0 ? named == 0 : named++ == 0 || InOrder(file, last, record.NameOffset);
                last = record.NameOffset;
            }
        }

        var kinds = new List<KeyValuePair<BtfKind, int>>();
        for (int kind = 0; kind < KindLimit; kind++)
        {
            if (counts[kind] > 0)
            {
                kinds.Add(new((BtfKind)kind, counts[kind]));
            }
        }

        return new BtfSummary(kinds, records, 4L * file.Words.Length, file.Strings.Length, canBeNamed && isSorted && named > 1);
    }

    private static bool InOrder(BtfFile file, uint first, uint second) =>
        first == second || (file.TryGetString(first, out ReadOnlySpan<byte> a) && file.TryGetString(second, out ReadOnlySpan<byte> b)
            && a.SequenceCompareTo(b) <= 0);
}
