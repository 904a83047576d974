using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>What users of the package may rely on; CONTRIBUTING.md says how a change of it is approved.</summary>
public class PublicSurfaceTests
{
    [Fact]
    public void The_public_surface_is_the_one_that_was_approved()
    {
        PublicSurface.Of(typeof(Utf8Writer).Assembly).ShouldMatchApproved(c => c.NoDiff());
    }
}
