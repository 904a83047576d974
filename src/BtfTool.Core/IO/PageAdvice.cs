using System.Runtime.InteropServices;

namespace BtfTool.Core.IO;

/// <summary>Tells the kernel how memory is going to be used; only hints.</summary>
internal static unsafe partial class PageAdvice
{
    /// <summary>Length of a huge page of x86-64 and of most arm64 kernels.</summary>
    internal const int HugePageBytes = 2 * 1024 * 1024;

    private const int MADV_DONTNEED = 4;
    private const int MADV_HUGEPAGE = 14;

    /// <summary>
    /// Asks for huge pages for the part of a pinned block that begins on the first boundary of one; returns where that is.
    /// The block must be a huge page longer than <paramref name="usedBytes"/>.
    /// </summary>
    internal static int PreferHugePages(byte[] pinned, int usedBytes)
    {
        nint start = (nint)(byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
        nint first = (start + HugePageBytes - 1) & ~((nint)HugePageBytes - 1);
        nint whole = usedBytes / HugePageBytes * HugePageBytes;
        if (whole > 0 && OperatingSystem.IsLinux())
        {
            _ = MemoryAdvise(first, (nuint)whole, MADV_HUGEPAGE);
        }

        return (int)(first - start);
    }

    /// <summary>Lets whole pages of a mapping go.</summary>
    internal static void Discard(nint start, nint length) => _ = MemoryAdvise(start, (nuint)length, MADV_DONTNEED);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(nint address, nuint length, int advice);
}
