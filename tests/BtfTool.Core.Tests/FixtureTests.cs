using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

public class FixtureTests
{
    private static readonly string[] Answers = [".pahole-1.24.txt", ".pfunct-1.24.txt", ".bpftool-7.1.raw.txt", ".bpftool-7.1.h"];

    /// <summary>Every compiled fixture.</summary>
    public static TheoryData<string> Binaries => [.. Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*.o").Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Binaries))]
    public void Every_compiled_fixture_gives_a_graph(string name)
    {
        byte[] elf = Fixtures.Read("bin/" + name);
        BtfFile file = BtfFile.Parse(name, ".BTF", ByteRegion.FromBytes(ElfSections.Find(elf, ".BTF").ShouldNotBeNull()));
        file.Diagnostics.ShouldBeEmpty();
        file.IsBigEndian.ShouldBe(name.Contains("s390x", StringComparison.Ordinal) || name.Contains("bpfeb", StringComparison.Ordinal));
        TypeGraph graph = BtfReader.Read(file);
        graph.TypeCount.ShouldBe(file.RecordCount + 1);
        GraphWalk.Checksum(graph).ShouldNotBe(0UL);
        if (!name.Contains("clang", StringComparison.Ordinal) && graph.PointerSizeIsFromLong)
        {
            graph.PointerSizeBytes.ShouldBe(name.Contains("i686", StringComparison.Ordinal) ? 4 : 8);
        }
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public void Every_record_is_one_that_bpftool_counts(string name)
    {
        string answer = Fixtures.PathOf("bin/" + Path.ChangeExtension(name, null) + ".bpftool-7.1.raw.txt");
        Assert.SkipUnless(File.Exists(answer), "bpftool 7.1 does not read it");
        byte[] elf = Fixtures.Read("bin/" + name);
        TypeGraph graph = BtfReader.Read(BtfFile.Parse(name, ".BTF", ByteRegion.FromBytes(ElfSections.Find(elf, ".BTF")!)));
        uint id = 0;
        foreach (string line in File.ReadLines(answer).Where(l => l.StartsWith('[')))
        {
            TypeView type = graph[new TypeId(++id)];
            string quoted = type.NameId.IsNone ? "(anon)" : type.NameString;
            line.ShouldStartWith($"[{id}] ");
            line.ShouldContain($" '{quoted}'");
            if (type.SizeBytes > 0)
            {
                line.ShouldContain($" size={type.SizeBytes}");
            }
        }

        graph.TypeCount.ShouldBe((int)id + 1);
    }

    [Fact]
    public void Both_byte_orders_of_one_source_have_the_same_types()
    {
        foreach (string little in Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*.clang-bpf.o"))
        {
            string big = little.Replace(".clang-bpf.o", ".clang-bpfeb.o", StringComparison.Ordinal);
            if (File.Exists(big))
            {
                GraphText.Describe(Graph(big)).ShouldBe(GraphText.Describe(Graph(little)), little);
            }
        }

        static TypeGraph Graph(string path) => BtfReader.Read(
            BtfFile.Parse(path, ".BTF", ByteRegion.FromBytes(ElfSections.Find(File.ReadAllBytes(path), ".BTF")!)));
    }

    [Fact]
    public void Every_file_of_the_fixtures_is_read_by_a_test()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in Binaries.Select(row => row.Data))
        {
            known.Add(name);
            known.UnionWith(Answers.Select(answer => Path.ChangeExtension(name, null) + answer));
        }

        IEnumerable<string> files = Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*", SearchOption.AllDirectories).Select(p => Path.GetFileName(p));
        files.Where(f => !known.Contains(f)).ShouldBeEmpty();
        Binaries.Count.ShouldBeGreaterThan(60);
        foreach (string source in Directory.EnumerateFiles(Fixtures.PathOf("c"), "*.c"))
        {
            known.ShouldContain(f => f.StartsWith(Path.GetFileNameWithoutExtension(source) + ".", StringComparison.Ordinal), source);
        }
    }

    [Theory]
    [InlineData("oracle/linux-6.18/vmlinux.btf.gz", 126_585)]
    [InlineData("oracle/linux-6.1/vmlinux.btf.gz", 95_246)]
    [InlineData("oracle/layout-section/tun.btf.gz", 0)]
    public void Whole_kernels_give_graphs(string name, int types)
    {
        TypeGraph graph = Read.Graph(Fixtures.Read(name));
        if (types > 0)
        {
            (graph.TypeCount - 1).ShouldBeInRange(types - 1, types + 1);
        }

        GraphWalk.Checksum(graph).ShouldNotBe(0UL);
        graph.PointerSizeBytes.ShouldBe(8);
    }

    [Fact]
    public void A_module_extends_the_kernel_it_was_made_with_and_no_other()
    {
        BtfFile kernel = Read.File(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz"));
        byte[] module = Fixtures.Read("oracle/fuse-ko-split/fuse.split.btf.gz");
        TypeGraph graph = BtfReader.Read(Read.File(module, kernel), BtfReader.Read(kernel));
        GraphWalk.Checksum(graph).ShouldNotBe(0UL);

        BtfFile other = Read.File(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz"));
        Read.Fails(() => BtfReader.Read(Read.File(module, other), BtfReader.Read(other)), -1, "does not fit its base");
        Read.Fails(() => BtfReader.Read(Read.File(module)), -1, "split BTF");
    }
}
