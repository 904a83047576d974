namespace BtfTool.Core.Queries;

/// <summary>
/// A shell pattern over the bytes of a name: <c>*</c>, <c>?</c>, <c>[abc]</c>, <c>[a-z]</c>, <c>[!abc]</c>; a backslash takes the
/// next byte literally (glob(7)). A bracket that is not closed stands for itself.
/// </summary>
internal sealed class GlobPattern
{
    private readonly byte[] _pattern;

    public GlobPattern(ReadOnlySpan<byte> pattern) => _pattern = pattern.ToArray();

    /// <summary>True when the text holds a byte that has a meaning in patterns.</summary>
    public static bool IsPattern(ReadOnlySpan<byte> text) => text.IndexOfAny((byte)'*', (byte)'?', (byte)'[') >= 0;

    /// <summary>
    /// True when the pattern matches the whole name. Only the last star is ever retried, so the cost is at most the product of the lengths.
    /// </summary>
    public bool IsMatch(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> pattern = _pattern;
        int p = 0, n = 0, star = -1, starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == (byte)'*')
            {
                star = ++p;
                starName = n;
            }
            else if (p < pattern.Length && MatchesOne(pattern, p, name[n], out int next))
            {
                p = next;
                n++;
            }
            else if (star >= 0)
            {
                p = star;
                n = ++starName;
            }
            else
            {
                return false;
            }
        }

        return !pattern[p..].ContainsAnyExcept((byte)'*');
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, int at, byte b, out int next)
    {
        next = at + 1;
        switch (pattern[at])
        {
            case (byte)'?':
                return true;
            case (byte)'[' when EndOfSet(pattern, at) is var end and > 0:
                next = end + 1;
                return IsInSet(pattern[(at + 1)..end], b);
            case (byte)'\\' when next < pattern.Length:
                return pattern[next++] == b;
            default:
                return pattern[at] == b;
        }
    }

    // A closing bracket right behind the opening one (or its negation) is a member of the set.
    private static int EndOfSet(ReadOnlySpan<byte> pattern, int open)
    {
        int first = open + 1;
        if (first < pattern.Length && pattern[first] is (byte)'!' or (byte)'^')
        {
            first++;
        }

        int length = first + 1 <= pattern.Length ? pattern[(first + 1)..].IndexOf((byte)']') : -1;
        return length < 0 ? -1 : first + 1 + length;
    }

    private static bool IsInSet(ReadOnlySpan<byte> set, byte b)
    {
        bool negated = set[0] is (byte)'!' or (byte)'^';
        for (int i = negated ? 1 : 0; i < set.Length; i++)
        {
            bool range = i + 2 < set.Length && set[i + 1] == (byte)'-';
            if (range ? b >= set[i] && b <= set[i + 2] : b == set[i])
            {
                return !negated;
            }

            i += range ? 2 : 0;
        }

        return negated;
    }
}
