using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using BtfTool.Core.IO;
using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>All types of a page, ranked: their rows, and their sections in chunks that are compressed each for itself.</summary>
internal sealed class RankedTypes
{
    /// <summary>Types of a chunk: opening one inflates the others too, larger chunks take less room.</summary>
    public const int ChunkTypes = 64;

    private RankedTypes(IReadOnlyList<TypeRef> types, RankedRow[] rows, byte[][] chunks)
    {
        (Types, Rows, Chunks) = (types, rows, chunks);
        RowsByRank = ByRank(rows);
    }

    /// <summary>The types.</summary>
    public IReadOnlyList<TypeRef> Types { get; }

    /// <summary>The row of each.</summary>
    public RankedRow[] Rows { get; }

    /// <summary>
    /// The sections of every <see cref="ChunkTypes"/> types, each ended by a byte 0: deflated without a header, in base 64.
    /// </summary>
    public byte[][] Chunks { get; }

    /// <summary>Indices of the rows: first those with a gain as <see cref="LayoutRanking"/> has them, then the others in their order.</summary>
    public int[] RowsByRank { get; }

    /// <summary>Writes all sections and plans all gains, on several threads; the result does not depend on their number.</summary>
    /// <exception cref="ArgumentException">One is neither struct nor union.</exception>
    public static RankedTypes Of(IReadOnlyList<TypeRef> types, RankedPageOptions options)
    {
        ReorganizedStruct?[] better = Better(types, options);
        var rows = new RankedRow[types.Count];
        byte[][] chunks = new byte[(types.Count + ChunkTypes - 1) / ChunkTypes][];
        Share(chunks.Length, options.Jobs, () =>
        {
            var writer = new ChunkWriter(options);
            return chunk =>
            {
                chunks[chunk] = writer.Write(types, better, rows, chunk * ChunkTypes);
            };
        });
        return new RankedTypes(types, rows, chunks);
    }

    // The structs that a better order exists for, laid out in one graph over each of theirs.
    private static ReorganizedStruct?[] Better(IReadOnlyList<TypeRef> types, RankedPageOptions options)
    {
        var plans = new ReorganizationPlan?[types.Count];
        Share((types.Count + ChunkTypes - 1) / ChunkTypes, options.Jobs, () =>
        {
            var reorganize = new ReorganizeOptions { CachelineBytes = options.CachelineBytes };
            var planner = new GainPlanner(new LayoutRankingOptions { Reorganize = reorganize });
            return share =>
            {
                for (int i = share * ChunkTypes; i < Math.Min(types.Count, (share + 1) * ChunkTypes); i++)
                {
                    plans[i] = planner.PlanOf(types[i]);
                }
            };
        });

        var better = new ReorganizedStruct?[types.Count];
        for (int first = 0, end; first < types.Count; first = end)
        {
            TypeGraph graph = types[first].Graph;
            var structs = new ReorganizedStructs(graph, options.CachelineBytes, withSteps: false);
            var added = new List<int>();
            for (end = first; end < types.Count && types[end].Graph == graph; end++)
            {
                if (plans[end] is { } plan)
                {
                    structs.Add(plan, "struct " + RankedData.NameOf(types[end].View), module: options.ModuleOf(graph));
                    added.Add(end);
                }
            }

            IReadOnlyList<ReorganizedStruct> built = added.Count == 0 ? [] : structs.Build();
            for (int i = 0; i < added.Count; i++)
            {
                better[added[i]] = built[i];
            }
        }

        return better;
    }

    // Each thread makes what it works with and takes the next share until none is left.
    private static void Share(int shares, int jobs, Func<Action<int>> newWorker)
    {
        int next = -1;
        Crew.Run(Math.Clamp(Crew.Size(jobs), 1, Math.Max(1, shares)), _ =>
        {
            Action<int> work = newWorker();
            for (int share = Interlocked.Increment(ref next); share < shares; share = Interlocked.Increment(ref next))
            {
                work(share);
            }
        });
    }

    private static int[] ByRank(RankedRow[] rows)
    {
        var gains = new List<(LayoutGain, int)>();
        int[] order = new int[rows.Length];
        int without = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Gain is { } gain)
            {
                gains.Add((gain, i));
            }
            else
            {
                order[without++] = i;
            }
        }

        gains.Sort(LayoutRanking.Compare);
        order.AsSpan(0, without).CopyTo(order.AsSpan(gains.Count));
        for (int i = 0; i < gains.Count; i++)
        {
            order[i] = gains[i].Item2;
        }

        return order;
    }

    // What one thread has.
    private sealed class ChunkWriter
    {
        private readonly RankedPageOptions _options;
        private readonly ArrayBufferWriter<byte> _text = new(1 << 20);
        private readonly Utf8Writer _output;
        private TypeSection? _section;
        private LayoutReporter? _reporter;

        public ChunkWriter(RankedPageOptions options)
        {
            _options = options;
            _output = new Utf8Writer(_text);
        }

        // A section is compressed as soon as it is written: together they may be large.
        public byte[] Write(IReadOnlyList<TypeRef> types, ReorganizedStruct?[] better, RankedRow[] rows, int first)
        {
            using var packed = new MemoryStream();
            using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                for (int i = first; i < Math.Min(types.Count, first + ChunkTypes); i++)
                {
                    rows[i] = Write(types[i], better[i], i);
                    _output.Flush();
                    deflate.Write(_text.WrittenSpan);

                    // The writer is to begin anew where the text does.
                    _text.ResetWrittenCount();
                    _output.Flush();
                }
            }

            byte[] encoded = new byte[Base64.GetMaxEncodedToUtf8Length((int)packed.Length)];
            Base64.EncodeToUtf8(packed.GetBuffer().AsSpan(0, (int)packed.Length), encoded, out _, out _);
            return encoded;
        }

        private RankedRow Write(TypeRef type, ReorganizedStruct? better, int number)
        {
            if (_reporter?.Graph != type.Graph || _section is null)
            {
                // What a section keeps of a graph is large, and a kernel has many modules.
                _section = new TypeSection(_output);
                _reporter = new LayoutReporter(type.Graph, _options.CachelineBytes, _options.Machine.PageBytes);
            }

            LayoutReport report = _reporter.Report(type.Id);
            _section.Write(new PictureSubject(report) { Module = _options.ModuleOf(type.Graph), Reorganized = better }, number);
            _output.Write((byte)0);
            return new RankedRow(report, better?.Plan);
        }
    }
}
