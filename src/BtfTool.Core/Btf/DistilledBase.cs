using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;

namespace BtfTool.Core.Btf;

/// <summary>
/// Lays a module that carries a distilled base (<c>.BTF.base</c>) onto a kernel: what it says of the distilled types is said of the
/// kernel's, and its own types go on behind them. The records of the file stay as they are; this makes others for the graph.
/// </summary>
internal static class DistilledBase
{
    /// <summary>Makes the records that a module would have if it had been built with a kernel. Cost: linear in the module.</summary>
    /// <param name="split">The module; its base is the distilled one.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="index">The types of the kernel.</param>
    /// <exception cref="InvalidImageException">A distilled type has no counterpart in the kernel; the message says which and why.</exception>
    internal static BtfFile Relocate(BtfFile split, BtfFile kernel, BaseTypeIndex index)
    {
        if (split.IsBigEndian != kernel.IsBigEndian)
        {
            InvalidImageException.Throw(split.Path, split.Section, 0, $"its byte order is not that of the base {kernel.Path}");
        }

        uint[] map = new DistilledMatcher(split, index, kernel.Path).Match();
        uint firstId = kernel.EndId;
        uint names = split.Base!.FirstName + (uint)split.Base.Strings.Length + (uint)split.Strings.Length;
        uint firstName = kernel.FirstName + (uint)kernel.Strings.Length;
        uint[] words = split.Words.ToArray();
        for (int at = 0; at < words.Length;)
        {
            int length = split.RecordWords(words, at);
            Span<uint> record = words.AsSpan(at, length);
            var fields = new BtfFields(record);
            while (fields.MoveNext())
            {
                ref uint field = ref record[fields.Word];
                field = fields.IsName ? Name(field, names, firstName) : Type(field, map, split.EndId, firstId);
            }

            at += length;
        }

        // The names of the distilled base become those of the file: some of its own records may use them.
        ByteRegion strings = ByteRegion.FromBytes([.. split.Base.Strings, .. split.Strings]);
        return BtfFile.Relocated(split, words, strings, kernel);
    }

    // What is out of range stays so, for the reader to say it.
    private static uint Name(uint name, uint names, uint firstName) => name == 0 ? 0 : name < names ? firstName + name : uint.MaxValue;

    private static uint Type(uint type, uint[] map, uint end, uint firstId) =>
        type < (uint)map.Length ? map[type] : type < end ? type - (uint)map.Length + firstId : uint.MaxValue;
}
