using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>Where chains of references and array elements end. Long chains are followed once.</summary>
internal sealed class Terminals
{
    private const int ShortSteps = 16;

    // A terminal that is being looked for.
    private const uint Busy = uint.MaxValue;

    private readonly TypeColumns _types;

    // Where references of long chains lead to; 0 is not known yet, or void.
    private uint[]? _known;

    public Terminals(TypeColumns types) => _types = types;

    /// <summary>What a type leads to; itself where it is no reference. A cycle leads to void.</summary>
    public uint Of(uint id)
    {
        uint end = id;
        for (int steps = 0; steps < ShortSteps; steps++)
        {
            TypeKind kind = _types.Kind(end);
            if (!SortOrder.IsReference(kind) && kind != TypeKind.Array)
            {
                return end;
            }

            end = _types.Target(end);
        }

        return OfLong(id);
    }

    private uint OfLong(uint id)
    {
        uint[] terminals = _known ??= new uint[_types.Count];
        uint end = id;
        while (SortOrder.IsReference(_types.Kind(end)) || _types.Kind(end) == TypeKind.Array)
        {
            uint known = terminals[end];
            if (known != 0)
            {
                end = known == Busy ? 0 : known;
                break;
            }

            terminals[end] = Busy;
            end = _types.Target(end);
        }

        for (uint at = id; terminals[at] == Busy; at = _types.Target(at))
        {
            terminals[at] = end;
        }

        return end;
    }
}
