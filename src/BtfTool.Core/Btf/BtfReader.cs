using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Btf;

/// <summary>
/// Makes a <see cref="TypeGraph"/> of BTF records: a count pass, then a fill pass straight into the columns. Ids stay those of the file.
/// </summary>
internal static class BtfReader
{
    /// <summary>Reads all records. Cost: two passes over the records, and a copy of the strings where the bytes may go away.</summary>
    /// <param name="file">The records.</param>
    /// <param name="baseGraph">The graph of <see cref="BtfFile.Base"/>; null exactly when the file has no base.</param>
    /// <param name="elfPointerSizeBytes">Pointer size that the containing ELF file says, 0 when there is none.</param>
    /// <param name="limits">Bounds to hold.</param>
    /// <exception cref="InvalidImageException">A record is broken, or the file does not fit its base.</exception>
    public static TypeGraph Read(BtfFile file, TypeGraph? baseGraph = null, int elfPointerSizeBytes = 0, ReaderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.LooksSplit)
        {
            ThrowSplit(file);
        }

        TypeGraphCounts counts = BtfColumnFiller.Count(file, limits ?? ReaderLimits.Default);

        // Faulted in again while they are read; until then names and columns have the room.
        file.DiscardRecords();
        var builder = new TypeGraphBuilder(file.Path, file.Section, baseGraph, counts)
        {
            IsBigEndian = file.IsBigEndian,
            Origin = id => file.OffsetOf(id.Value),
        };
        if (baseGraph is not null || !file.Strings.IsEmpty)
        {
            builder.SetNames(file.StringBytes);
            file.StringBytes.Discard(0, file.StringBytes.Length);
        }

        bool hasLong = baseGraph is { PointerSizeIsFromLong: true };
        builder.PointerSizeBytes = hasLong ? baseGraph!.PointerSizeBytes : elfPointerSizeBytes is 4 or 8 ? elfPointerSizeBytes : 8;
        builder.PointerSizeIsFromLong = hasLong;
        bool rowsAreValid = new BtfColumnFiller(file, builder, counts, builder.NameEnd).Fill();
        TypeGraph graph = baseGraph is null ? builder.BuildFilled(rowsAreValid) : BuildOver(builder, file, rowsAreValid);

        // The records may be a mapping, which ends with its image; the graph no longer needs its pages.
        file.DiscardRecords();
        GC.KeepAlive(file);
        return graph;
    }

    // "long" in any of its spellings says how wide a pointer is (libbpf's rule; the ELF class may be that of a BPF object).
    internal static void NotePointerSize(TypeGraphBuilder b, BtfFile file, uint nameOffset, uint sizeBytes)
    {
        if (b.PointerSizeIsFromLong || sizeBytes is not (4 or 8))
        {
            return;
        }

        // No spelling is longer than "long unsigned int"; reading more of a name would be quadratic where many records share a long one.
        ReadOnlySpan<byte> name = file.StringPrefix(nameOffset, 32);

        int longs = 0, ints = 0, unsigneds = 0, others = 0;
        foreach (Range word in name.Split((byte)' '))
        {
            ReadOnlySpan<byte> w = name[word];
            _ = w.SequenceEqual("long"u8) ? longs++ : w.SequenceEqual("int"u8) ? ints++
                : w.SequenceEqual("unsigned"u8) ? unsigneds++ : others++;
        }

        if (longs == 1 && ints <= 1 && unsigneds <= 1 && others == 0)
        {
            b.PointerSizeBytes = (int)sizeBytes;
            b.PointerSizeIsFromLong = true;
        }
    }

    private static TypeGraph BuildOver(TypeGraphBuilder builder, BtfFile file, bool rowsAreValid)
    {
        if (file.IsRelocated)
        {
            return builder.BuildFilled(rowsAreValid);
        }

        string? misfit = SplitFit.FirstWrongName(file);
        TypeGraph? graph = null;
        if (misfit is null)
        {
            try
            {
                graph = builder.BuildFilled(rowsAreValid);
                misfit = SplitFit.FirstWrongReference(graph);
            }
            catch (InvalidImageException e)
            {
                misfit = e.Rule;
            }
        }

        if (misfit is not null || graph is null)
        {
            BtfFile baseFile = file.Base!;
            string evidence = SplitFit.Evidence(file);
            InvalidImageException.Throw(file.Path, file.Section, -1, string.Create(CultureInfo.InvariantCulture,
                $"does not fit its base {baseFile.Path} ({baseFile.EndId - 1:N0} types): {(evidence.Length == 0 ? "" : evidence + "; ")}{misfit}; it was made for another kernel build, give that one with --base"));
        }

        return graph;
    }

    /// <summary>Says what split BTF without a base lacks, and which file may be it.</summary>
    [DoesNotReturn]
    internal static void ThrowSplit(BtfFile file, string? suggestedBase = null)
    {
        uint last = SplitFit.LastReferences(file).Type;
        string hint = suggestedBase is null ? "for a module, the vmlinux it was built with" : $"try --base {suggestedBase}";
        InvalidImageException.Throw(file.Path, file.Section, -1,
            $"split BTF: its {file.RecordCount} types refer to types up to {last} of a base; give that with --base ({hint})");
    }
}
