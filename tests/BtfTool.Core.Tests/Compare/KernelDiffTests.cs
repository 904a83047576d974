using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using BtfTool.Core.Tests.Dwarf;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>Comparisons of kernels and modules.</summary>
public class KernelDiffTests(ITestOutputHelper output)
{
    [Fact]
    public void Probe()
    {
        TypeGraph a = Read.Graph(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz"));
        TypeGraph b = Read.Graph(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz"));
        GraphDiffResult r = null!;
        for (int i = 0; i < 6; i++)
        {
            long t = System.Diagnostics.Stopwatch.GetTimestamp();
            long m = GC.GetAllocatedBytesForCurrentThread();
            r = GraphComparison.Of(new TypeGraphSet(a), new TypeGraphSet(b));
            output.WriteLine($"{System.Diagnostics.Stopwatch.GetElapsedTime(t).TotalMilliseconds} ms {(GC.GetAllocatedBytesForCurrentThread() - m) / 1024} KB");
        }

        GraphComparison.Of(new TypeGraphSet(a), new TypeGraphSet(a)).IsEmpty.ShouldBeTrue();
        Print(r, 80);
        TypeGraph c = Read.Graph(Fixtures.Read("oracle/linux-6.1/vmlinux.btf.gz"));
        Print(GraphComparison.Of(new TypeGraphSet(a), new TypeGraphSet(c)), 5);
        foreach (string m in new[] { "tun", "overlay" })
        {
            TypeGraph d = ReadDwarf.All(Fixtures.Read($"oracle/{m}-ko/{m}.ko.debug.gz")).Graph;
            TypeGraph e = Read.Graph(Fixtures.Read($"oracle/{m}-ko/pahole-1.31.btf.gz"));
            Print(GraphComparison.Of(new TypeGraphSet(d), new TypeGraphSet(e)), 40);
            Print(GraphComparison.Of(new TypeGraphSet(e), new TypeGraphSet(d)), 10);
        }
    }

    private void Print(GraphDiffResult r, int most)
    {
        output.WriteLine($"compared {r.ComparedTypes} differ {r.Differences.Count} causes {r.Causes}");
        foreach (ChangeClass c in Enum.GetValues<ChangeClass>())
        {
            output.WriteLine($"  {c} {r.CountOf(c)}");
        }

        int n = 0;
        foreach (TypeDifference d in r.Differences)
        {
            bool isBoring = d.Changes[0].Class is ChangeClass.TypeAdded or ChangeClass.TypeRemoved;
            if (isBoring && most != 40)
            {
                continue;
            }

            if (n++ > most)
            {
                break;
            }

            output.WriteLine($"{d.Name} cause={d.IsCause} fan={d.FanOut} {d.Breaks}");
            foreach (TypeChange c in d.Changes.Take(12))
            {
                output.WriteLine($"    {c.Class} {c.Path} [{c.Old}] -> [{c.New}] @{c.OldBitOffset}->{c.NewBitOffset} {c.Breaks} x{c.Count} {(c.IsConsequence ? "follows" : "")} {c.Cause}");
            }
        }
    }
}
