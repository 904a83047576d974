using System.Buffers;
using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Sources;
using BtfTool.Emit.Headers;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>The header of every compiled DWARF file compiles for the processor that the file is for, which agrees on each offset.</summary>
public class DwarfFixtureHeaderTests
{
    // gABI machine, 64 bit, big endian: the name that clang has for it.
    private static readonly Dictionary<(int Machine, bool Is64, bool IsBigEndian), string> Targets = new()
    {
        [(62, true, false)] = "x86_64-linux-gnu",
        [(3, false, false)] = "i686-linux-gnu",
        [(22, true, true)] = "s390x-linux-gnu",
        [(183, true, false)] = "aarch64-linux-gnu",
        [(183, true, true)] = "aarch64_be-linux-gnu",
        [(40, false, false)] = "arm-linux-gnueabihf",
        [(40, false, true)] = "armeb-linux-gnueabihf",
        [(247, true, false)] = "bpf",
        [(247, true, true)] = "bpfeb",
        [(4, false, true)] = "m68k-linux-gnu",
        [(8, false, true)] = "mips-linux-gnu",
        [(8, false, false)] = "mipsel-linux-gnu",
        [(8, true, true)] = "mips64-linux-gnuabi64",
        [(8, true, false)] = "mips64el-linux-gnuabi64",
        [(20, false, true)] = "powerpc-linux-gnu",
        [(21, true, true)] = "powerpc64-linux-gnu",
        [(21, true, false)] = "powerpc64le-linux-gnu",
        [(243, false, false)] = "riscv32-linux-gnu",
        [(243, true, false)] = "riscv64-linux-gnu",
        [(2, false, true)] = "sparc-linux-gnu",
        [(43, true, true)] = "sparc64-linux-gnu",
    };

    public static TheoryData<string> Files => [.. DwarfFixtures.Readable];

    /// <summary>Those of one source whose types are not inside of functions.</summary>
    public static TheoryData<string> OneSource => [.. DwarfFixtures.Readable.Where(name => name.EndsWith(".o", StringComparison.Ordinal)
        && !Several.Contains(name[..name.IndexOf('.', StringComparison.Ordinal)])
        && !name.StartsWith("types.", StringComparison.Ordinal)

        // clang says no bit size of a bitfield that is as wide as its type, and refuses the offset of one.
        && !name.StartsWith("bitfields.clang", StringComparison.Ordinal))];

    private static readonly string[] Several = ["inline", "vla", "conflicts", "lto", "cxx", "niches", "pair-module"];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_header_compiles_and_the_compiler_agrees_on_every_offset_and_size(string name)
    {
        (byte[] header, byte[] assertions) = Write(name);
        Compile(name, header, assertions).ShouldBe("");
    }

    [Theory]
    [MemberData(nameof(OneSource))]
    public void The_source_that_it_was_compiled_from_has_every_offset_and_size(string name)
    {
        string stem = name[..name.IndexOf('.', StringComparison.Ordinal)];
        string source = File.Exists(Fixtures.PathOf($"c/{stem}.c")) ? $"c/{stem}.c" : $"dwarf/c/{stem}.c";
        byte[] defines = [.. name.Contains("no-complex", StringComparison.Ordinal) ? "#define NO_COMPLEX\n"u8 : default];
        (_, byte[] assertions) = Write(name);

        assertions.AsSpan().IndexOf("_Static_assert"u8).ShouldBeGreaterThanOrEqualTo(0);
        Compile(name, defines, Fixtures.Read(source), assertions).ShouldBe("");
    }

    private static (byte[] Header, byte[] Assertions) Write(string name)
    {
        string path = Fixtures.PathOf("dwarf/bin/" + name);
        using TypeSource source = SourceOpener.Open(path, new SourceOptions { Format = SourceFormat.Dwarf });
        var emitter = new HeaderEmitter(source.Graph, HeaderOptions.Default);
        var header = new ArrayBufferWriter<byte>();
        emitter.Write(header);
        var assertions = new ArrayBufferWriter<byte>();
        new LayoutAssertions(source.Graph, emitter).Write(assertions);
        return (header.WrittenSpan.ToArray(), assertions.WrittenSpan.ToArray());
    }

    /// <summary>Has C checked by the compiler for the processor that a fixture is for; returns what it says.</summary>
    internal static string Compile(string name, params byte[][] parts)
    {
        ElfFile elf = ElfFile.Parse(name, ByteRegion.FromBytes(Fixtures.Read("dwarf/bin/" + name)));
        string target = name.Contains("n32", StringComparison.Ordinal) ? "mips64el-linux-gnuabin32"
            : Targets[((int)elf.Machine, elf.Is64Bit, elf.IsBigEndian)];

        // What gcc made it agrees on; clang lacks some of its types, and aligns others differently.
        bool isByGcc = name.Contains(".gcc", StringComparison.Ordinal) && !name.Contains("m32", StringComparison.Ordinal);
        string gcc = target.StartsWith("x86_64", StringComparison.Ordinal) ? "gcc" : target + "-gcc";
        string? said = isByGcc ? Clang.CheckByGcc(gcc, parts) : null;
        return said ?? Clang.CheckFor(target, parts);
    }
}
