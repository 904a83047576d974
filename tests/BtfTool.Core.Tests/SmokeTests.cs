using Xunit;

namespace BtfTool.Core.Tests;

public class SmokeTests
{
    [Fact]
    public void Fixture_root_is_found() => Assert.True(File.Exists(Path.Combine(BtfTool.TestKit.Fixtures.Root, "BtfTool.sln")));
}
