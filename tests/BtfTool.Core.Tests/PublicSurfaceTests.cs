using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

/// <summary>What users of the package may rely on; CONTRIBUTING.md says how a change of it is approved.</summary>
public class PublicSurfaceTests
{
    [Fact]
    public void The_public_surface_is_the_one_that_was_approved()
    {
        PublicSurface.Of(typeof(TypeGraph).Assembly).ShouldMatchApproved(c => c.NoDiff());
    }

    [Fact]
    public void Nothing_public_comes_from_the_rooms_of_readers_that_are_internal()
    {
        string[] rooms = ["BtfTool.Core.Elf", "BtfTool.Core.IO"];

        typeof(TypeGraph).Assembly.GetExportedTypes().Where(type => rooms.Contains(type.Namespace)).ShouldBeEmpty();
    }
}
