using BtfTool.Core.Diagnostics;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Sources;

public class SourcesDwarfTests
{
    private const string Module = "oracle/tun-ko/tun.ko.debug.gz";

    private static readonly SourceOptions s_dwarf = new() { Format = SourceFormat.Dwarf };

    [Fact]
    public void A_module_whose_split_BTF_has_no_base_here_is_read_from_its_DWARF_and_says_so()
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf(Module));

        source.Format.ShouldBe(SourceFormat.Dwarf);
        source.Diagnostics.ShouldContain(d => d.Severity == DiagnosticSeverity.Note && d.Message.Contains("its .BTF is split"));
        source.Graph.TypeCount.ShouldBeGreaterThan(1000);
        source.Stages.ShouldNotBeEmpty();
    }

    [Fact]
    public void What_is_asked_for_is_read()
    {
        using TypeSource dwarf = SourceOpener.Open(Fixtures.PathOf("bin/nesting.gcc-x86_64-pahole.o"));
        using TypeSource btf = SourceOpener.Open(Fixtures.PathOf(Module), new SourceOptions { Format = SourceFormat.Btf });

        dwarf.Format.ShouldBe(SourceFormat.Btf);
        btf.Format.ShouldBe(SourceFormat.Btf);
        Should.Throw<InvalidImageException>(() => btf.Graph).Message.ShouldContain("split BTF");
    }

    [Fact]
    public void DWARF_that_is_asked_for_and_not_there_is_an_error()
    {
        Should.Throw<InvalidImageException>(() => SourceOpener.Open(Fixtures.PathOf("oracle/layout-section/tun.btf.gz"), s_dwarf))
            .Message.ShouldContain("no ELF file");
        Should.Throw<InvalidImageException>(() => SourceOpener.Open(Fixtures.PathOf("bin/nesting.clang-bpf.o"), s_dwarf))
            .Message.ShouldContain("ELF without DWARF");
    }

    [Fact]
    public void DWARF_has_no_records_to_dump()
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf(Module), s_dwarf);

        Should.Throw<InvalidImageException>(() => source.Btf).Message.ShouldContain("no BTF records");
    }

    [Fact]
    public void One_name_is_found_as_in_the_whole_graph()
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf(Module), s_dwarf);
        var found = source.FindInDwarf("tun_struct").ShouldNotBeNull();

        found.Types.Count.ShouldBe(1);
        TypeView type = found.Graph[found.Types[0].Type];
        TypeView whole = Named(source.Graph, "tun_struct");
        type.SizeBytes.ShouldBe(whole.SizeBytes);
        type.Members.Count.ShouldBe(whole.Members.Count);
        for (int i = 0; i < whole.Members.Count; i++)
        {
            type.Members[i].NameString.ShouldBe(whole.Members[i].NameString);
            type.Members[i].BitOffset.ShouldBe(whole.Members[i].BitOffset);
        }

        source.FindInDwarf("no_such_name").ShouldNotBeNull().Types.ShouldBeEmpty();
    }

    [Fact]
    public void A_separate_debug_file_is_found_by_its_link()
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf("dwarf/bin/pair-arrays.so"));

        source.Format.ShouldBe(SourceFormat.Dwarf);
        source.Diagnostics.ShouldContain(d => d.Message.Contains("its debug information is"));
        source.Graph.TypeCount.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_debug_file_that_was_refused_is_named_where_none_was_found()
    {
        string folder = Directory.CreateTempSubdirectory("btftool-refused").FullName;
        try
        {
            string path = Path.Combine(folder, "pair-arrays.so");
            File.Copy(Fixtures.PathOf("dwarf/bin/pair-arrays.so"), path);
            File.Copy(Fixtures.PathOf("dwarf/bin/pair-packing.so.debug"), path + ".debug");

            foreach (SourceOptions options in (SourceOptions[])[s_dwarf, new SourceOptions()])
            {
                string message = Should.Throw<InvalidImageException>(() => SourceOpener.Open(path, options)).Message;
                message.ShouldContain("no separate debug file is found");
                message.ShouldContain("pair-arrays.so.debug: not taken");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TypeView Named(TypeGraph graph, string name)
    {
        for (uint i = 1; ; i++)
        {
            if (graph[new TypeId(i)] is { Kind: TypeKind.Struct } type && type.NameString == name)
            {
                return type;
            }
        }
    }
}
