using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Layout;

public class LayoutKernelTests
{
    private static readonly Lazy<(TypeGraph Graph, List<LayoutReport> Reports)> s_kernel = new(ReadKernel);

    [Fact]
    public void The_groups_of_a_kernel_are_found_and_those_that_use_more_lines_than_they_could()
    {
        CachelineGroup[] own = [.. s_kernel.Value.Reports.SelectMany(report => report.Groups.Groups).Where(group => group.Path.Length == 0)];

        own.Length.ShouldBe(21);
        own.Where(group => group.UsesMoreThanItCould).Select(group => (group.Name, group.Cachelines - group.LeastCachelines)).ShouldBe(
        [
            ("net_device_read_txrx", 1), ("tcp_sock_read_tx", 1), ("tcp_sock_read_rx", 1), ("tcp_sock_write_txrx", 1), ("tcp_sock_write_rx", 1),
        ], ignoreOrder: true);
        s_kernel.Value.Reports.SelectMany(report => report.Groups.Unmatched).ShouldBeEmpty();
    }

    [Fact]
    public void Lines_of_a_kernel_on_which_read_and_written_groups_mix_are_found()
    {
        LayoutReport[] mixed =
            [.. s_kernel.Value.Reports.Where(report => report.Groups.MixedLines.Count > 0 && report.Groups.Groups.All(group => group.Path.Length == 0))];

        LayoutReport only = mixed.ShouldHaveSingleItem();
        only.Graph[only.Type].NameString.ShouldBe("sock");
        only.Groups.MixedLines.Select(line => line.Line).ShouldBe([3, 7]);
    }

    [Fact]
    public void Every_gap_of_a_kernel_is_in_the_sums_and_nearly_all_have_a_cause()
    {
        int gaps = 0, unexplained = 0;
        foreach (LayoutReport report in s_kernel.Value.Reports)
        {
            LayoutSummary summary = report.Layout.Summary;
            string name = report.Graph[report.Type].NameString;
            report.Gaps.Where(gap => !gap.IsBits).Sum(gap => gap.SizeBytes).ShouldBe(summary.WastedBytes, name);
            report.Gaps.Where(gap => gap.IsBits).Sum(gap => gap.SizeBits).ShouldBe(summary.BitHoleBits + summary.PaddingBits, name);
            gaps += report.Gaps.Count;
            unexplained += report.Gaps.Count(gap => gap.Cause == GapCause.Unexplained);
        }

        gaps.ShouldBeGreaterThan(5000);
        unexplained.ShouldBeLessThan(gaps / 1000);
    }

    [Fact]
    public void The_lines_of_a_kernels_structs_follow_each_other_and_have_every_member_once()
    {
        foreach (LayoutReport report in s_kernel.Value.Reports.Where(report => report.Lines.Count > 0))
        {
            string name = report.Graph[report.Type].NameString;
            report.Lines.Sum(run => run.MemberCount).ShouldBe(report.Layout.Members.Length, name);
            report.Lines.Sum(run => run.LastLine - run.FirstLine + 1).ShouldBe(report.Layout.Summary.CachelinesOf(64), name);
            long free = report.Lines.Sum(run => run.FreeBytes * (run.LastLine - run.FirstLine + 1));
            long bits = report.Layout.Summary.BitHoleBits + report.Layout.Summary.PaddingBits;
            free.ShouldBeInRange(report.Layout.Summary.WastedBytes, report.Layout.Summary.WastedBytes + (bits / 8), name);
        }
    }

    [Fact]
    public void What_members_lose_is_the_sum_of_the_places_where_it_is_lost()
    {
        foreach (LayoutReport report in s_kernel.Value.Reports.Where(report => !report.IsEmbeddedCut))
        {
            string name = report.Graph[report.Type].NameString;
            report.Embedded.Sum(loss => loss.LostBytes).ShouldBe(report.EmbeddedLostBytes, name);
        }
    }

    private static (TypeGraph Graph, List<LayoutReport> Reports) ReadKernel()
    {
        TypeGraph graph = Read.Graph(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz"));
        var reporter = new LayoutReporter(graph);
        var reports = new List<LayoutReport>();
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph[new TypeId(id)] is { IsComposite: true, IsAnonymous: false })
            {
                reports.Add(reporter.Report(new TypeId(id)));
            }
        }

        return (graph, reports);
    }
}
