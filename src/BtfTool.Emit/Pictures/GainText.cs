using BtfTool.Core.Reorganization;
using BtfTool.Emit.Reorganize;
using static BtfTool.Emit.Pictures.PictureWords;

namespace BtfTool.Emit.Pictures;

/// <summary>What a better order comes to, in words for pages and comments.</summary>
internal static class GainText
{
    /// <summary>What is gained: <c>16 bytes, 1 cache line less, 2 members no longer straddle</c>.</summary>
    public static string Of(ReorganizationPlan plan)
    {
        PlanObjective before = plan.BeforeObjective, after = plan.AfterObjective;
        var gains = new List<string>();
        Add(before.SizeBytes - after.SizeBytes, saved => Count(saved, "byte"));
        Add(before.Cachelines - after.Cachelines, saved => Count(saved, "cache line"));
        Add(before.BucketBytes - after.BucketBytes, saved => Count(saved, "byte") + " of the allocator's bucket");
        Add(before.Straddles - after.Straddles, saved => Count(saved, "straddling member"));
        return gains.Count == 0 ? "a better order" : string.Join(", ", gains) + " less";

        void Add(long saved, Func<long, string> text)
        {
            if (saved > 0)
            {
                gains.Add(text(saved));
            }
        }
    }

    /// <summary>The rows of the table of numbers that change or matter, each before and after.</summary>
    public static IReadOnlyList<(string What, long Before, long After)> Rows(ReorganizedStruct s)
    {
        PlanObjective before = s.Plan.BeforeObjective, after = s.Plan.AfterObjective;
        return
        [
            ("Bytes", before.SizeBytes, after.SizeBytes),
            ("Cache lines", before.Cachelines, after.Cachelines),
            ("Allocator's bucket in bytes", before.BucketBytes, after.BucketBytes),
            ("Members that straddle lines", before.Straddles, after.Straddles),
            ("Bytes in holes", s.Plan.Before.Summary.HoleBytes, s.After.Summary.HoleBytes),
            ("Bytes of padding", s.Plan.Before.Summary.PaddingBytes, s.After.Summary.PaddingBytes),
        ];
    }
}
