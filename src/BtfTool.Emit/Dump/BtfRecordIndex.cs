using BtfTool.Core.Btf;

namespace BtfTool.Emit.Dump;

/// <summary>Kind and name of every record of a file and its bases, by id. Cost: a walk over the records and 8 bytes for each.</summary>
internal sealed class BtfRecordIndex
{
    private readonly (uint Name, BtfKind Kind)[] _records;

    public BtfRecordIndex(BtfFile file)
    {
        _records = new (uint, BtfKind)[file.EndId];
        for (BtfFile? layer = file; layer is not null; layer = layer.Base)
        {
            foreach (BtfRecord record in layer)
            {
                _records[record.Id] = (record.NameOffset, record.Kind);
            }
        }
    }

    /// <summary>False when there is no such id. Id 0 is void: no name, and no kind that has one.</summary>
    public bool TryGet(uint id, out BtfKind kind, out uint name)
    {
        (name, kind) = id < (uint)_records.Length ? _records[id] : default;
        return id < (uint)_records.Length;
    }
}
