using BtfTool.Core.Elf;
using BtfTool.Core.IO;
using BtfTool.Core.Sources;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Sources;

public sealed class DebugFileLocatorTests : IDisposable
{
    private const string Release = "6.1.0-20-cloud-amd64";
    private static readonly byte[] s_id = [.. Enumerable.Range(0xab, 20).Select(i => (byte)i)];
    private readonly string _root = Directory.CreateTempSubdirectory("btftool-debug-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_build_id_names_the_file_in_both_classes_and_byte_orders(bool is64, bool bigEndian)
    {
        ElfFile program = Program("usr/bin/program", Elf(s_id, debugInfo: false, is64: is64, bigEndian: bigEndian));
        string expected = Put(OfId("usr/lib/debug", s_id), Elf(s_id, is64: is64, bigEndian: bigEndian));

        Find(program).ShouldBe(expected);
    }

    [Fact]
    public void The_folders_that_the_user_names_come_before_the_systems()
    {
        ElfFile program = Program("usr/bin/program", Elf(s_id, debugInfo: false));
        Put(OfId("usr/lib/debug", s_id), Elf(s_id));
        string mine = Put(OfId("mine", s_id), Elf(s_id));

        Find(program, new SourceOptions { SystemRoot = _root, DebugDirectories = [Path.Combine(_root, "none"), Path.Combine(_root, "mine")] }).ShouldBe(mine);
    }

    [Theory]
    [InlineData("opt/app/program.debug")]
    [InlineData("opt/app/.debug/program.debug")]
    [InlineData("usr/lib/debug/opt/app/program.debug")]
    [InlineData("mine/opt/app/program.debug")]
    [InlineData("mine/program.debug")]
    public void A_debug_link_is_followed_to_each_of_its_places(string place)
    {
        byte[] debug = Elf(null);
        ElfFile program = Program("opt/app/program", Elf(null, debugInfo: false, link: Link("program.debug", Checksum(debug))));
        string expected = Put(place, debug);

        Find(program, new SourceOptions { SystemRoot = _root, DebugDirectories = [Path.Combine(_root, "mine")] }).ShouldBe(expected);
    }

    [Fact]
    public void A_file_with_another_checksum_is_refused_with_a_note_and_the_next_one_is_tried()
    {
        byte[] debug = Elf(null);
        ElfFile program = Program("opt/program", Elf(null, debugInfo: false, link: Link("program.debug", Checksum(debug))));
        string wrong = Put("opt/program.debug", Elf(null, content: [9, 9, 9]));
        string right = Put("opt/.debug/program.debug", debug);
        var locator = new DebugFileLocator(new SourceOptions { SystemRoot = _root });

        using DebugFile? found = locator.Find(program);

        found.ShouldNotBeNull().Path.ShouldBe(right);
        locator.Notes.Count.ShouldBe(1);
        locator.Notes[0].Message.ShouldStartWith(wrong + ": not taken as the separate debug file: its checksum is ");
    }

    [Fact]
    public void A_file_with_another_build_id_is_refused_whatever_its_name_or_checksum_says()
    {
        byte[] other = [.. s_id.Reverse()];
        byte[] debug = Elf(other);
        ElfFile program = Program("opt/program", Elf(s_id, debugInfo: false, link: Link("program.debug", Checksum(debug))));
        Put(OfId("usr/lib/debug", s_id), debug);
        Put("opt/program.debug", debug);
        var locator = new DebugFileLocator(new SourceOptions { SystemRoot = _root });

        locator.Find(program).ShouldBeNull();

        locator.Notes.Count.ShouldBe(2);
        locator.Notes.ShouldAllBe(n => n.Message.Contains(
            $"its build id is {Convert.ToHexStringLower(other)}, not {Convert.ToHexStringLower(s_id)}", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_build_id_is_enough_when_a_debug_file_was_compressed_after_it_was_linked_to()
    {
        ElfFile program = Program("opt/program", Elf(s_id, debugInfo: false, link: Link("program.debug", 0x12345678)));
        string expected = Put("opt/program.debug", Elf(s_id));

        Find(program).ShouldBe(expected);
    }

    [Fact]
    public void Files_without_debug_information_and_files_that_are_no_elf_files_are_refused()
    {
        ElfFile program = Program("opt/program", Elf(s_id, debugInfo: false, link: Link("program.debug", 1)));
        Put(OfId("usr/lib/debug", s_id), Elf(s_id, debugInfo: false));
        Put("opt/program.debug", [1, 2, 3]);
        Put("opt/.debug/program.debug", []);
        Directory.CreateDirectory(Path.Combine(_root, "usr/lib/debug/opt/program.debug"));
        var locator = new DebugFileLocator(new SourceOptions { SystemRoot = _root });

        locator.Find(program).ShouldBeNull();

        locator.Notes.Select(n => n.Message.Split(": ")[^1]).ShouldBe(
            ["has no debug information (.debug_info)", "an ELF header expected", "an ELF header expected"]);
    }

    [Fact]
    public void Sections_of_the_program_have_no_bytes_in_the_debug_file()
    {
        ElfFile program = Program("opt/program", Elf(s_id, debugInfo: false));
        Put(OfId("usr/lib/debug", s_id), new ElfAssembler(type: 3).Section(".note.gnu.build-id", Note(s_id), type: 7)
            .Section(".text", [], type: 8, spoil: s => s.SizeBytes = 1UL << 40).Section(".BTF", [], type: 8).Section(".debug_info", [1]).ToBytes());
        using DebugFile found = new DebugFileLocator(new SourceOptions { SystemRoot = _root }).Find(program).ShouldNotBeNull();

        found.Elf.TryGetSection(".text", out _).ShouldBeFalse();
        found.Elf.TryGetSection(".BTF", out _).ShouldBeFalse();
        found.Elf.TryGetSection(".debug_info", out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("lib/modules/" + Release + "/kernel/net/tun.ko", "usr/lib/debug/lib/modules/" + Release + "/kernel/net/tun.ko")]
    [InlineData("usr/lib/modules/" + Release + "/kernel/net/tun.ko.xz", "usr/lib/debug/lib/modules/" + Release + "/kernel/net/tun.ko.debug")]
    [InlineData("lib/modules/" + Release + "/kernel/net/tun.ko.zst", "usr/lib/debug/usr/lib/modules/" + Release + "/kernel/net/tun.ko.debug")]
    [InlineData("boot/vmlinuz-" + Release, "usr/lib/debug/boot/vmlinux-" + Release)]
    [InlineData("boot/vmlinux-" + Release, "usr/lib/debug/lib/modules/" + Release + "/vmlinux")]
    [InlineData("home/me/module.ko", "home/me/module.ko.debug")]
    public void Kernels_and_modules_are_found_by_their_place_when_the_build_id_fits(string file, string place)
    {
        ElfFile program = Program(file, Elf(s_id, debugInfo: false));
        string path = Put(place, Elf([1, 2, 3, 4]));
        var locator = new DebugFileLocator(new SourceOptions { SystemRoot = _root });
        locator.Find(program).ShouldBeNull();
        locator.Notes.Count.ShouldBe(1);

        Put(place, Elf(null));
        locator.Find(program).ShouldBeNull();
        locator.Notes[1].Message.ShouldEndWith("it has no build id to tell whether it belongs");

        Put(place, Elf(s_id));
        Find(program).ShouldBe(path);
    }

    [Fact]
    public void Without_a_build_id_or_a_link_nothing_is_guessed()
    {
        ElfFile program = Program("lib/modules/1/tun.ko", Elf(null, debugInfo: false));
        Put("usr/lib/debug/lib/modules/1/tun.ko", Elf(null));
        Put("lib/modules/1/tun.ko.debug", Elf(null));

        Find(program).ShouldBeNull();
    }

    [Fact]
    public void A_link_that_names_a_folder_or_the_file_itself_leads_nowhere()
    {
        byte[] debug = Elf(null);
        Put("secret", debug);
        Find(Program("opt/a", Elf(null, debugInfo: false, link: Link("../secret", Checksum(debug))))).ShouldBeNull();
        Find(Program("opt/b", Elf(null, debugInfo: false, link: Link("..", 0)))).ShouldBeNull();
        Find(Program("opt/c", Elf(null, debugInfo: false, link: Link("", 0)))).ShouldBeNull();
        Find(Program("opt/d", Elf(null, debugInfo: false, link: [1, 2, 3]))).ShouldBeNull();
        var locator = new DebugFileLocator(new SourceOptions { SystemRoot = _root });
        locator.Find(Program("opt/e", Elf(null, debugInfo: false, link: Link("e", 0)))).ShouldBeNull();
        locator.Notes.ShouldBeEmpty();
    }

    [Fact]
    public void The_kernel_that_runs_is_told_by_what_it_says_of_itself()
    {
        Put("proc/sys/kernel/osrelease", [.. System.Text.Encoding.UTF8.GetBytes(Release), (byte)'\n']);
        Put("sys/kernel/notes", [4, 0, 0, 0, 4, 0, 0, 0, 1, 1, 0, 0, .. "Xen\0"u8, 1, 2, 3, 4, .. Note(s_id)]);
        Put("usr/lib/debug/boot/vmlinux-" + Release, Elf([1, 2, 3, 4]));
        string right = Put($"usr/lib/debug/lib/modules/{Release}/vmlinux", Elf(s_id));
        var locator = new DebugFileLocator(new SourceOptions { SystemRoot = _root });

        using (DebugFile? found = locator.FindKernel())
        {
            found.ShouldNotBeNull().Path.ShouldBe(right);
        }

        locator.Notes.Count.ShouldBe(1);
        string byId = Put(OfId("usr/lib/debug", s_id), Elf(s_id));
        using DebugFile again = locator.FindKernel(Release).ShouldNotBeNull();
        again.Path.ShouldBe(byId);
    }

    [Fact]
    public void Another_kernel_is_told_by_the_release_in_its_path()
    {
        string path = Put("usr/lib/debug/boot/vmlinux-5.10.0", Elf([1, 2, 3, 4]));
        var locator = new DebugFileLocator(new SourceOptions { SystemRoot = _root, KernelRelease = "5.10.0" });

        using DebugFile found = locator.FindKernel().ShouldNotBeNull();
        found.Path.ShouldBe(path);
        locator.FindKernel("6.6.6").ShouldBeNull();
        locator.FindKernel("../boot").ShouldBeNull();
        new DebugFileLocator(new SourceOptions { SystemRoot = _root }).FindKernel().ShouldBeNull();
    }

    [Theory]
    [InlineData("pair-arrays.so", "pair-arrays.so.debug")]
    [InlineData("pair-packing.so", "pair-packing.so.debug")]
    [InlineData("pair-module.ko", "pair-module.ko.debug")]
    public void Files_that_objcopy_split_find_each_other(string file, string debug)
    {
        ElfFile program = Program("opt/" + file, Fixtures.Read("dwarf/bin/" + file));
        ElfDebugLink.HasDebugInfo(program).ShouldBeFalse();
        string expected = Put("opt/" + debug, Fixtures.Read("dwarf/bin/" + debug));

        Find(program).ShouldBe(expected);
    }

    [Fact]
    public void Damaged_notes_are_no_build_id()
    {
        byte[] notes = [.. Note([1, 2]), .. Note(s_id)];
        for (int length = 0; length < notes.Length; length++)
        {
            _ = ElfDebugLink.TryFindBuildId(notes.AsSpan(0, length), bigEndian: false, out byte[] id);
            id.Length.ShouldBe(length >= 18 ? 2 : 0, length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        ElfDebugLink.TryFindBuildId(Note([1]), bigEndian: false, out _).ShouldBeFalse();
        ElfDebugLink.TryFindBuildId(Note(new byte[65]), bigEndian: false, out _).ShouldBeFalse();
        byte[] cut = new ElfAssembler().Section(".note", Note(s_id), type: 7, spoil: s => s.SizeBytes = 1000).ToBytes();
        ElfDebugLink.TryGetBuildId(ElfFile.Parse("a", ByteRegion.FromBytes(cut)), out _).ShouldBeFalse();
    }

    private string? Find(ElfFile program, SourceOptions? options = null)
    {
        using DebugFile? found = new DebugFileLocator(options ?? new SourceOptions { SystemRoot = _root }).Find(program);
        return found?.Path;
    }

    private ElfFile Program(string place, byte[] bytes) => ElfFile.Parse(Put(place, bytes), ByteRegion.FromBytes(bytes));

    private string Put(string place, byte[] bytes)
    {
        string path = Path.Combine(_root, place);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string OfId(string root, byte[] id)
    {
        string hex = Convert.ToHexStringLower(id);
        return $"{root}/.build-id/{hex[..2]}/{hex[2..]}.debug";
    }

    private static byte[] Elf(byte[]? id, bool debugInfo = true, byte[]? link = null, byte[]? content = null, bool is64 = true, bool bigEndian = false)
    {
        var elf = new ElfAssembler(is64, bigEndian, type: 3);
        if (id is not null)
        {
            elf.Section(".note.ABI-tag", Note([0, 0, 0, 0], type: 1, bigEndian), type: 7).Section(".note.gnu.build-id", Note(id, 3, bigEndian), type: 7);
        }

        if (link is not null)
        {
            elf.Section(".gnu_debuglink", link);
        }

        return elf.Section(".debug_info", debugInfo ? content ?? [1, 2, 3] : [], type: debugInfo ? 1u : 8u).ToBytes();
    }

    private static byte[] Note(byte[] value, byte type = 3, bool bigEndian = false)
    {
        byte[] words = [4, 0, 0, 0, (byte)value.Length, 0, 0, 0, type, 0, 0, 0];
        for (int i = 0; bigEndian && i < words.Length; i += 4)
        {
            words.AsSpan(i, 4).Reverse();
        }

        return [.. words, .. "GNU\0"u8, .. value, .. new byte[-value.Length & 3]];
    }

    private static byte[] Link(string name, uint checksum)
    {
        byte[] text = [.. System.Text.Encoding.UTF8.GetBytes(name), 0];
        return [.. text, .. new byte[-text.Length & 3], .. BitConverter.GetBytes(checksum)];
    }

    // Bit by bit, in another way than the one under test.
    private static uint Checksum(byte[] bytes)
    {
        uint crc = 0xffffffff;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
            }
        }

        return ~crc;
    }
}
