using System.Runtime.CompilerServices;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

/// <summary>Runs behind all other tests: a collection that is not parallel comes last.</summary>
[CollectionDefinition(nameof(ThrowSiteTests), DisableParallelization = true)]
public class ThrowSiteCollection;

[Collection(nameof(ThrowSiteTests))]
public class ThrowSiteTests
{
#pragma warning disable CA2255 // Recording has to begin before the first test, whichever that is.
    [ModuleInitializer]
    internal static void Record() => ThrowSites.StartRecording();
#pragma warning restore CA2255

    [Fact]
    public void Every_place_that_gives_up_on_a_graph_is_reached_by_a_test()
    {
        Assert.SkipWhen(ThrowSites.IsRunOfSomeTests, "only a run of all tests reaches every place");

        // Headers are left out while limits on what they expand to are being made injectable.
        ThrowSites.Unreached("src/BtfTool.Emit").Where(s => !s.Contains("/Headers/", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
