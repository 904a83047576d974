using System.Buffers;
using BtfTool.Core.Btf;
using BtfTool.Core.Compare;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Layout;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Json;
using BtfTool.Emit.Layouts;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Text;
using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>All readers and emitters that any input may be given to: one line each.</summary>
internal static class FuzzTargets
{
    /// <summary>What reads.</summary>
    public static IReadOnlyList<IFuzzTarget> Readers { get; } =
    [
        new Target("records of BTF", (image, _) => WalkRecords(Btf(image))),
        new Target("views of the graph", (image, _) => GraphWalk.Checksum(Graph(image))),
        new Target("a file over itself", (image, _) => GraphWalk.Checksum(OverItself(image))),
        new Target("sources", (image, _) => ReadSource(image)),
        new Target("kernel images", (image, _) => KernelImage.TryFind(image.Path, image.Bytes, Limits(image), out ByteRegion _)),
        new Target("a file against itself over itself", (image, _) => Compare(image)),
        new Target("a file over itself, laid onto itself", (image, _) => GraphWalk.Checksum(LaidOntoItself(image))),
    ];

    /// <summary>What prints.</summary>
    public static IReadOnlyList<IFuzzTarget> Emitters { get; } =
    [
        new Target("raw dump", (image, output) => Print(output, w => new BtfDumpWriter(Btf(image), w).WriteAll())),
        new Target("listing", (image, output) => List(Graph(image), Pahole(image), output)),
        new Target("listing, compatible", (image, output) => List(Graph(image), Pahole(image) with { Compat = true }, output)),
        new Target("listing, expanded", (image, output) => List(Graph(image), Pahole(image) with { Expand = true }, output)),
        new Target("listing, expanded and compatible", (image, output) => List(Graph(image), Pahole(image) with { Expand = true, Compat = true }, output)),
        new Target("listing over itself", (image, output) => List(OverItself(image), Pahole(image), output)),
        new Target("type by type", (image, output) => ListEach(Graph(image), Pahole(image) with { Hex = true, CachelineBytes = 1 }, output)),
        new Target("type by type, expanded", (image, output) => ListEach(Graph(image),
            Pahole(image) with { Expand = true, FlatArrays = true, RelativeOffsets = true, CachelineBytes = 1 << 30 }, output)),
        new Target("type by type, compatible", (image, output) => ListEach(Graph(image), Pahole(image) with { Compat = true, NoPacked = true, NoAligned = true }, output)),
        new Target("header", (image, output) => WriteHeader(Graph(image), Header(image), output)),
        new Target("header, unsorted", (image, output) => WriteHeader(Graph(image), Header(image) with { Unsorted = true }, output)),
        new Target("header, compatible", (image, output) => WriteHeader(Graph(image), Header(image) with { BpftoolCompat = true }, output)),
        new Target("header over itself", (image, output) => WriteHeader(OverItself(image), Header(image), output)),
        new Target("header of a selection", (image, output) => HeaderOfSelection(Graph(image), Header(image), output)),
        new Target("raw dump as JSON", (image, output) => Print(output, w => new BtfJsonDumpWriter(Btf(image), w).WriteAll())),
        new Target("types as JSON", (image, output) => ShowJson(Graph(image), new JsonTypeOptions { Limits = Limits(image) }, output)),
        new Target("types as JSON, expanded", (image, output) => ShowJson(Graph(image),
            new JsonTypeOptions { Limits = Limits(image), Expand = true, RelativeOffsets = true, CachelineBytes = 1 }, output)),
        new Target("layouts", (image, output) => Print(output, w => Report(Graph(image), 64, Limits(image), new LayoutTextWriter(w).Write))),
        new Target("layouts as JSON", (image, output) => ReportJson(Graph(image), Limits(image), output)),
    ];

    /// <summary>All, those of DWARF and of texts included.</summary>
    public static IReadOnlyList<IFuzzTarget> All { get; } = [.. Readers, .. Emitters, .. DwarfTargets.All, .. TextTargets.All];

    private static ReaderLimits Limits(FileImage image) => FuzzBudget.Limits((int)image.Bytes.Length);

    private static HeaderOptions Header(FileImage image) => FuzzBudget.Header((int)image.Bytes.Length);

    private static PaholeOptions Pahole(FileImage image) => new() { Limits = Limits(image) };

    /// <summary>The records of an input; raw BTF.</summary>
    public static BtfFile Btf(FileImage image) => BtfFile.Parse(image.Path, "BTF", image.Bytes);

    /// <summary>The graph of an input.</summary>
    public static TypeGraph Graph(FileImage image) => BtfReader.Read(Btf(image), limits: Limits(image));

    // The same bytes as base and as split BTF: ids and names of the upper layer are those of the lower one, shifted.
    private static TypeGraph OverItself(FileImage image)
    {
        BtfFile below = Btf(image);
        TypeGraph graph = BtfReader.Read(below, limits: Limits(image));
        return BtfReader.Read(BtfFile.Parse(image.Path, "BTF", image.Bytes, below), graph, limits: Limits(image));
    }

    // The same bytes as module, as distilled base and as kernel.
    private static TypeGraph LaidOntoItself(FileImage image)
    {
        BtfFile kernel = Btf(image);
        TypeGraph graph = BtfReader.Read(kernel, limits: Limits(image));
        BtfFile module = BtfFile.Parse(image.Path, "BTF", image.Bytes, Btf(image));
        return BtfReader.Read(DistilledBase.Relocate(module, kernel, new BaseTypeIndex(graph)), graph, limits: Limits(image));
    }

    // Types of one name on both sides, with and without twins; then sizes of types that have nothing to do with each other.
    private static void Compare(FileImage image)
    {
        TypeGraph graph = Graph(image), twice = OverItself(image);
        var options = new CompareOptions { Limits = Limits(image) };
        GC.KeepAlive(GraphComparison.Of(new TypeGraphSet(graph), new TypeGraphSet(twice), options));
        GC.KeepAlive(GraphComparison.Of(new TypeGraphSet(twice), new TypeGraphSet(graph, twice), options));
        var explainer = new SizeExplainer(graph, graph, Limits(image));
        TypeId last = default;
        for (int id = 0; id < graph.TypeCount; id += 1 + (graph.TypeCount / 1_000))
        {
            if (graph[new TypeId((uint)id)].IsComposite)
            {
                GC.KeepAlive(last.IsVoid ? null : explainer.Explain(last, new TypeId((uint)id)));
                last = new TypeId((uint)id);
            }
        }
    }

    // What opening a file does, without the file system.
    private static void ReadSource(FileImage image)
    {
        BtfLocation found = BtfLocation.Find(image, Limits(image));
        BtfFile? below = found.DistilledBase is { } distilled ? BtfFile.Parse(image.Path, ".BTF.base", distilled) : null;
        TypeGraph? graph = below is null ? null : BtfReader.Read(below, null, found.PointerSizeBytes, Limits(image));
        BtfFile btf = BtfFile.Parse(image.Path, found.Section, found.Bytes, below);
        GraphWalk.Checksum(BtfReader.Read(btf, graph, found.PointerSizeBytes, Limits(image)));
    }

    private static void WalkRecords(BtfFile file)
    {
        ulong sum = file.EndId;
        foreach (BtfRecord record in file)
        {
            sum += (ulong)record.Kind + (ulong)record.Vlen + record.SizeOrType + (record.KindFlag ? 1u : 0);
            sum += file.TryGetString(record.NameOffset, out ReadOnlySpan<byte> name) ? (ulong)name.Length : 0;
            foreach (uint word in record.Payload)
            {
                sum += word;
            }
        }

        GC.KeepAlive(file.OffsetOf((uint)sum));
    }

    private static void Print(IBufferWriter<byte> output, Action<Utf8Writer> print)
    {
        var writer = new Utf8Writer(output);
        print(writer);
        writer.Flush();
    }

    private static void List(TypeGraph graph, PaholeOptions options, IBufferWriter<byte> output) =>
        Print(output, w => new PaholeEmitter(graph, options, w).WriteAll());

    // Any kind of type, and on with the same emitter behind one that cannot be written; exceptions are slow, so not behind many.
    private static void ListEach(TypeGraph graph, PaholeOptions options, IBufferWriter<byte> output) => Print(output, w =>
    {
        var emitter = new PaholeEmitter(graph, options, w);
        int step = 1 + (graph.TypeCount / 20_000);
        int failures = 0;
        for (int id = 0; id < graph.TypeCount && failures < 2; id += step)
        {
            try
            {
                emitter.WriteType(new TypeId((uint)id));
            }
            catch (InvalidImageException)
            {
                failures++;
            }
        }
    });

    // Those of a listing, then types of any kind.
    private static void ShowJson(TypeGraph graph, JsonTypeOptions options, IBufferWriter<byte> output)
    {
        using var document = new JsonShowWriter(output, options);
        JsonTypeWriter types = document.TypesOf(graph);
        types.WriteAll();
        for (int id = 0; id < graph.TypeCount; id += 1 + (graph.TypeCount / 20_000))
        {
            types.Write(new TypeId((uint)id));
        }

        document.Finish();
    }

    private static void ReportJson(TypeGraph graph, ReaderLimits limits, IBufferWriter<byte> output)
    {
        using var document = new LayoutJsonWriter(output, TargetMachine.Unknown, 1);
        Report(graph, 1, limits, document.Write);
        document.End();
    }

    // Some of them: what a type embeds is reported again with each that embeds it.
    private static void Report(TypeGraph graph, int cachelineBytes, ReaderLimits limits, Action<LayoutReport, string?, string?> write)
    {
        var reporter = new LayoutReporter(graph, cachelineBytes, limits: limits);
        for (int id = 0; id < graph.TypeCount; id += 1 + (graph.TypeCount / 1_000))
        {
            if (graph[new TypeId((uint)id)].IsComposite)
            {
                write(reporter.Report(new TypeId((uint)id)), null, null);
            }
        }
    }

    private static void WriteHeader(TypeGraph graph, HeaderOptions options, IBufferWriter<byte> output)
    {
        var emitter = new HeaderEmitter(graph, options);
        emitter.Write(output);
        for (int id = 1; id < graph.TypeCount; id += 1 + (graph.TypeCount / 100))
        {
            GC.KeepAlive(emitter.TryGetEmittedName(new TypeId((uint)id), out _));
        }
    }

    private static void HeaderOfSelection(TypeGraph graph, HeaderOptions options, IBufferWriter<byte> output)
    {
        var roots = new TypeId[Math.Min(graph.TypeCount, 8)];
        for (int i = 0; i < roots.Length; i++)
        {
            roots[i] = new TypeId((uint)((graph.TypeCount - 1) * (long)i / roots.Length));
        }

        WriteHeader(graph, options with { Roots = roots }, output);
    }

    private sealed class Target(string name, Action<FileImage, IBufferWriter<byte>> run) : IFuzzTarget
    {
        public string Name => name;

        public void Run(FileImage image, IBufferWriter<byte> output) => run(image, output);
    }
}
