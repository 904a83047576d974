using System.Text;

namespace BtfTool.Core.Profiles;

/// <summary>Sums samples of the types that are asked for by byte and processor.</summary>
internal sealed class SampleSums
{
    private readonly Dictionary<string, Sum> _types = [];
    private readonly Dictionary<string, Sum>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly char[] _text = new char[SampleFile.LongestLineBytes];
    private long _otherRows;
    private int _groups;

    public SampleSums(IEnumerable<string> types)
    {
        foreach (string type in types)
        {
            _types.TryAdd(type, new Sum());
        }

        _byText = _types.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Adds a row; false where there are too many sums.</summary>
    public bool Add(ReadOnlySpan<byte> type, in SampleGroup group)
    {
        int length = Encoding.UTF8.GetChars(type, _text);
        if (!_byText.TryGetValue(_text.AsSpan(0, length), out Sum? sum))
        {
            _otherRows++;
            return true;
        }

        sum.Rows++;
        ref (long Reads, long Writes) known =
            ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(sum.Groups, (group.OffsetBytes, group.Cpu), out bool exists);
        known = (SampleGroup.Add(known.Reads, group.Reads), SampleGroup.Add(known.Writes, group.Writes));
        return exists || ++_groups <= SampleFile.MaxGroups;
    }

    public SampleProfile ToProfile(string path)
    {
        var found = new Dictionary<string, TypeSamples>();
        foreach ((string type, Sum sum) in _types)
        {
            if (sum.Rows > 0)
            {
                var groups = new List<SampleGroup>(sum.Groups.Count);
                foreach (((long offset, int cpu), (long reads, long writes)) in sum.Groups)
                {
                    groups.Add(new SampleGroup(offset, cpu, reads, writes));
                }

                groups.Sort(static (a, b) => (a.OffsetBytes, a.Cpu).CompareTo((b.OffsetBytes, b.Cpu)));
                found.Add(type, new TypeSamples(type, sum.Rows, groups));
            }
        }

        return new SampleProfile(path, found, _otherRows);
    }

    private sealed class Sum
    {
        public long Rows;

        public Dictionary<(long OffsetBytes, int Cpu), (long Reads, long Writes)> Groups { get; } = [];
    }
}
