using BtfTool.Core.Layout;

namespace BtfTool.Core.Profiles;

/// <summary>Samples of one byte of a member on one processor.</summary>
/// <param name="Position">Position in <see cref="StructLayout.Members"/>.</param>
/// <param name="ByteInMember">The byte, from that in which the member begins.</param>
/// <param name="Cpu">The processor's number.</param>
/// <param name="Reads">Sampled reads.</param>
/// <param name="Writes">Sampled writes.</param>
internal readonly record struct MemberSample(int Position, long ByteInMember, int Cpu, long Reads, long Writes);

/// <summary>
/// Samples of a type as samples of its members. A byte that several members share, bitfields or those of a union, counts for the first.
/// </summary>
public sealed class MemberSamples
{
    private readonly MemberSample[] _samples;

    private MemberSamples(StructLayout layout, MemberSample[] samples)
    {
        Layout = layout;
        _samples = samples;
    }

    /// <summary>The layout that the samples were taken with.</summary>
    public StructLayout Layout { get; }

    /// <summary>Rows of the file.</summary>
    public long Rows { get; private init; }

    /// <summary>Accesses that fall on members.</summary>
    public long OnMembers { get; private init; }

    /// <summary>Accesses that fall into holes and padding.</summary>
    public long InHoles { get; private init; }

    /// <summary>Accesses behind the end: what follows the object, such as a flexible array, or samples of another layout.</summary>
    public long BeyondSize { get; private init; }

    /// <summary>Different bytes of members with samples.</summary>
    public long SampledBytes { get; private init; }

    /// <summary>All accesses.</summary>
    public long Accesses => SampleGroup.Add(OnMembers, SampleGroup.Add(InHoles, BeyondSize));

    internal ReadOnlySpan<MemberSample> All => _samples;

    /// <summary>Finds the members. Cost: linear in the members and the sums.</summary>
    /// <param name="layout">The type.</param>
    /// <param name="samples">Its samples; null for none.</param>
    public static MemberSamples Of(StructLayout layout, TypeSamples? samples)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var found = new List<MemberSample>();
        long holes = 0, beyond = 0, on = 0, bytes = 0, last = -1;
        int at = 0;
        foreach (SampleGroup group in samples?.Groups ?? [])
        {
            long bit = Math.Min(group.OffsetBytes, (long.MaxValue / 8) - 1) * 8;
            while (at < layout.Members.Length && (layout.Members[at].EndBits <= bit || layout.Members[at].EndBits == layout.Members[at].BitOffset))
            {
                at++;
            }

            if (at < layout.Members.Length && layout.Members[at].BitOffset / 8 * 8 <= bit)
            {
                found.Add(new MemberSample(at, group.OffsetBytes - (layout.Members[at].BitOffset / 8), group.Cpu, group.Reads, group.Writes));
                on = SampleGroup.Add(on, group.Accesses);
                bytes += group.OffsetBytes != last ? 1 : 0;
                last = group.OffsetBytes;
            }
            else if (group.OffsetBytes < layout.Summary.SizeBytes)
            {
                holes = SampleGroup.Add(holes, group.Accesses);
            }
            else
            {
                beyond = SampleGroup.Add(beyond, group.Accesses);
            }
        }

        return new MemberSamples(layout, [.. found])
        {
            Rows = samples?.Rows ?? 0,
            OnMembers = on,
            InHoles = holes,
            BeyondSize = beyond,
            SampledBytes = bytes,
        };
    }
}
