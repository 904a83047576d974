using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Whatever the bytes are, reading ends in a graph or in <see cref="InvalidImageException"/>.</summary>
public class DwarfMutationTests
{
    private static readonly string[] Seeds =
    [
        "dwarf/bin/arrays.clang-dwarf5.o", "dwarf/bin/bitfields.gcc-s390x-dwarf3-64.o", "dwarf/bin/nesting.gcc-dwarf5.o",
        "dwarf/bin/functions.gcc-i686-dwarf2.o", "dwarf/bin/conflicts.gcc-dwarf5-r.o", "dwarf/bin/tags.clang-s390x-dwarf4.o",
        "dwarf/bin/vla.gcc-dwarf5.o", "dwarf/bin/cxx.clang-dwarf5.o",
    ];

    /// <summary>Seeds and the numbers of the random sequences.</summary>
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string seed in Seeds)
            {
                for (int i = 0; i < 3; i++)
                {
                    cases.Add(seed, i);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Spoiled_sections_are_read_or_refused(string seed, int sequence)
    {
        byte[] elf = Fixtures.Read(seed);
        var random = new Random(sequence);
        (int Start, int Length)[] sections = [.. Ranges(elf)];
        sections.ShouldNotBeEmpty();
        for (int round = 0; round < 120; round++)
        {
            byte[] spoiled = [.. elf];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                (int start, int length) = sections[random.Next(sections.Length)];
                int at = start + random.Next(length);
                spoiled[at] = random.Next(4) switch
                {
                    0 => (byte)random.Next(256),
                    1 => (byte)(spoiled[at] ^ (1 << random.Next(8))),
                    2 => 0,
                    _ => 0xff,
                };
            }

            Read(spoiled);
        }
    }

    [Fact]
    public void Many_units_over_one_long_table_do_not_read_it_each_time()
    {
        // Each unit begins its table at another byte of one long run.
        var d = new DieTreeAssembler();
        for (int i = 0; i < 3000; i++)
        {
            d.BeginUnit().AbbreviationsOffsetAsWritten = (ulong)i;
            d.EndUnit();
        }

        byte[] run = [.. Enumerable.Repeat((byte[])[1, 0x0f, 0, 0, 0], 20_000).SelectMany(b => b)];
        d.Spoil(".debug_abbrev", bytes => [.. bytes[..^1], .. run, 0]);

        DwarfReadResult result = ReadDwarf.All(d.ToElf(), new DwarfReadOptions { Jobs = 1 });

        result.Diagnostics.ShouldContain(m => m.Message.Contains("more units", StringComparison.Ordinal));
        Should.Throw<InvalidImageException>(() => ReadDwarf.All(d.ToElf(), new DwarfReadOptions { Jobs = 1, Strict = true }));
    }

    private static void Read(byte[] elf)
    {
        try
        {
            DwarfFile file = ReadDwarf.File(elf);
            TypeGraph graph = DwarfReader.Read(file, new DwarfReadOptions { Jobs = 1 }).Graph;
            GraphWalk.Checksum(graph);
            DwarfFinder.Find(file, "item", new DwarfReadOptions { Jobs = 1 });
        }
        catch (InvalidImageException)
        {
        }
    }

    private static IEnumerable<(int Start, int Length)> Ranges(byte[] elf)
    {
        foreach (string name in (string[])[".debug_info", ".debug_abbrev", ".debug_str", ".debug_str_offsets"])
        {
            if (ElfSections.Find(elf, name) is { Length: > 0 } bytes && elf.AsSpan().IndexOf(bytes) is var start and >= 0)
            {
                yield return (start, bytes.Length);
            }
        }
    }
}
