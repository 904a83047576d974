using BenchmarkDotNet.Attributes;
using BtfTool.Core.Btf;
using BtfTool.Core.Types;

namespace BtfTool.Benchmarks;

/// <summary>From bytes to types.</summary>
[MemoryDiagnoser]
public class ReadBenchmarks
{
    /// <summary>Header only.</summary>
    [Benchmark]
    public BtfFile Open() => Kernel.File();

    /// <summary>A walk over the records.</summary>
    [Benchmark]
    public int WalkRecords() => Kernel.File().RecordCount;

    /// <summary>All columns.</summary>
    [Benchmark]
    public TypeGraph LoadGraph() => Kernel.Graph();
}
