using System.Runtime.InteropServices;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>Copies names out of the sections into the pool of a graph, each once.</summary>
internal sealed class NameInterner
{
    private readonly DwarfNames _names;
    private readonly Dictionary<ulong, (ulong Name, uint Place)> _known = new(1 << 12);
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

        ref (ulong Name, uint Place) first = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, hash, out bool known);
        while (known && first.Name != name && !IsAt(first.Place, _names.BytesOf(name)))
        {
            hash = Fingerprint.Last(hash, Fingerprint.Seed);
            first = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, hash, out known);
        }

        if (!known)
        {
            first = (name, Append(_names.BytesOf(name)));
        }

        return new NameId(first.Place);
    }

    /// <summary>The place of a name that lies in no section. Cost: its length.</summary>
    internal NameId Intern(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return default;
        }

        ulong hash = DwarfNames.HashOf(name);
        ref (ulong Name, uint Place) first = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, hash, out bool known);
        while (known && !IsAt(first.Place, name))
        {
            hash = Fingerprint.Last(hash, Fingerprint.Seed);
            first = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, hash, out known);
        }

        if (!known)
        {
            first = (0, Append(name));
        }

        return new NameId(first.Place);
    }

    private bool IsAt(uint place, ReadOnlySpan<byte> name) =>
        _pool.AsSpan((int)place, _length - (int)place) is var rest && rest.Length > name.Length
        && rest.StartsWith(name) && rest[name.Length] == 0;

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
