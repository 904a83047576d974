using System.Buffers.Text;
using System.Globalization;
using System.Text;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Slabs;

/// <summary>
/// The caches of a running kernel: <c>/proc/slabinfo</c>, version 2. Lines are <c>name active_objs num_objs objsize objperslab
/// pagesperslab : ...</c>; what follows the colon, the header and lines that begin with <c>#</c> are not looked at (slabinfo(5)).
/// </summary>
public sealed class SlabInfo
{
    /// <summary>The smallest page that a kernel has, in bytes.</summary>
    public const int SmallestPageBytes = 4096;

    /// <summary>The largest file that is read, in bytes; kernels have some hundred lines.</summary>
    public const int MaxFileBytes = 16 << 20;

    private const int Numbers = 5;
    private const int LongestLineBytes = 4096;

    // The bytes of all slabs stay a number.
    private const long MostObjects = 1L << 34;
    private const long MostPagesPerSlab = 1 << 10;

    private readonly SlabCache[] _caches;

    private SlabInfo(string path, SlabCache[] caches)
    {
        Path = path;
        _caches = caches;
    }

    /// <summary>The file, for messages.</summary>
    public string Path { get; }

    /// <summary>The caches in the order of the file.</summary>
    public ReadOnlySpan<SlabCache> Caches => _caches;

    /// <summary>Reads the text of such a file. Cost: linear in it.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="text">What it holds.</param>
    /// <exception cref="InvalidImageException">A line is none of such a file, or there is no cache; the message names the line.</exception>
    public static SlabInfo Parse(string path, ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (text.Length > MaxFileBytes)
        {
            InvalidImageException.Throw(path, "", -1, $"is larger than {MaxFileBytes} bytes: no slabinfo");
        }

        var caches = new List<SlabCache>();
        int number = 0;
        while (!text.IsEmpty)
        {
            number++;
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? text : text[..end]).Trim(" \t\r"u8);
            text = end < 0 ? default : text[(end + 1)..];
            if (line.IsEmpty || line[0] == '#' || IsHeader(path, number, line))
            {
                continue;
            }

            caches.Add(Cache(path, number, line));
        }

        if (caches.Count == 0)
        {
            InvalidImageException.Throw(path, "", -1, "has no line of a cache: no slabinfo");
        }

        long pageBytes = PageBytesOf(caches);
        return new SlabInfo(path, [.. caches.Select(cache => cache with { PageBytes = pageBytes })]);
    }

    private static bool IsHeader(string path, int number, ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> begin = "slabinfo - version: "u8;
        if (!line.StartsWith(begin))
        {
            return false;
        }

        if (!line[begin.Length..].StartsWith("2."u8))
        {
            Fail(path, number, "version 2 of slabinfo expected");
        }

        return true;
    }

    // Names may have blanks in them: the five numbers are those before the colon, or where there is none behind the first word.
    private static SlabCache Cache(string path, int number, ReadOnlySpan<byte> line)
    {
        if (line.Length > LongestLineBytes)
        {
            Fail(path, number, $"is longer than {LongestLineBytes} bytes: no slabinfo");
        }

        int colon = line.IndexOf(" : "u8);
        Span<long> numbers = stackalloc long[Numbers];
        ReadOnlySpan<byte> name = colon >= 0 ? NumbersAtEnd(line[..colon], numbers) : NumbersBehindWord(line, numbers);
        if (name.IsEmpty || numbers[0] > MostObjects || numbers[1] > MostObjects || numbers[4] > MostPagesPerSlab)
        {
            Fail(path, number, "no line of slabinfo: name, active_objs, num_objs, objsize, objperslab, pagesperslab expected");
        }

        return new SlabCache(Encoding.UTF8.GetString(name), numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    private static ReadOnlySpan<byte> NumbersAtEnd(ReadOnlySpan<byte> text, scoped Span<long> numbers)
    {
        for (int i = Numbers - 1; i >= 0; i--)
        {
            text = text.TrimEnd(" \t"u8);
            int start = text.LastIndexOfAny((byte)' ', (byte)'\t') + 1;
            if (start == 0 || !TryNumber(text[start..], out numbers[i]))
            {
                return default;
            }

            text = text[..start];
        }

        return text.TrimEnd(" \t"u8);
    }

    private static ReadOnlySpan<byte> NumbersBehindWord(ReadOnlySpan<byte> text, scoped Span<long> numbers)
    {
        ReadOnlySpan<byte> name = Word(ref text);
        for (int i = 0; i < Numbers; i++)
        {
            if (!TryNumber(Word(ref text), out numbers[i]))
            {
                return default;
            }
        }

        return name;
    }

    private static ReadOnlySpan<byte> Word(scoped ref ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t"u8);
        int end = text.IndexOfAny((byte)' ', (byte)'\t');
        ReadOnlySpan<byte> word = end < 0 ? text : text[..end];
        text = text[word.Length..];
        return word;
    }

    private static bool TryNumber(ReadOnlySpan<byte> word, out long value) =>
        Utf8Parser.TryParse(word, out value, out int used) && used == word.Length && word[0] is >= (byte)'0' and <= (byte)'9'
        && value <= MostObjects;

    // Slabs hold their objects: where they would not in pages of 4 KiB, the machine has larger ones.
    private static long PageBytesOf(List<SlabCache> caches)
    {
        long page = SmallestPageBytes;
        const long LargestPageBytes = 256 << 10;
        foreach (SlabCache cache in caches)
        {
            while (page < LargestPageBytes && cache.PagesPerSlab > 0
                && (Int128)cache.PagesPerSlab * page < (Int128)cache.ObjectsPerSlab * cache.ObjectBytes)
            {
                page *= 2;
            }
        }

        return page;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void Fail(string path, int number, string rule) =>
        InvalidImageException.Throw(path, string.Create(CultureInfo.InvariantCulture, $"line {number}"), -1, rule);
}
