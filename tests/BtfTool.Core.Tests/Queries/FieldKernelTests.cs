using System.Globalization;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

/// <summary>Every member of every struct and union, from its path to its offset and back.</summary>
public class FieldKernelTests
{
    [Theory]
    [InlineData("linux-6.18/vmlinux.btf.gz", 50_000, SourceFormat.Btf)]
    [InlineData("linux-6.1/vmlinux.btf.gz", 50_000, SourceFormat.Btf)]
    [InlineData("tun-ko/tun.ko.debug.gz", 5_000, SourceFormat.Dwarf)]
    public void Every_member_is_found_at_the_offset_that_its_path_leads_to(string file, int least, SourceFormat format)
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf("oracle/" + file), new SourceOptions { Format = format });
        var paths = new FieldPaths(source.Graph);
        var resolver = new FieldPathResolver(paths);
        int count = 0;
        for (uint id = 1; id < (uint)source.Graph.TypeCount; id++)
        {
            if (source.Graph[new TypeId(id)].IsComposite)
            {
                foreach (Known member in MembersOf(source.Graph, paths.Sizes, new TypeId(id)))
                {
                    Check(paths, resolver, new TypeId(id), member);
                    count++;
                }
            }
        }

        count.ShouldBeGreaterThan(least);
    }

    [Fact]
    public void Every_byte_of_every_small_struct_of_a_kernel_has_an_answer_and_the_bytes_of_holes_are_those_of_the_layout()
    {
        using TypeSource source = SourceOpener.Open(Fixtures.PathOf("oracle/linux-6.1/vmlinux.btf.gz"));
        var paths = new FieldPaths(source.Graph);
        var analyzer = new LayoutAnalyzer(source.Graph);
        for (uint id = 1; id < (uint)source.Graph.TypeCount; id++)
        {
            TypeView type = source.Graph[new TypeId(id)];
            if (type.Kind != TypeKind.Struct || type.Members.Count == 0 || type.SizeBytes > 512)
            {
                continue;
            }

            long wasted = 0;
            for (long offset = 0; offset < (long)type.SizeBytes; offset++)
            {
                FieldPlaces places = paths.At(type.Id, offset);
                places.Places.ShouldNotBeEmpty();
                wasted += places.Places.Any(place => place.Path.Length == 0 && place.Kind is FieldPlaceKind.Hole or FieldPlaceKind.Padding) ? 1 : 0;
            }

            LayoutSummary summary = analyzer.Summarize(type.Id);
            if (!summary.HasFlexibleArray && !HasAnonymousMember(paths, type))
            {
                wasted.ShouldBe(summary.WastedBytes, type.NameString);
            }
        }
    }

    // The holes of what is anonymous have the path of what is around it.
    private static bool HasAnonymousMember(FieldPaths paths, TypeView type)
    {
        foreach (MemberView member in type.Members)
        {
            if (member.IsAnonymous && paths.Graph[paths.Sizes.Strip(member.Type)].IsComposite)
            {
                return true;
            }
        }

        return false;
    }

    private static void Check(FieldPaths paths, FieldPathResolver resolver, TypeId type, Known member)
    {
        string where = $"{type} {paths.Graph[type].NameString} {member.Path}";
        FieldLocation? location = resolver.Resolve(type, member.Path).Location;
        location.ShouldNotBeNull(where);
        (location.BitOffset, location.BitfieldBits).ShouldBe((member.BitOffset, member.BitfieldBits), where);
        int? bit = member.BitfieldBits != 0 ? (int)(member.BitOffset % 8) : null;
        FieldPlaces places = paths.At(type, member.BitOffset / 8, bit);
        (places.MoreCount, places.IsCut).ShouldBe((0, false), where);
        places.Places.Any(place => IsOrIsIn(place, member.Path)).ShouldBeTrue(where);
    }

    private static bool IsOrIsIn(FieldPlace place, string path) => place.Path.StartsWith(path, StringComparison.Ordinal)
        && (place.Path.Length == path.Length || place.Path[path.Length] is '.' or '[');

    // With what lies in anonymous members, and the first and last elements of arrays. Names that C could not tell apart come once.
    private static List<Known> MembersOf(TypeGraph graph, TypeSizes sizes, TypeId type)
    {
        var found = new List<Known>();
        var names = new HashSet<string>();
        var open = new Queue<(TypeId Type, long BitOffset)>([(type, 0)]);
        while (open.TryDequeue(out (TypeId Type, long BitOffset) at))
        {
            long end = at.BitOffset + (sizes.SizeBytesOf(at.Type) * 8);
            foreach (MemberView member in graph[at.Type].Members)
            {
                long offset = at.BitOffset + (long)member.BitOffset;
                bool isEmptyAtTheEnd = at.Type != type && offset == end && sizes.SizeBytesOf(member.Type) == 0;
                if (member.IsAnonymous && graph[sizes.Strip(member.Type)].IsComposite)
                {
                    open.Enqueue((sizes.Strip(member.Type), offset));
                }
                else if (!member.IsAnonymous && names.Add(member.NameString) && !isEmptyAtTheEnd)
                {
                    AddWithElements(graph, sizes, new Known(member.NameString, offset, (int)member.BitSize), member.Type, found);
                }
            }
        }

        return found;
    }

    private static void AddWithElements(TypeGraph graph, TypeSizes sizes, Known member, TypeId type, List<Known> found)
    {
        found.Add(member);
        TypeView array = graph[sizes.Strip(type)];
        if (array.Kind == TypeKind.Array && array.ElementCount > 0 && sizes.SizeBytesOf(array.Target) > 0)
        {
            foreach (ulong i in (ReadOnlySpan<ulong>)[0, array.ElementCount - 1])
            {
                long offset = member.BitOffset + ((long)i * sizes.SizeBytesOf(array.Target) * 8);
                found.Add(new Known(string.Create(CultureInfo.InvariantCulture, $"{member.Path}[{i}]"), offset, 0));
            }
        }
    }

    private sealed record Known(string Path, long BitOffset, int BitfieldBits);
}
