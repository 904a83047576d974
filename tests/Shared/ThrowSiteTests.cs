using System.Runtime.CompilerServices;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Tests;

/// <summary>Runs behind all other tests: a collection that is not parallel comes last.</summary>
[CollectionDefinition(nameof(ThrowSiteTests), DisableParallelization = true)]
public class ThrowSiteCollection;

/// <summary>Compiled into each project of tests whose sources report broken inputs: the sources are those it is named after.</summary>
[Collection(nameof(ThrowSiteTests))]
public class ThrowSiteTests
{
#pragma warning disable CA2255 // Recording has to begin before the first test, whichever that is.
    [ModuleInitializer]
    internal static void Record() => ThrowSites.StartRecording();
#pragma warning restore CA2255

    [Fact]
    public void Every_place_that_gives_up_on_its_input_is_reached_by_a_test()
    {
        Assert.SkipWhen(ThrowSites.IsRunOfSomeTests, "only a run of all tests reaches every place");
        string tests = typeof(ThrowSiteTests).Assembly.GetName().Name.ShouldNotBeNull();
        ThrowSites.Unreached("src/" + tests[..^".Tests".Length]).ShouldBeEmpty();
    }
}
