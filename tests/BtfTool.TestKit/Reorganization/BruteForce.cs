using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;

namespace BtfTool.TestKit;

/// <summary>Tries every legal order of a model. Cost: factorial; for a handful of items.</summary>
public sealed class BruteForce
{
    private readonly LayoutModel _model;
    private readonly int[] _order;
    private readonly int[] _bestOrder;
    private readonly long[] _bits;
    private readonly bool[] _used;
    private PlanObjective _best;
    private bool _found;

    private BruteForce(LayoutModel model)
    {
        _model = model;
        _order = new int[model.Members.Length];
        _bestOrder = new int[model.Members.Length];
        _bits = new long[model.Members.Length];
        _used = new bool[model.Items.Length];
    }

    /// <summary>Orders that were tried.</summary>
    public long Orders { get; private set; }

    /// <summary>The least size of a legal order, in bytes.</summary>
    public long LeastSizeBytes { get; private set; } = long.MaxValue;

    /// <summary>What the best order costs; null where no order is legal.</summary>
    public PlanObjective? Best => _found ? _best : null;

    /// <summary>An order that costs so: positions in the model's members.</summary>
    public ReadOnlySpan<int> BestOrder => _bestOrder;

    /// <summary>Tries all.</summary>
    public static BruteForce Solve(LayoutModel model)
    {
        var search = new BruteForce(model);
        search.Go(0, 0, default, straddles: 0);
        return search;
    }

    private void Go(int placed, int first, ModelCursor cursor, int straddles)
    {
        if (placed == _order.Length)
        {
            Judge(cursor, straddles);
            return;
        }

        while (_used[first])
        {
            first++;
        }

        for (int item = first; item < _used.Length && _model.Stretches[item] == _model.Stretches[first]; item++)
        {
            if (!_used[item] && !JoinsRuns(placed, item))
            {
                _used[item] = true;
                (ModelCursor next, int more) = Place(placed, item, cursor);
                if (more >= 0)
                {
                    Go(placed + _model.Items[item].Length, first, next, straddles + more);
                }

                _used[item] = false;
            }
        }
    }

    private bool JoinsRuns(int placed, int item) => !_model.MayMergeRuns && placed > 0
        && _model.Members[_order[placed - 1]].IsBitfield && _model.Members[_model.Items[item][0]].IsBitfield;

    private (ModelCursor Next, int Straddles) Place(int placed, int item, ModelCursor cursor)
    {
        int straddles = 0;
        foreach (int position in _model.Items[item])
        {
            ref readonly ModelMember member = ref _model.Members[position];
            long bit = cursor.Place(member);
            if (member.IsPinned && bit != member.OldBit)
            {
                return (cursor, -1);
            }

            (long from, long to) = _model.Lines(bit, member.SizeBits);
            straddles += from != to ? 1 : 0;
            (_order[placed], _bits[placed]) = (position, bit);
            placed++;
        }

        return (cursor, straddles);
    }

    private void Judge(ModelCursor cursor, int straddles)
    {
        Orders++;
        long size = _model.SizeOf(cursor.Bit);
        if (size > _model.MaxSizeBytes)
        {
            return;
        }

        LeastSizeBytes = Math.Min(LeastSizeBytes, size);
        PlanObjective cost = new(0, 0, KmallocBuckets.BucketOf(size), (size + _model.LineBytes - 1) / _model.LineBytes, straddles, size, 0);
        bool isPlain = _model.Apart.Count == 0 && !Array.Exists(_model.Members, m => m.IsHot);
        if (isPlain && _found && cost > _best with { Moves = 0 })
        {
            return;
        }

        cost = isPlain ? cost with { Moves = LayoutModel.Moves(_order) } : _model.Cost(_order, _bits, size);
        if (!_found || cost < _best)
        {
            (_best, _found) = (cost, true);
            _order.CopyTo(_bestOrder, 0);
        }
    }
}
