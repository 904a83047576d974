using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using BtfTool.Core.IO;
using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
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
        var rows = new RankedRow[types.Count];
        byte[][] chunks = new byte[(types.Count + ChunkTypes - 1) / ChunkTypes][];
        int next = -1;
        Crew.Run(Math.Clamp(Crew.Size(options.Jobs), 1, Math.Max(1, chunks.Length)), _ =>
        {
            var writer = new ChunkWriter(options);
            for (int chunk = Interlocked.Increment(ref next); chunk < chunks.Length; chunk = Interlocked.Increment(ref next))
            {
                int first = chunk * ChunkTypes, end = Math.Min(types.Count, first + ChunkTypes);
                for (int i = first; i < end; i++)
                {
                    rows[i] = writer.Add(types[i]);
                }

                chunks[chunk] = writer.Finish();
            }
        });
        return new RankedTypes(types, rows, chunks);
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
    private sealed class ChunkWriter(RankedPageOptions options)
    {
        private readonly GainPlanner _planner = new(new LayoutRankingOptions
        {
            Reorganize = new ReorganizeOptions { CachelineBytes = options.CachelineBytes },
        });

        private readonly MemoryStream _packed = new();
        private readonly ArrayBufferWriter<byte> _text = new(1 << 20);
        private LayoutReporter? _reporter;
        private Utf8Writer? _output;

        public RankedRow Add(TypeRef type)
        {
            if (_reporter?.Graph != type.Graph)
            {
                _reporter = new LayoutReporter(type.Graph, options.CachelineBytes, options.Machine.PageBytes);
            }

            _output ??= new Utf8Writer(_text);
            LayoutReport report = _reporter.Report(type.Id);
            ReorganizationPlan? plan = _planner.PlanOf(type, report.Layout.Summary);
            options.Section(_output, report, plan, options.ModuleOf(type.Graph));
            _output.Write((byte)0);
            return new RankedRow(report, plan);
        }

        public byte[] Finish()
        {
            _output!.Flush();
            _packed.SetLength(0);
            using (var deflate = new DeflateStream(_packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                deflate.Write(_text.WrittenSpan);
            }

            _text.ResetWrittenCount();
            _output = null;
            byte[] encoded = new byte[Base64.GetMaxEncodedToUtf8Length((int)_packed.Length)];
            Base64.EncodeToUtf8(_packed.GetBuffer().AsSpan(0, (int)_packed.Length), encoded, out _, out _);
            return encoded;
        }
    }
}
