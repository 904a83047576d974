using System.IO.Compression;
using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>The inputs that mutations start from: at most 64 KiB each, most of them far smaller.</summary>
internal static class FuzzSeeds
{
    private const int ExponentialLevels = 40;
    private const int SharedNameBytes = 2000;

    /// <summary>What mutations start from: compiled fixtures as ELF files and as raw BTF, and what is assembled.</summary>
    public static IReadOnlyList<FuzzSeed> Small { get; } = [.. Structured(), .. Elf(), .. Compiled()];

    /// <summary>All seeds, as they are to be run unspoiled.</summary>
    public static IEnumerable<FuzzSeed> Unspoiled() => [.. Structured(), .. Elf(), .. Compiled(), .. Images(), .. Deep()];

    /// <summary>Inputs that are made to exhaust something: each has its name.</summary>
    public static IEnumerable<FuzzSeed> Structured()
    {
        yield return new("nothing", []);
        yield return new("no types", new BtfAssembler().ToBytes());
        yield return new("exponential anonymous nesting", Assembled.ExponentialNesting(ExponentialLevels).ToBytes());
        yield return new("exponential pointers", Assembled.ExponentialPrototypes(ExponentialLevels).ToBytes());
        yield return new("cycle of one typedef", Assembled.Cycle(b => b.Typedef("t", b.NextId)).ToBytes());
        yield return new("cycle of one const", Assembled.Cycle(b => b.Const(b.NextId)).ToBytes());
        yield return new("cycle of one pointer", Assembled.Cycle(b => b.Pointer(b.NextId)).ToBytes());
        yield return new("cycle of one array", Assembled.Cycle(b => b.Array(b.NextId, 1, 2)).ToBytes());
        yield return new("cycle of one struct", Assembled.Cycle(b => b.Struct("s", 4).Member("m", b.NextId - 1, 0)).ToBytes());
        yield return new("cycle of one anonymous struct", Assembled.Cycle(b => b.Struct("", 4).Member("", b.NextId - 1, 0)).ToBytes());
        yield return new("cycle of one anonymous union", Assembled.Cycle(b => b.Union("", 4).Member("", b.NextId - 1, 0)).ToBytes());
        yield return new("cycle of one prototype", Assembled.Cycle(b => b.Prototype(b.NextId).Parameter("p", b.NextId - 1)).ToBytes());
        yield return new("cycle of one function", Assembled.Cycle(b => b.Function("f", b.NextId)).ToBytes());
        yield return new("cycle of one variable", Assembled.Cycle(b => b.Variable("v", b.NextId)).ToBytes());
        yield return new("cycle of one tag", Assembled.Cycle(b => b.DeclTag("bpf_kfunc", b.NextId)).ToBytes());
        yield return new("cycle of one section", Assembled.Cycle(b => b.DataSection("d", 4).Entry(b.NextId - 1, 0, 4)).ToBytes());
        yield return new("mixed cycle", Assembled.MixedCycle(bigEndian: false).ToBytes());
        yield return new("mixed cycle, big endian", Assembled.MixedCycle(bigEndian: true).ToBytes());
        yield return new("one of each", Assembled.OneOfEach(bigEndian: false).ToBytes());
        yield return new("one of each, big endian", Assembled.OneOfEach(bigEndian: true).ToBytes());
        yield return new("unknown kinds and layout", Assembled.UnknownKinds().ToBytes());
        yield return new("huge counts", Assembled.HugeCounts().ToBytes());
        yield return new("types that can be distilled", Assembled.Distilled().ToBytes());
        yield return new("one name shared", Assembled.SharedName(SharedNameBytes).ToBytes());
    }

    /// <summary>Chains of 5,000 levels: more bytes than other seeds, so they are spoiled less often.</summary>
    public static IEnumerable<FuzzSeed> Deep()
    {
        yield return new("deep const", Assembled.Chain(5000, (b, below) => b.Const(below)).ToBytes());
        yield return new("deep pointers", Assembled.Chain(5000, (b, below) => b.Pointer(below)).ToBytes());
        yield return new("deep typedefs", Assembled.Chain(5000, (b, below) => b.Typedef("t", below)).ToBytes());
        yield return new("deep arrays", Assembled.Chain(2300, (b, below) => b.Array(below, 1, 3)).ToBytes());
        yield return new("deep arrays of nothing", Assembled.Chain(2300, (b, below) => b.Array(below, 1, 0)).ToBytes());
        yield return new("deep structs", Assembled.Chain(2600, (b, below) => b.Struct("s", 4).Member("m", below, 0)).ToBytes());
        yield return new("deep anonymous structs", Assembled.Chain(2600, (b, below) => b.Struct("", 4).Member("", below, 0)).ToBytes());
        yield return new("deep anonymous unions", Assembled.Chain(2600, (b, below) => b.Union("", 4).Member("m", below, 0)).ToBytes());
        yield return new("deep returned functions", Assembled.Chain(2500, (b, below) => b.Pointer(b.Prototype(below))).ToBytes());
        yield return new("deep parameters", Assembled.Chain(1600, (b, below) => b.Pointer(b.Prototype(0).Parameter("p", below))).ToBytes());
        yield return new("deep tags", Assembled.Chain(5000, (b, below) => b.TypeTag("user", below)).ToBytes());
        yield return new("deep mixture", Assembled.Chain(1200, (b, below) =>
            b.Struct("s", 8).Member("m", b.Pointer(b.Typedef("t", b.Const(below))), 0).Id).ToBytes());
    }

    private static IEnumerable<FuzzSeed> Elf()
    {
        byte[] btf = Assembled.OneOfEach(bigEndian: false).ToBytes();
        byte[] big = Assembled.OneOfEach(bigEndian: true).ToBytes();
        yield return new("ELF, 64 bit", new ElfAssembler().Section(".text", new byte[16]).Section(".BTF", btf).ToBytes());
        yield return new("ELF, 32 bit, big endian", new ElfAssembler(is64: false, bigEndian: true).Section(".BTF", big).ToBytes());
        yield return new("ELF, compressed", new ElfAssembler().CompressedSection(".BTF", btf).ToBytes());
        yield return new("ELF, extended numbering", new ElfAssembler { ExtendedNumbering = true }.Section(".BTF", btf).ToBytes());
        yield return new("ELF, compressed as a file", Gzip(new ElfAssembler().Section(".BTF", btf).ToBytes()));
        yield return new("BTF, compressed as a file", Gzip(big));
        yield return new("ELF, base beside", new ElfAssembler().Section(".BTF", btf).Section(".BTF.base", btf).ToBytes());
    }

    /// <summary>Kernel images: what reads them finds places and sizes in headers, and decompresses.</summary>
    public static IEnumerable<FuzzSeed> Images()
    {
        int size = KernelImageAssembler.Kernel().Length;
        foreach (string compression in KernelImageAssembler.Compressions)
        {
            byte[] packed = KernelImageAssembler.Packed(compression);
            yield return new("packed with " + compression, packed);
            yield return new("x86 image, " + compression, KernelImageAssembler.X86(packed, size));
            yield return new("zboot image, " + compression, KernelImageAssembler.Zboot(packed, compression, size));
        }

        byte[] btf = Assembled.OneOfEach(bigEndian: true).ToBytes();
        yield return new("arm64 image", KernelImageAssembler.Arm64(btf, new BtfAssembler().ToBytes()));
    }

    private static byte[] Gzip(byte[] plain)
    {
        var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return to.ToArray();
    }

    private static IEnumerable<FuzzSeed> Compiled()
    {
        foreach (string path in Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*.o").Order(StringComparer.Ordinal))
        {
            byte[] elf = File.ReadAllBytes(path);
            string name = Path.GetFileName(path);
            if (elf.Length > 12 * 1024)
            {
                continue;
            }

            yield return new(name + " .BTF", ElfSections.Find(elf, ".BTF")!);
            if (name.Contains("enums", StringComparison.Ordinal))
            {
                yield return new(name, elf);
            }
        }
    }
}
