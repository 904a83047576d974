using BtfTool.Core.Diagnostics;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Fuzz;

/// <summary>Any input ends in a result or in InvalidImageException, within its budget of memory and output.</summary>
public class FuzzTests(ITestOutputHelper output)
{
    private const int SmallBytes = 64 * 1024;
    private const int DwarfCases = 40_000;

    public static TheoryData<string> SeedNames => [.. FuzzSeeds.Unspoiled().Select(s => s.Name)];

    public static TheoryData<string> Crashes => [.. Directory.EnumerateFiles(Fixtures.PathOf("crashes"), "*.bin").Select(p => Path.GetFileName(p)), ""];

    [Theory]
    [MemberData(nameof(SeedNames))]
    public void Every_seed_keeps_the_promise_unspoiled(string name)
    {
        FuzzSeed seed = FuzzSeeds.Unspoiled().First(s => s.Name == name);
        seed.Bytes.Length.ShouldBeLessThanOrEqualTo(SmallBytes + 32 * 1024);
        FuzzRunner.RunSeed(seed).ShouldBeNull();
    }

    [Fact]
    public void Mutations_of_small_inputs_keep_the_promise()
    {
        FuzzReport report = FuzzRunner.RunCases(230_000, FuzzSeeds.Small, SmallBytes);
        report.Failures.ShouldBeEmpty();
        Show(report);
        foreach ((string target, long runs, long results, _) in report.Shares.Where(s => IsForBinaries(s.Target)))
        {
            runs.ShouldBeGreaterThan(20_000, target);

            // Whatever spoils a file spoils it as the base that it is laid onto too: few have an answer.
            results.ShouldBeGreaterThan(target.Contains("laid onto", StringComparison.Ordinal) ? 100 : 5_000, target);
        }
    }

    [Fact]
    public void Mutations_of_kernel_images_keep_the_promise()
    {
        FuzzReport report = FuzzRunner.RunCases(20_000, [.. FuzzSeeds.Images()], SmallBytes);
        Show(report);
        report.Failures.ShouldBeEmpty();
    }

    [Fact]
    public void Dwarf_keeps_the_promise_unspoiled()
    {
        foreach (DwarfSeed seed in DwarfSeeds.All)
        {
            FuzzRunner.RunSeed(new FuzzSeed(seed.Name, seed.Elf)).ShouldBeNull(seed.Name);
        }
    }

    [Fact]
    public void Mutations_of_dwarf_keep_the_promise()
    {
        FuzzReport report = FuzzRunner.RunCases(DwarfCases, DwarfSeeds.All);
        Show(report);
        report.Failures.ShouldBeEmpty();
        foreach ((string target, long runs, long results, _) in report.Shares.Where(s => s.Target.StartsWith("DWARF", StringComparison.Ordinal)))
        {
            runs.ShouldBeGreaterThan(DwarfCases / 10, target);
            results.ShouldBeGreaterThan(DwarfCases / 40, target);
        }
    }

    [Fact]
    public void Mutations_of_deep_inputs_keep_the_promise()
    {
        FuzzReport report = FuzzRunner.RunCases(300, [.. FuzzSeeds.Deep()], 128 * 1024);
        Show(report);
        report.Failures.ShouldBeEmpty();
    }

    [Fact]
    public void Mutations_of_a_kernel_keep_the_promise()
    {
        byte[] kernel = Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz");
        FuzzReport report = FuzzRunner.RunCases(300, [new FuzzSeed("linux-6.1", kernel)], kernel.Length + SmallBytes);
        Show(report);
        report.Failures.ShouldBeEmpty();
    }

    [Fact]
    public void Mutations_of_check_files_end_in_mistakes_or_findings() => RunTexts(60_000, TextSeeds.Checks, TextTargets.All[0], 3_000);

    [Fact]
    public void Mutations_of_baselines_keep_the_promise() => RunTexts(60_000, TextSeeds.Baselines, TextTargets.All[1], 3_000);

    // DWARF and texts have cases of their own.
    private static bool IsForBinaries(string target) =>
        !target.StartsWith("DWARF", StringComparison.Ordinal) && TextTargets.All.All(text => text.Name != target);

    private void RunTexts(int cases, IReadOnlyList<FuzzSeed> seeds, IFuzzTarget target, int leastResults)
    {
        foreach (FuzzSeed seed in seeds)
        {
            FuzzRunner.RunSeed(seed).ShouldBeNull(seed.Name);
        }

        FuzzReport report = FuzzRunner.RunTexts(cases, seeds, target);
        Show(report);
        report.Failures.ShouldBeEmpty();
        report.Shares.Single(share => share.Target == target.Name).Results.ShouldBeGreaterThan(leastResults);
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public void Inputs_that_once_broke_something_keep_the_promise(string name)
    {
        if (name.Length > 0)
        {
            FuzzRunner.RunSeed(new FuzzSeed(name, Fixtures.Read("crashes/" + name))).ShouldBeNull();
        }
    }

    [Fact]
    public void The_same_case_is_the_same_input()
    {
        var one = new FuzzInput(SmallBytes);
        var two = new FuzzInput(SmallBytes);
        int spoiled = 0;
        int read = 0;
        for (ulong number = 0; number < 500; number++)
        {
            Mutator.Make(number, FuzzSeeds.Small, one);
            Mutator.Make(number, FuzzSeeds.Small, two);
            one.Bytes.SequenceEqual(two.Bytes).ShouldBeTrue();
            read += IsRead(one) ? 1 : 0;
            spoiled += FuzzSeeds.Small.Any(s => s.Bytes.AsSpan().SequenceEqual(one.Bytes)) ? 0 : 1;
        }

        spoiled.ShouldBeGreaterThan(450);
        read.ShouldBeGreaterThan(150, "mutations that no reader lets pass test no emitter");
    }

    private void Show(FuzzReport report)
    {
        foreach ((string target, long runs, long results, TimeSpan time) in report.Shares.Where(s => s.Runs > 0))
        {
            output.WriteLine($"{target}: {runs} runs, {results} results, {time.TotalSeconds:f1} s");
        }
    }

    private static bool IsRead(FuzzInput input)
    {
        try
        {
            return FuzzTargets.Graph(input.Image()).TypeCount > 0;
        }
        catch (InvalidImageException)
        {
            return false;
        }
    }
}
