using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Bounds what all units together read outside of themselves. A unit may refer to types of any other, and with link time optimisation
/// nearly all do: the same types are read again for each. Without a bound, many small units before a large one would cost their product.
/// What is read does not depend on threads, so that a file is within the bound or beyond it however it is read.
/// </summary>
internal sealed class ImportBudget(DwarfFile file)
{
    private const long BytesPerByte = 64;
    private const long BytesAtLeast = 16 << 20;

    private readonly long _most = (BytesPerByte * file.Sections.Info.Length) + BytesAtLeast;
    private long _used;

    /// <summary>Bytes that were read.</summary>
    internal long Used => Interlocked.Read(ref _used);

    /// <summary>Counts bytes of DIEs that were read for a unit that they are not in.</summary>
    /// <exception cref="InvalidImageException">It is too much: for this unit, and for all that follow.</exception>
    internal void Take(long bytes)
    {
        if (Interlocked.Add(ref _used, bytes) > _most)
        {
            Throw();
        }
    }

    /// <summary>To be called when all units are read.</summary>
    /// <exception cref="InvalidImageException">It was too much.</exception>
    internal void Check()
    {
        if (Used > _most)
        {
            Throw();
        }
    }

    private void Throw() => InvalidImageException.Throw(file.Path, ".debug_info", -1,
        $"units refer to more than {_most} bytes of each other, the section has {file.Sections.Info.Length}");
}
