using System.IO.Compression;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Sources;

public sealed class KernelModulesTests : IDisposable
{
    private const string Running = "sys/kernel/btf/";

    private readonly string _root = Directory.CreateTempSubdirectory("btftool-modules-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private SourceOptions Options => new() { SystemRoot = _root, KernelRelease = "9.9", SampleDirectory = _root };

    private static BtfAssembler Kernel()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        b.Struct("base_struct", 4).Member("number", i, 0);
        return b;
    }

    private static byte[] Module(string name, uint sizeBytes = 4)
    {
        var module = new BtfAssembler(baseBtf: Kernel());
        module.Struct(name, sizeBytes).Member("inside", 2, 0);
        return module.ToBytes();
    }

    private static byte[] Elf(byte[] btf) => new ElfAssembler().Section(".BTF", btf).ToBytes();

    private static byte[] Gzip(byte[] plain)
    {
        var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return to.ToArray();
    }

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private KernelModulesResult ReadRunning(SourceOptions? options = null)
    {
        using TypeSource kernel = SourceOpener.OpenDefault(options ?? Options);
        return KernelModules.Read(kernel, null, options ?? Options);
    }

    private static string[] Names(KernelModulesResult result) => [.. result.Graphs.Graphs.ToArray().Select(KernelModules.NameOf)];

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 40)]
    public void The_kernel_comes_first_and_modules_by_name_over_its_one_graph(int jobs, int modules)
    {
        Write(Running + "vmlinux", Kernel().ToBytes());
        for (int i = modules - 1; i >= 0; i--)
        {
            Write($"{Running}m{i:d2}", Module($"of_{i:d2}"));
        }

        KernelModulesResult result = ReadRunning(Options with { Dwarf = new DwarfReadOptions { Jobs = jobs } });

        result.Diagnostics.ShouldBeEmpty();
        Names(result).ShouldBe(["vmlinux", .. Enumerable.Range(0, modules).Select(i => $"m{i:d2}")]);
        TypeGraph kernel = result.Graphs.Graphs[0];
        for (int i = 0; i < modules; i++)
        {
            TypeGraph graph = result.Graphs.Graphs[i + 1];
            graph.Base.ShouldBeSameAs(kernel);
            result.Graphs.FirstTypeOf(graph).ShouldBe(new TypeId(3));
            graph[new TypeId(3)].NameString.ShouldBe($"of_{i:d2}");
        }
    }

    [Fact]
    public void Modules_of_a_folder_are_found_at_any_depth_and_compressed()
    {
        string kernel = Write("vmlinux.btf", Kernel().ToBytes());
        Write("mods/kernel/fs/one-two.ko", Elf(Module("a")));
        Write("mods/kernel/net/deep/b.ko.gz", Gzip(Elf(Module("b"))));
        Write("mods/c.btf", Module("c"));
        Write("mods/d", Module("d"));
        Write("mods/kernel/e", Module("e"));
        Write("mods/modules.dep", [1, 2, 3]);
        Write("mods/readme", "text"u8.ToArray());
        Write("mods/short", [0x9f]);
        Directory.CreateSymbolicLink(Path.Combine(_root, "mods/build"), _root);
        using TypeSource source = SourceOpener.Open(kernel);

        KernelModulesResult result = KernelModules.Read(source, Path.Combine(_root, "mods"), Options);

        Names(result)[1..].ShouldBe(["b", "c", "d", "one_two"]);
        result.Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public void The_kernel_in_the_folder_is_no_module()
    {
        string kernel = Write("mods/kernel.btf", Kernel().ToBytes());
        Write("mods/vmlinux", Kernel().ToBytes());
        Write("mods/a", Module("a"));
        using TypeSource source = SourceOpener.Open(kernel);

        Names(KernelModules.Read(source, Path.Combine(_root, "mods"), Options)).ShouldBe(["kernel", "a"]);
    }

    [Fact]
    public void Modules_that_cannot_be_read_are_left_out_with_a_warning_and_stop_a_strict_run()
    {
        Write(Running + "vmlinux", Kernel().ToBytes());
        Write(Running + "good", Module("good"));
        for (int i = 0; i < 12; i++)
        {
            Write($"{Running}bad{i:d2}", Module("bad")[..30]);
        }

        KernelModulesResult result = ReadRunning();

        Names(result).ShouldBe(["vmlinux", "good"]);
        result.Diagnostics.Count.ShouldBe(11);
        result.Diagnostics.ShouldAllBe(d => d.Severity == DiagnosticSeverity.Warning);
        result.Diagnostics[0].Message.ShouldContain("bad00");
        result.Diagnostics[10].Message.ShouldBe("2 more modules cannot be read and are left out");
        Should.Throw<InvalidImageException>(() => ReadRunning(Options with { Dwarf = new DwarfReadOptions { Strict = true } }))
            .Message.ShouldContain("bad00");
    }

    [Fact]
    public void Where_no_module_fits_the_kernel_that_is_an_error()
    {
        string kernel = Write("other.btf", new BtfAssembler().ToBytes());
        Write("mods/a", Module("a"));
        Write("mods/b", Module("b"));
        using TypeSource source = SourceOpener.Open(kernel);

        string message = Should.Throw<InvalidImageException>(() => KernelModules.Read(source, Path.Combine(_root, "mods"), Options)).Message;

        message.ShouldContain($"none of its 2 modules can be read with {kernel}");
        message.ShouldContain("does not fit its base");
    }

    [Fact]
    public void Modules_without_BTF_are_counted_in_a_note()
    {
        Write("vmlinux", Kernel().ToBytes());
        Write("mods/a.ko", Elf(Module("a")));
        Write("mods/b.ko", new ElfAssembler().Section(".text", [0]).ToBytes());
        Write("mods/c.ko.debug", new ElfAssembler().Section(".BTF", new byte[9], type: ElfAssembler.NoBits).ToBytes());
        using TypeSource source = SourceOpener.Open(Path.Combine(_root, "vmlinux"));

        KernelModulesResult result = KernelModules.Read(source, Path.Combine(_root, "mods"), Options);

        Names(result).ShouldBe(["vmlinux", "a"]);
        Diagnostic note = result.Diagnostics.ShouldHaveSingleItem();
        note.Severity.ShouldBe(DiagnosticSeverity.Note);
        note.Message.ShouldContain("2 of 3 modules have no BTF");
    }

    [Fact]
    public void A_folder_without_modules_gives_the_kernel_and_a_note()
    {
        Write(Running + "vmlinux", Kernel().ToBytes());

        KernelModulesResult result = ReadRunning();

        result.Graphs.Graphs.Length.ShouldBe(1);
        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("no modules are there");
    }

    [Fact]
    public void A_folder_that_is_none_is_refused()
    {
        string kernel = Write("vmlinux", Kernel().ToBytes());
        using TypeSource source = SourceOpener.Open(kernel);

        Should.Throw<InvalidImageException>(() => KernelModules.Read(source, _root + "/none", Options)).Message.ShouldEndWith("no such folder");
        Should.Throw<InvalidImageException>(() => KernelModules.Read(source, kernel, Options)).Message.ShouldContain("is a file");
    }

    [Fact]
    public void A_distilled_base_is_laid_onto_the_kernel()
    {
        var distilled = new BtfAssembler();
        distilled.Struct("base_struct", 4);
        var module = new BtfAssembler(baseBtf: distilled);
        module.Struct("own", 4).Member("inside", 1, 0);
        Write(Running + "vmlinux", Kernel().ToBytes());
        Write(Running + "a.ko", new ElfAssembler().Section(".BTF", module.ToBytes()).Section(".BTF.base", distilled.ToBytes()).ToBytes());

        TypeGraphSet set = ReadRunning().Graphs;

        TypeView own = set.Graphs[1][new TypeId(3)];
        set.Graphs[1][own.Members[0].Type].Members[0].NameString.ShouldBe("number");
    }

    [Fact]
    public void Modules_with_DWARF_stand_by_themselves()
    {
        string kernel = Write("vmlinux.btf", Kernel().ToBytes());
        Directory.CreateDirectory(Path.Combine(_root, "mods"));
        Write("mods/tun.ko", Fixtures.Read("oracle/tun-ko/tun.ko.debug.gz"));
        Write("mods/none.ko", new ElfAssembler().Section(".text", [0]).ToBytes());
        using TypeSource source = SourceOpener.Open(kernel);

        KernelModulesResult result = KernelModules.Read(source, Path.Combine(_root, "mods"), Options with { Format = SourceFormat.Dwarf });

        Names(result).ShouldBe(["vmlinux", "tun"]);
        result.Graphs.Graphs[1].Base.ShouldBeNull();
        result.Graphs.FirstTypeOf(result.Graphs.Graphs[1]).ShouldBe(new TypeId(1));
        result.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("none.ko");
    }

    [Theory]
    [InlineData("some/folder/vmlinux", "some/folder")]
    [InlineData("boot/vmlinux-7.7", "lib/modules/7.7")]
    [InlineData("boot/vmlinux-7.7", "lib/modules/7.7/kernel/fs")]
    [InlineData("boot/vmlinux-7.7", "usr/lib/modules/7.7")]
    [InlineData("usr/lib/debug/lib/modules/7.7/vmlinux", "lib/modules/7.7")]
    [InlineData("usr/lib/debug/boot/vmlinux-7.7", "usr/lib/debug/lib/modules/7.7/")]
    [InlineData("sys/kernel/btf/vmlinux", "lib/modules/9.9")]
    public void The_kernel_of_a_folder_is_found(string kernel, string directory)
    {
        string path = Write(kernel, Kernel().ToBytes());
        Directory.CreateDirectory(Path.Combine(_root, directory));
        using TypeSource source = KernelModules.OpenKernel(Path.Combine(_root, directory), Options);

        Path.GetFullPath(source.Path).ShouldBe(path);
        source.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("the kernel of ");
    }

    [Theory]
    [InlineData("lib/modules/9.9")]
    [InlineData("lib/modules")]
    [InlineData("elsewhere")]
    public void Where_no_kernel_is_found_all_that_was_tried_is_named(string directory)
    {
        string message = Should.Throw<InvalidImageException>(() => KernelModules.OpenKernel(Path.Combine(_root, directory), Options)).Message;

        message.ShouldContain("--file");
        message.ShouldContain("/vmlinux (no such file)");
    }

    [Fact]
    public void The_running_kernel_is_asked_with_its_modules_and_no_other_is()
    {
        string running = Write(Running + "vmlinux", Kernel().ToBytes());
        Write(Running + "mod", Module("of_module"));
        string other = Write("other", Kernel().ToBytes());
        using TypeSource source = SourceOpener.Open(running);
        using TypeSource another = SourceOpener.Open(other);

        TypeGraphSet set = KernelModules.OfRunning(source, Options).ShouldNotBeNull();
        TypeNameQuery.Resolve(set, "of_module").Types.ShouldHaveSingleItem().Graph.SourcePath.ShouldEndWith("/mod");
        KernelModules.OfRunning(another, Options).ShouldBeNull();
        File.WriteAllBytes(Path.Combine(_root, Running, "mod"), Module("x")[..30]);
        Write(Running + "mod2", Module("x")[..30]);
        KernelModules.OfRunning(source, Options).ShouldBeNull();
    }
}
