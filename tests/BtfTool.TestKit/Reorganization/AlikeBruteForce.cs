using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;

namespace BtfTool.TestKit;

/// <summary>
/// Tries every order of members of which many are alike, each order of alike ones once: a dozen members of three types are some ten
/// thousand orders. Which of those that are alike moved is chosen so that the most members keep their order: the longest common
/// subsequence of the kinds. For models of plain members alone.
/// </summary>
public sealed class AlikeBruteForce
{
    private readonly LayoutModel _model;
    private readonly int[] _kinds;
    private readonly int[] _order;
    private readonly bool[] _used;
    private readonly int[] _row;
    private bool _found;

    private AlikeBruteForce(LayoutModel model)
    {
        _model = model;
        _kinds = [.. Enumerable.Range(0, model.Members.Length).Select(i => Enumerable.Range(0, i + 1).FirstOrDefault(j => IsAlike(model, i, j), -1))];
        _order = new int[_kinds.Length];
        _used = new bool[_kinds.Length];
        _row = new int[_kinds.Length + 1];
    }

    /// <summary>Orders that were tried.</summary>
    public long Orders { get; private set; }

    /// <summary>What the best order costs.</summary>
    public PlanObjective Best { get; private set; }

    /// <summary>Tries all.</summary>
    public static AlikeBruteForce Solve(LayoutModel model)
    {
        var search = new AlikeBruteForce(model);
        search.Go(0, default, straddles: 0);
        return search;
    }

    private static bool IsAlike(LayoutModel model, int i, int j)
    {
        (ModelMember a, ModelMember b) = (model.Members[i], model.Members[j]);
        return a.SizeBits == b.SizeBits && a.AlignmentBytes == b.AlignmentBytes && !a.IsFixed && !b.IsFixed
            && model.Stretches[i] == model.Stretches[j];
    }

    private void Go(int placed, ModelCursor cursor, int straddles)
    {
        if (placed == _order.Length)
        {
            Judge(cursor, straddles);
            return;
        }

        int first = Array.IndexOf(_used, false);
        ulong seen = 0;
        for (int i = first; i < _used.Length && _model.Stretches[i] == _model.Stretches[first]; i++)
        {
            int kind = _kinds[i] < 0 ? i : _kinds[i];
            if (!_used[i] && (seen & (1ul << kind)) == 0)
            {
                seen |= 1ul << kind;
                _used[i] = true;
                _order[placed] = i;
                ModelCursor next = cursor;
                (long from, long to) = _model.Lines(next.Place(_model.Members[i]), _model.Members[i].SizeBits);
                Go(placed + 1, next, straddles + (from != to ? 1 : 0));
                _used[i] = false;
            }
        }
    }

    private void Judge(ModelCursor cursor, int straddles)
    {
        Orders++;
        long size = _model.SizeOf(cursor.Bit);
        PlanObjective cost = new(0, 0, KmallocBuckets.BucketOf(size), (size + _model.LineBytes - 1) / _model.LineBytes, straddles, size, 0);
        if (size > _model.MaxSizeBytes || (_found && cost > Best with { Moves = 0 }))
        {
            return;
        }

        cost = cost with { Moves = _order.Length - Kept() };
        if (!_found || cost < Best)
        {
            (Best, _found) = (cost, true);
        }
    }

    private int Kept()
    {
        Array.Clear(_row);
        foreach (int member in _order)
        {
            int diagonal = 0;
            for (int j = 0; j < _order.Length; j++)
            {
                int above = _row[j + 1];
                bool isAlike = member == j || (_kinds[member] >= 0 && _kinds[member] == _kinds[j]);
                _row[j + 1] = isAlike ? diagonal + 1 : Math.Max(above, _row[j]);
                diagonal = above;
            }
        }

        return _row[^1];
    }
}
