using BenchmarkDotNet.Attributes;
using BtfTool.Core.Types;
using BtfTool.TestKit;

namespace BtfTool.Benchmarks;

/// <summary>What emitters and queries do with a graph.</summary>
[MemoryDiagnoser]
public class GraphBenchmarks
{
    private readonly TypeGraph _graph = Kernel.Graph();

    /// <summary>Every property of every view.</summary>
    [Benchmark]
    public ulong WalkViews() => GraphWalk.Checksum(_graph);

    /// <summary>Members of all structs, without names.</summary>
    [Benchmark]
    public ulong WalkMembers()
    {
        ulong sum = 0;
        for (uint id = 1; id < _graph.TypeCount; id++)
        {
            foreach (MemberView member in _graph[new TypeId(id)].Members)
            {
                sum += member.BitOffset + member.Type.Value;
            }
        }

        return sum;
    }

    /// <summary>A type looked for by comparing all names.</summary>
    [Benchmark]
    public uint FindByName()
    {
        for (uint id = 1; id < _graph.TypeCount; id++)
        {
            TypeView type = _graph[new TypeId(id)];
            if (type.IsComposite && type.Name.SequenceEqual("zone_padding_that_is_not_there"u8))
            {
                return id;
            }
        }

        return 0;
    }
}
