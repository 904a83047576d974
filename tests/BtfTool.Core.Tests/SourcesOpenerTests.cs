using System.Buffers.Binary;
using System.IO.Compression;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

public sealed class SourcesOpenerTests : IDisposable
{
    // int x 4 bytes; struct "s" of one int; typedef "t" of it.
    private static readonly uint[] s_types =
        [1, 1u << 24, 4, 0x01000020, 5, (4u << 24) | 1, 4, 7, 1, 0, 9, 8u << 24, 2];

    private static readonly byte[] s_names = "\0int\0s\0x\0t\0"u8.ToArray();

    private readonly string _root = Directory.CreateTempSubdirectory("btftool-sources-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static byte[] Btf(bool bigEndian = false, uint[]? types = null, byte[]? names = null)
    {
        types ??= s_types;
        names ??= s_names;
        byte[] bytes = new byte[24 + (4 * types.Length) + names.Length];
        var words = (uint[])[0, 24, 0, 4 * (uint)types.Length, 4 * (uint)types.Length, (uint)names.Length, .. types];
        for (int i = 1; i < words.Length; i++)
        {
            Span<byte> to = bytes.AsSpan(4 * i);
            if (bigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(to, words[i]);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(to, words[i]);
            }
        }

        (bytes[0], bytes[1], bytes[2]) = bigEndian ? ((byte)0xeb, (byte)0x9f, (byte)1) : ((byte)0x9f, (byte)0xeb, (byte)1);
        names.CopyTo(bytes, bytes.Length - names.Length);
        return bytes;
    }

    // Split over Btf(): struct "more" with a member of type 2 (the base's struct).
    private static byte[] SplitBtf(uint member = 2) => Btf(types: [11, (4u << 24) | 1, 4, 7, member, 0], names: "more\0"u8.ToArray());

    private static byte[] Gzip(byte[] plain)
    {
        var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true))
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

    private SourceOptions Fake(string release = "9.9") => new() { SystemRoot = _root, KernelRelease = release, SampleDirectory = _root };

    private static string MessageOf(string path, SourceOptions? options = null) =>
        Should.Throw<InvalidImageException>(() => SourceOpener.Open(path, options).Graph).Message;

    private static void ShouldBeTheSample(TypeSource source, bool bigEndian = false)
    {
        source.Graph.TypeCount.ShouldBe(4);
        source.Graph.IsBigEndian.ShouldBe(bigEndian);
        source.Graph[new TypeId(3)].NameString.ShouldBe("t");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Raw_BTF_is_known_by_its_content(bool bigEndian)
    {
        using TypeSource source = SourceOpener.Open(Write("anything.txt", Btf(bigEndian)));

        ShouldBeTheSample(source, bigEndian);
        source.Diagnostics.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    public void BTF_in_ELF_has_a_byte_order_of_its_own_and_the_pointer_size_of_the_class(bool is64, bool elfBigEndian, bool btfBigEndian)
    {
        byte[] elf = new ElfAssembler(is64, elfBigEndian).Section(".text", [0]).Section(".BTF", Btf(btfBigEndian)).ToBytes();
        using TypeSource source = SourceOpener.Open(Write("a.o", elf));

        ShouldBeTheSample(source, btfBigEndian);
        source.Graph.PointerSizeBytes.ShouldBe(is64 ? 8 : 4);
        source.Btf.Section.ShouldBe(".BTF");
    }

    [Fact]
    public void Compressed_files_and_sections_are_read()
    {
        using TypeSource raw = SourceOpener.Open(Write("a", Gzip(Btf())));
        using TypeSource elf = SourceOpener.Open(Write("b", Gzip(new ElfAssembler().Section(".BTF", Btf()).ToBytes())));
        var zlib = new MemoryStream();
        using (var to = new ZLibStream(zlib, CompressionLevel.Fastest, leaveOpen: true))
        {
            to.Write(Btf());
        }

        byte[] section = new ElfAssembler().PackedSection(".BTF", 1, (ulong)Btf().Length, zlib.ToArray()).ToBytes();
        using TypeSource compressed = SourceOpener.Open(Write("c", section));

        ShouldBeTheSample(raw);
        ShouldBeTheSample(elf);
        ShouldBeTheSample(compressed);
    }

    [Fact]
    public void What_is_not_BTF_is_named()
    {
        MessageOf(Write("empty", [])).ShouldEndWith("neither BTF nor ELF: the file is empty");
        MessageOf(Write("text", "struct x {\n"u8.ToArray())).ShouldContain("the text \"struct x {\"");
        MessageOf(Write("bytes", [0xde, 0xad, 0, 1])).ShouldContain("the bytes dead0001");
        MessageOf(Write("twice", Gzip(Gzip(Btf())))).ShouldContain("compressed twice");
        MessageOf(Write("ar", "!<arch>\nx"u8.ToArray())).ShouldContain("archive");
        MessageOf(Write("plain.o", new ElfAssembler().Section(".text", [0]).ToBytes())).ShouldContain("ELF without a .BTF section, and without DWARF");
        MessageOf(Write("x.debug", new ElfAssembler().Section(".BTF", new byte[9], type: 8).ToBytes())).ShouldContain("separate debug file");
        MessageOf(_root).ShouldBe(_root + ": is a directory");
        MessageOf(_root + "/nothing").ShouldBe(_root + "/nothing: no such file");
        MessageOf(_root + "/text/below").ShouldEndWith(": no such file");
        MessageOf("").ShouldBe("no such file");
    }

    [Fact]
    public void A_file_that_opens_but_cannot_be_read_is_named() =>
        Should.Throw<InvalidImageException>(() => SourceOpener.Open("/proc/self/mem")).Message.ShouldBe("/proc/self/mem: cannot be read");

    [Fact]
    public void A_file_that_is_cut_short_anywhere_gives_a_clear_error()
    {
        byte[] whole = Btf();
        for (int length = 0; length < whole.Length; length++)
        {
            MessageOf(Write("cut", whole[..length])).ShouldNotContain("\n");
        }
    }

    [Fact]
    public void Split_BTF_is_read_over_the_base_that_is_named()
    {
        string basePath = Write("base", Btf());
        using TypeSource source = SourceOpener.Open(Write("module", SplitBtf()), new SourceOptions { BasePath = basePath });

        source.Graph.TypeCount.ShouldBe(5);
        source.Graph[new TypeId(4)].NameString.ShouldBe("more");
        source.Graph[source.Graph[new TypeId(4)].Members[0].Type].NameString.ShouldBe("s");
        source.Base!.Path.ShouldBe(basePath);
    }

    [Fact]
    public void Layers_of_split_BTF_are_read()
    {
        string bottom = Write("bottom", Btf());
        string middle = Write("middle", SplitBtf());
        string top = Write("top", Btf(types: [16, 8u << 24, 4], names: "top\0"u8.ToArray()));
        using TypeSource source = SourceOpener.Open(top, new SourceOptions { BasePath = middle, BaseChain = [bottom] });

        source.Graph.TypeCount.ShouldBe(6);
        source.Graph[new TypeId(5)].NameString.ShouldBe("top");
        source.Graph[source.Graph[new TypeId(5)].Target].NameString.ShouldBe("more");
    }

    [Fact]
    public void Split_BTF_whose_strings_begin_with_the_empty_one_gets_its_base_when_one_is_named()
    {
        byte[] split = Btf(types: [12, 8u << 24, 3], names: "\0tt\0"u8.ToArray());
        using TypeSource source = SourceOpener.Open(Write("m", split), new SourceOptions { BasePath = Write("base", Btf()) });

        source.Graph[new TypeId(4)].NameString.ShouldBe("tt");
        source.Graph[new TypeId(4)].Target.ShouldBe(new TypeId(3));
    }

    [Fact]
    public void A_base_for_BTF_that_is_complete_is_ignored_with_a_warning()
    {
        using TypeSource source = SourceOpener.Open(Write("a", Btf()), new SourceOptions { BasePath = Write("base", Btf()) });

        ShouldBeTheSample(source);
        source.Base.ShouldBeNull();
        source.Diagnostics.ShouldHaveSingleItem().Severity.ShouldBe(DiagnosticSeverity.Warning);
    }

    [Fact]
    public void Split_BTF_without_a_base_explains_itself()
    {
        string message = MessageOf(Write("module", SplitBtf()));

        message.ShouldContain("split BTF");
        message.ShouldContain("--base");
        message.ShouldNotContain("\n");
    }

    [Fact]
    public void A_module_without_a_base_is_told_of_the_kernel_of_its_release()
    {
        byte[] elf = new ElfAssembler().Section(".BTF", SplitBtf()).ToBytes();
        string module = Write("lib/modules/9.9/kernel/fs/x.ko", elf);
        string other = Write("lib/modules/8.8/kernel/fs/x.ko", elf);

        MessageOf(module, Fake()).ShouldContain("(for a module");
        string kernel = Write("boot/vmlinux-9.9", []);
        MessageOf(module, Fake()).ShouldContain("try --base " + kernel);
        string running = Write("sys/kernel/btf/vmlinux", Btf());
        MessageOf(module, Fake()).ShouldContain("try --base " + running);
        MessageOf(other, Fake()).ShouldContain("(for a module");
    }

    [Fact]
    public void A_module_of_the_running_kernel_finds_the_kernel_beside_it()
    {
        string kernel = Write("sys/kernel/btf/vmlinux", Btf());
        string module = Write("sys/kernel/btf/x", SplitBtf());
        using TypeSource source = SourceOpener.Open(module, Fake());

        source.Graph.TypeCount.ShouldBe(5);
        source.Base!.Path.ShouldBe(kernel);
        source.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain(kernel);
    }

    [Fact]
    public void A_distilled_base_in_the_same_file_is_the_base()
    {
        byte[] elf = new ElfAssembler().Section(".BTF", SplitBtf()).Section(".BTF.base", Btf()).ToBytes();
        using TypeSource source = SourceOpener.Open(Write("x.ko", elf));

        source.Graph.TypeCount.ShouldBe(5);
        source.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain(".BTF.base");
    }

    [Fact]
    public void A_real_module_with_a_distilled_base_is_read()
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf("oracle/distilled-base/dummy.ko.gz"));

        source.Graph.TypeCount.ShouldBeGreaterThan(source.Base!.Graph.TypeCount);
    }

    [Fact]
    public void A_real_module_fits_its_kernel_and_no_other()
    {
        string module = Fixtures.PathOf("oracle/fuse-ko-split/fuse.split.btf.gz");
        string right = Fixtures.PathOf("oracle/linux-6.1/vmlinux.btf.gz");
        string wrong = Fixtures.PathOf("oracle/linux-6.18/vmlinux.btf.gz");
        using TypeSource source = SourceOpener.Open(module, new SourceOptions { BasePath = right });

        source.Graph.TypeCount.ShouldBeGreaterThan(95_246);
        string message = MessageOf(module, new SourceOptions { BasePath = wrong });
        message.ShouldContain("does not fit its base");
        message.ShouldContain(wrong);
    }

    [Fact]
    public void Kinds_that_are_not_known_are_counted()
    {
        var layout = new byte[4 * 23];
        layout[4 * 22] = 4;
        byte[] plain = Btf(types: [.. s_types, 0, 22u << 24, 0, 1, 0, 22u << 24, 0, 2]);
        byte[] bytes = [.. plain[..24], .. new byte[8], .. plain[24..], 0, .. layout];
        bytes[4] = 32;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), (uint)(bytes.Length - 32 - layout.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(28), (uint)layout.Length);
        using TypeSource source = SourceOpener.Open(Write("a", bytes));

        source.Graph.TypeCount.ShouldBe(6);
        source.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("2 records of kind 22");
    }

    [Fact]
    public void The_default_is_what_the_running_kernel_says()
    {
        string kernel = Write("sys/kernel/btf/vmlinux", Btf());
        Write("boot/vmlinux-9.9", Btf());
        using TypeSource source = SourceOpener.OpenDefault(Fake());

        source.Path.ShouldBe(kernel);
        source.Diagnostics.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("boot/vmlinux-9.9")]
    [InlineData("lib/modules/9.9/vmlinux-9.9")]
    [InlineData("lib/modules/9.9/build/vmlinux")]
    [InlineData("usr/lib/modules/9.9/kernel/vmlinux")]
    [InlineData("usr/lib/debug/boot/vmlinux-9.9")]
    [InlineData("usr/lib/debug/lib/modules/9.9/vmlinux")]
    [InlineData("boot/vmlinuz-9.9")]
    public void The_default_is_otherwise_an_installed_kernel_of_the_release(string path)
    {
        Write("proc/sys/kernel/osrelease", "9.9\n"u8.ToArray());
        Write("boot/vmlinux-8.8", Btf());
        string kernel = Write(path, new ElfAssembler().Section(".BTF", Btf()).ToBytes());
        using TypeSource source = SourceOpener.OpenDefault(Fake() with { KernelRelease = null });

        ShouldBeTheSample(source);
        source.Path.ShouldBe(kernel);
        Diagnostic note = source.Diagnostics.ShouldHaveSingleItem();
        note.Severity.ShouldBe(DiagnosticSeverity.Note);
        note.Message.ShouldContain(kernel);
    }

    [Fact]
    public void Kernels_without_usable_BTF_are_passed_over()
    {
        Write("sys/kernel/btf/vmlinux", SplitBtf());
        Write("boot/vmlinux-9.9", new ElfAssembler().Section(".text", [0]).ToBytes());
        string kernel = Write("lib/modules/9.9/build/vmlinux", Btf());
        using TypeSource source = SourceOpener.OpenDefault(Fake());

        source.Path.ShouldBe(kernel);
    }

    [Fact]
    public void The_default_is_at_last_the_sample_kernel()
    {
        using TypeSource given = SourceOpener.OpenDefault(Fake() with { SampleDirectory = Fixtures.Root });
        using TypeSource found = SourceOpener.OpenDefault(Fake() with { SampleDirectory = null });

        given.Path.ShouldBe(Fixtures.PathOf("oracle/linux-6.18/vmlinux.btf.gz"));
        found.Path.ShouldBe(given.Path);
        given.Diagnostics.ShouldHaveSingleItem().Message.ShouldContain("sample");
        given.Graph.TypeCount.ShouldBe(126_586);
    }

    [Fact]
    public void Without_any_kernel_everything_that_was_tried_is_named()
    {
        Write("boot/vmlinux-9.9", new ElfAssembler().Section(".text", [0]).ToBytes());
        string message = Should.Throw<InvalidImageException>(() => SourceOpener.OpenDefault(Fake())).Message;

        message.ShouldContain(_root + "/sys/kernel/btf/vmlinux (no such file)");
        message.ShouldContain(_root + "/boot/vmlinux-9.9 (ELF without a .BTF section");
        message.ShouldContain(_root + "/boot/vmlinuz-9.9 (no such file)");
        message.ShouldNotContain("\n");
    }
}
