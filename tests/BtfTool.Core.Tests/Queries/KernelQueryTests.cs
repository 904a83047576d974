using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class KernelQueryTests
{
    [Fact]
    public void Every_name_of_a_kernel_finds_what_a_walk_over_all_types_finds()
    {
        BtfFile file = BtfFile.Parse("vmlinux", "BTF", ByteRegion.FromBytes(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz")));
        TypeGraph graph = BtfReader.Read(file);
        var byName = new Dictionary<string, List<TypeId>>();
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (!type.IsAnonymous)
            {
                string name = graph.NameString(type.NameId);
                byName.TryAdd(name, []);
                byName[name].Add(type.Id);
            }
        }

        var found = new List<TypeRef>();
        var set = new TypeGraphSet(graph);
        int step = 0;
        foreach ((string name, List<TypeId> expected) in byName)
        {
            // A pass over the kernel for each: every 37th and all short ones (which many names end with) will do.
            if (step++ % 37 == 0 || name.Length < 5)
            {
                found.Clear();
                NameFinder.Find(set, System.Text.Encoding.UTF8.GetBytes(name), found);
                found.ConvertAll(type => type.Id).ShouldBe(expected, name);
            }
        }
    }
}
