using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using static BtfTool.Emit.Reorganize.ReorganizeWords;

namespace BtfTool.Emit.Reorganize;

/// <summary>Says what a move is good for: which hole it fills or closes, or which line it no longer crosses.</summary>
internal sealed class MoveReasons
{
    private const int MostInOneHole = 64;

    private readonly int _cachelineBytes;
    private readonly ReorganizedStruct _struct;
    private readonly Dictionary<int, (MemberLayout Layout, long HoleBefore)> _old = [];
    private readonly Dictionary<int, MemberLayout> _new = [];
    private readonly Dictionary<int, MemberMove> _moves = [];
    private readonly MemberNames _names;

    public MoveReasons(ReorganizedStruct s, int cachelineBytes)
    {
        _struct = s;
        _cachelineBytes = cachelineBytes;
        _names = new MemberNames(s.Graph);
        long hole = s.Plan.Before.LeadingHoleBytes;
        foreach (ref readonly MemberLayout member in s.Plan.Before.Members)
        {
            _old[member.Index] = (member, Math.Max(0, hole));
            hole = member.HoleBytes;
        }

        foreach (ref readonly MemberMove move in s.Plan.Moves)
        {
            _moves[move.Member] = move;
        }

        // The members of the new layout are numbered in its own order.
        foreach (ref readonly MemberLayout member in s.After.Members)
        {
            _new[s.Plan.Members[member.Index].Member] = member;
        }
    }

    /// <summary>What a move is good for; empty where it only makes room for others.</summary>
    public string Of(in MemberMove move)
    {
        (MemberLayout old, long holeBefore) = _old[move.Member];
        long size = Math.Max(1, old.BitfieldBits != 0 ? (old.BitfieldBits + 7) / 8 : old.SizeBytes);
        if (move.Behind >= 0 && FilledBehind(move) is { } host)
        {
            long hole = _old[host].Layout.HoleBytes;
            return hole == 0 ? $"into the {Number(_old[host].Layout.HoleBits)}-bit hole behind {NameOf(host)}"
                : $"into the {Number(hole)}-byte hole behind {NameOf(host)}";
        }

        bool atEnd = IsLast(move.Member);
        if (atEnd && _struct.Plan.Before.Summary.PaddingBytes >= size)
        {
            return $"into the {Number(_struct.Plan.Before.Summary.PaddingBytes)} bytes of padding";
        }

        if (old.Straddles(_cachelineBytes) && !_new[move.Member].Straddles(_cachelineBytes))
        {
            return "no longer straddles a cache line";
        }

        return (holeBefore > 0, old.HoleBytes > 0) switch
        {
            (true, true) => $"closes the holes of {Number(holeBefore)} and {Number(old.HoleBytes)} bytes around it",
            (true, false) => $"closes the {Number(holeBefore)}-byte hole before it",
            (false, true) => $"closes the {Number(old.HoleBytes)}-byte hole behind it",
            _ when _struct.Plan.AfterObjective.Straddles < _struct.Plan.BeforeObjective.Straddles =>
                "shifts what lies between, so that fewer members straddle a cache line",
            _ => "",
        };
    }

    // The member, which stays or not, whose hole the moved one and those before it go into.
    private int? FilledBehind(in MemberMove move)
    {
        int at = move.Behind;
        for (int steps = 0; at >= 0 && steps < MostInOneHole; steps++)
        {
            MemberLayout host = _old[at].Layout;
            if (!_moves.TryGetValue(at, out MemberMove before))
            {
                bool hasRoom = host.HoleBytes > 0 || host.HoleBits > 0;
                return hasRoom && Fits(move.Member, at) ? at : null;
            }

            at = before.Behind;
        }

        return null;
    }

    private bool Fits(int member, int host)
    {
        MemberLayout at = _new[member], start = _new[host];
        long room = (_old[host].Layout.HoleBytes * 8) + _old[host].Layout.HoleBits;
        return at.BitOffset >= start.EndBits && at.EndBits <= start.EndBits + room;
    }

    private bool IsLast(int member) => _struct.Plan.Members.Length > 0 && _struct.Plan.Members[^1].Member == member;

    private string NameOf(int member) => _names.Of(_struct.Plan.Type, member);
}
