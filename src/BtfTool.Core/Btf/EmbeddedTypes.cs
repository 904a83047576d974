namespace BtfTool.Core.Btf;

/// <summary>Which types of its base a split file holds by value in its structs and unions, be it behind typedefs, qualifiers and arrays.</summary>
/// <param name="split">The file.</param>
internal readonly ref struct EmbeddedTypes(BtfFile split)
{
    // The kernel reads chains of 32; longer ones hold nothing that matters here.
    private const int LongestChain = 64;

    /// <summary>Says it for every id below that of the first own type. Cost: linear in the file.</summary>
    internal bool[] Find()
    {
        var embedded = new bool[split.FirstId];
        uint[] inside = Insides();
        foreach (BtfRecord record in split)
        {
            if (record.Kind is not (BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION))
            {
                continue;
            }

            for (ReadOnlySpan<uint> members = record.Payload; members.Length >= 3; members = members[3..])
            {
                uint id = members[1];
                for (int left = LongestChain; left > 0 && id >= split.FirstId && id - split.FirstId < (uint)inside.Length; left--)
                {
                    id = inside[id - split.FirstId];
                }

                if (id < split.FirstId)
                {
                    embedded[id] = true;
                }
            }
        }

        return embedded;
    }

    // What each own typedef, qualifier and array is of; void for all other kinds.
    private uint[] Insides()
    {
        var inside = new uint[split.RecordCount];
        foreach (BtfRecord record in split)
        {
            inside[record.Id - split.FirstId] = record.Kind switch
            {
                BtfKind.BTF_KIND_TYPEDEF or BtfKind.BTF_KIND_CONST or BtfKind.BTF_KIND_VOLATILE or BtfKind.BTF_KIND_RESTRICT
                    or BtfKind.BTF_KIND_TYPE_TAG => record.SizeOrType,
                BtfKind.BTF_KIND_ARRAY => record.Payload[0],
                _ => 0,
            };
        }

        return inside;
    }
}
