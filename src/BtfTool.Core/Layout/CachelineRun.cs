namespace BtfTool.Core.Layout;

/// <summary>
/// One cache line of a struct, or several one after the other in which the same single member lies, or nothing. Positions are those of
/// <see cref="StructLayout.Members"/>.
/// </summary>
/// <param name="FirstLine">The first line, from 0.</param>
/// <param name="LastLine">The last line.</param>
/// <param name="Carried">Position of a member that began on a line before and reaches into this one; -1 where there is none.</param>
/// <param name="FirstMember">Position of the first member that begins here.</param>
/// <param name="MemberCount">How many begin here; those without size too.</param>
/// <param name="FreeBytes">Bytes of the struct, on each of the lines, that no member has.</param>
/// <param name="BehindBytes">Bytes of the last line that lie behind the end of the struct.</param>
public readonly record struct CachelineRun(
    long FirstLine, long LastLine, int Carried, int FirstMember, int MemberCount, long FreeBytes, long BehindBytes)
{
    /// <summary>The lines of a struct that begins at one. Cost: linear in the members, however large they are. Unions have none.</summary>
    /// <param name="layout">The struct.</param>
    /// <param name="cachelineBytes">Bytes of a line, a power of two.</param>
    public static CachelineRun[] Of(StructLayout layout, int cachelineBytes)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var runs = new List<CachelineRun>();
        long size = layout.Summary.SizeBytes, end = 0;
        int at = 0, widest = -1;
        for (long line = 0; line * cachelineBytes < size; line = runs[^1].LastLine + 1)
        {
            long start = line * cachelineBytes;
            long next = at < layout.Members.Length ? Math.Min(layout.Members[at].BitOffset / 8, size) : size;
            long stop = Math.Min(size, start + cachelineBytes);
            int carried = end > start ? widest : -1;
            bool isLast = stop == size;
            if (next >= stop && (end <= start || end >= stop) && !isLast)
            {
                // Nothing begins here, and the line is wholly used or wholly free. The last line is always one of its own.
                long until = Math.Min(Math.Min(next, carried >= 0 ? end : next), (size - 1) / cachelineBytes * cachelineBytes);
                runs.Add(new CachelineRun(line, Math.Max(line, (until / cachelineBytes) - 1), carried, at, 0,
                    carried >= 0 ? 0 : cachelineBytes, 0));
                continue;
            }

            int first = at;
            long covered = Math.Max(start, Math.Min(end, stop)), free = 0;
            while (at < layout.Members.Length && (isLast || layout.Members[at].BitOffset / 8 < stop))
            {
                MemberLayout member = layout.Members[at];
                long from = member.BitOffset / 8, to = (member.EndBits / 8) + (member.EndBits % 8 != 0 ? 1 : 0);
                if (to > from)
                {
                    free += Math.Max(0, Math.Min(from, stop) - covered);
                    covered = Math.Max(covered, Math.Min(to, stop));
                    (end, widest) = to > end ? (to, at) : (end, widest);
                }

                at++;
            }

            runs.Add(new CachelineRun(line, line, carried, first, at - first, free + (stop - covered), start + cachelineBytes - stop));
        }

        return [.. runs];
    }
}

/// <summary>A member that lies on more cache lines than it would need.</summary>
/// <param name="Position">Position in <see cref="StructLayout.Members"/>.</param>
/// <param name="FirstLine">The line in which it begins.</param>
/// <param name="LastLine">The line in which it ends.</param>
/// <param name="LeastCachelines">On how many it would lie at the start of one.</param>
public readonly record struct StraddlingMember(int Position, long FirstLine, long LastLine, long LeastCachelines)
{
    /// <summary>On how many lines it lies.</summary>
    public long Cachelines => LastLine - FirstLine + 1;

    /// <summary>Whether it would fit into one line.</summary>
    public bool FitsOne => LeastCachelines == 1;

    /// <summary>The members of a struct that lie on several lines, by offset: those that would fit one, and larger ones.</summary>
    /// <param name="layout">The struct.</param>
    /// <param name="cachelineBytes">Bytes of a line, a power of two.</param>
    public static StraddlingMember[] Of(StructLayout layout, int cachelineBytes)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var found = new List<StraddlingMember>();
        for (int i = 0; i < layout.Members.Length; i++)
        {
            MemberLayout member = layout.Members[i];
            if (member.Straddles(cachelineBytes))
            {
                long bytes = member.BitfieldBits != 0 ? ((member.EndBits - 1) / 8) - (member.BitOffset / 8) + 1 : member.SizeBytes;
                found.Add(new StraddlingMember(i, member.BitOffset / 8 / cachelineBytes, (member.EndBits - 1) / 8 / cachelineBytes,
                    (bytes / cachelineBytes) + (bytes % cachelineBytes != 0 ? 1 : 0)));
            }
        }

        return [.. found];
    }
}
