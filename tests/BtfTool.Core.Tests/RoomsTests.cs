using System.Text.RegularExpressions;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

/// <summary>Dependencies between the rooms of the house run one way; the lines that begin with <c>using</c> show it.</summary>
public partial class RoomsTests
{
    // What each room of BtfTool.Core may use. A room that is not listed here fails: it needs a place in the order.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Diagnostics"] = [],
        ["IO"] = ["Diagnostics"],
        ["Elf"] = ["Diagnostics", "IO"],
        ["Types"] = ["Diagnostics", "IO"],
        ["Btf"] = ["Diagnostics", "IO", "Elf", "Types"],
        ["Dwarf"] = ["Diagnostics", "IO", "Elf", "Types"],
        ["Ctf"] = ["Diagnostics", "IO", "Elf", "Types"],
        ["Baselines"] = ["Diagnostics", "IO", "Types"],
        ["Sources"] = ["Diagnostics", "IO", "Elf", "Types", "Btf", "Dwarf", "Ctf", "Baselines"],
        ["Layout"] = ["Diagnostics", "IO", "Types"],
        ["Slabs"] = ["Diagnostics", "IO", "Types"],
        ["Reorganization"] = ["Diagnostics", "IO", "Types", "Layout", "Slabs"],
        ["Profiles"] = ["Diagnostics", "IO", "Types", "Layout", "Reorganization"],
        ["Queries"] = ["Diagnostics", "IO", "Types", "Layout"],
        ["Compare"] = ["Diagnostics", "IO", "Types", "Layout"],
        ["Relocations"] = ["Diagnostics", "IO", "Types", "Btf"],
        ["Values"] = ["Diagnostics", "IO", "Elf", "Types", "Layout"],
    };

    [Fact]
    public void Rooms_of_the_library_use_only_rooms_below_them()
    {
        var wrong = new List<string>();
        foreach ((string file, string room, string used) in Uses("BtfTool.Core"))
        {
            Allowed.ShouldContainKey(room, file);
            string[] parts = used.Split('.');
            string target = parts.Length > 2 ? parts[2] : "";
            if (parts[1] != "Core" || (target != room && !Allowed[room].Contains(target)))
            {
                wrong.Add($"{file} uses {used}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void The_emitters_know_the_library_and_not_the_program()
    {
        Uses("BtfTool.Emit").Where(use => use.Used.StartsWith("BtfTool.Cli", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Emitters_do_not_know_where_types_come_from()
    {
        string[] sources = ["BtfTool.Core.Elf", "BtfTool.Core.Dwarf", "BtfTool.Core.Ctf", "BtfTool.Core.Sources"];

        Uses("BtfTool.Emit").Where(use => sources.Contains(use.Used)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_file_of_the_library_lies_in_the_room_that_its_namespace_names()
    {
        foreach (string file in Files("BtfTool.Core"))
        {
            string room = RoomOf("BtfTool.Core", file);
            NamespaceLine().Match(File.ReadAllText(file)).Groups[1].Value.ShouldStartWith("BtfTool.Core." + room, Case.Sensitive, file);
        }
    }

    private static IEnumerable<(string File, string Room, string Used)> Uses(string project)
    {
        foreach (string file in Files(project))
        {
            foreach (Match use in UsedNamespace().Matches(File.ReadAllText(file)))
            {
                yield return (Path.GetRelativePath(Fixtures.Root, file), RoomOf(project, file), use.Groups[1].Value);
            }
        }
    }

    private static string[] Files(string project)
    {
        string folder = Path.Combine(Fixtures.Root, "src", project);
        string[] files = [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split('/')[0].Equals("obj", StringComparison.Ordinal))
            .Where(file => !Path.GetRelativePath(folder, file).Split('/')[0].Equals("bin", StringComparison.Ordinal))];
        files.ShouldNotBeEmpty();
        return files;
    }

    private static string RoomOf(string project, string file) =>
        Path.GetRelativePath(Path.Combine(Fixtures.Root, "src", project), file).Split('/')[0];

    [GeneratedRegex(@"^\s*(?:global )?using (?:static )?(?:\w+ = )?(BtfTool\.[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsedNamespace();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
