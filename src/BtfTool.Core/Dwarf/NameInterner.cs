using System.Runtime.InteropServices;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>Copies names out of the sections into the pool of a graph, each once.</summary>
internal sealed class NameInterner
{
    private readonly DwarfNames _names;
    private readonly Dictionary<ulong, uint> _known = new(1 << 12);
    private byte[] _pool = new byte[1 << 16];
    private int _length = 1;

    internal NameInterner(DwarfFile file) => _names = new DwarfNames(file);

    /// <summary>The place of a name in the pool, by its fingerprint. Cost: its length the first time.</summary>
    internal NameId Intern(ulong name, ulong hash)
    {
        if (name == 0)
        {
            return default;
        }

        ref uint place = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, hash, out bool known);
        if (!known)
        {
            place = Append(_names.BytesOf(name));
        }

        return new NameId(place);
    }

    /// <summary>The place of a name that lies in no section. Cost: its length.</summary>
    internal NameId Intern(ReadOnlySpan<byte> name)
    {
        ref uint place = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, DwarfNames.HashOf(name), out bool known);
        if (!known && !name.IsEmpty)
        {
            place = Append(name);
        }

        return new NameId(place);
    }

    /// <summary>The names, each ended by a zero.</summary>
    internal byte[] ToPool() => _pool[.._length];

    private uint Append(ReadOnlySpan<byte> bytes)
    {
        if (_pool.Length - _length <= bytes.Length)
        {
            Array.Resize(ref _pool, Math.Max(_pool.Length * 2, _length + bytes.Length + 1));
        }

        int place = _length;
        bytes.CopyTo(_pool.AsSpan(place));
        _length += bytes.Length + 1;
        return (uint)place;
    }
}
