using BtfTool.Core.Types;

namespace BtfTool.Core.Baselines;

/// <summary>A member, an enumerator or a parameter that was read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type; 0 for an enumerator.</param>
/// <param name="Value">Offset in bits, or the value of an enumerator.</param>
/// <param name="BitSize">Width of a bitfield in bits.</param>
internal readonly record struct BaselineRow(NameId Name, uint Type, ulong Value, uint BitSize);

/// <summary>
/// Types of a baseline that have no block: what stands in place. Their ids follow those of the blocks, in whose order they are added when
/// all blocks are.
/// </summary>
/// <param name="firstId">The id of the first.</param>
internal sealed class BaselineDerived(uint firstId)
{
    private readonly List<Record> _records = [];
    private readonly List<BaselineRow> _rows = [];
    private readonly Dictionary<(ulong, ulong), uint> _known = [];

    /// <summary>How many there are.</summary>
    public int Count => _records.Count;

    /// <summary>A pointer, a qualifier or an array; the same for the same target.</summary>
    public uint Reference(TypeKind kind, uint target, ulong elements)
    {
        (ulong, ulong) key = (((ulong)kind << 32) | target, elements);
        if (!_known.TryGetValue(key, out uint id))
        {
            id = Reserve();
            _records[^1] = new Record(kind, false, target, elements, 0, 0);
            _known.Add(key, id);
        }

        return id;
    }

    /// <summary>An id for what is being read.</summary>
    public uint Reserve()
    {
        _records.Add(default);
        return firstId + (uint)_records.Count - 1;
    }

    /// <summary>Says what has a reserved id.</summary>
    public void Set(uint id, TypeKind kind, bool flag, uint target, ulong size, ReadOnlySpan<BaselineRow> rows)
    {
        _records[(int)(id - firstId)] = new Record(kind, flag, target, size, _rows.Count, rows.Length);
        _rows.AddRange(rows);
    }

    /// <summary>Says what a prototype returns.</summary>
    public void SetTarget(uint id, uint target) => _records[(int)(id - firstId)] = _records[(int)(id - firstId)] with { Target = target };

    /// <summary>Adds all to a graph.</summary>
    public void AddTo(TypeGraphBuilder builder)
    {
        ReadOnlySpan<BaselineRow> rows = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows);
        foreach (Record record in _records)
        {
            Add(builder, record.Kind, record.Flag, default, record.Target, record.Size, rows.Slice(record.First, record.Count));
        }
    }

    /// <summary>Adds one type.</summary>
    public static void Add(TypeGraphBuilder builder, TypeKind kind, bool flag, NameId name, uint target, ulong size, ReadOnlySpan<BaselineRow> rows)
    {
        switch (kind)
        {
            case TypeKind.Struct or TypeKind.Union:
                builder.AddComposite(kind, name, size, flag);
                foreach (BaselineRow row in rows)
                {
                    builder.AddMember(row.Name, new TypeId(row.Type), row.Value, row.BitSize);
                }

                break;
            case TypeKind.Enum or TypeKind.Enum64:
                builder.AddEnum(kind, name, size, flag);
                foreach (BaselineRow row in rows)
                {
                    builder.AddEnumerator(row.Name, (long)row.Value);
                }

                break;
            case TypeKind.FunctionPrototype:
                builder.AddPrototype(name, new TypeId(target));
                foreach (BaselineRow row in rows)
                {
                    builder.AddParameter(row.Name, new TypeId(row.Type));
                }

                break;
            case TypeKind.Array:
                builder.AddArray(name, new TypeId(target), TypeId.Void, size);
                break;
            default:
                builder.AddReference(kind, name, new TypeId(target));
                break;
        }
    }

    private readonly record struct Record(TypeKind Kind, bool Flag, uint Target, ulong Size, int First, int Count);
}
