using System.Text;

namespace BtfTool.TestKit;

/// <summary>A section of strings, each held once.</summary>
public sealed class DwarfStringsDraft
{
    private readonly Dictionary<string, ulong> _places = [];
    private readonly List<byte> _bytes = [];

    /// <summary>Where a string lies; it is added if it is not there.</summary>
    public ulong Place(string text)
    {
        if (!_places.TryGetValue(text, out ulong at))
        {
            at = (ulong)_bytes.Count;
            _bytes.AddRange(Encoding.UTF8.GetBytes(text));
            _bytes.Add(0);
            _places[text] = at;
        }

        return at;
    }

    /// <summary>Lets a string be found at the end of another one, as linkers merge them.</summary>
    public DwarfStringsDraft ShareTail(string whole, string tail)
    {
        _places[tail] = Place(whole) + (ulong)(Encoding.UTF8.GetByteCount(whole) - Encoding.UTF8.GetByteCount(tail));
        return this;
    }

    /// <summary>The section.</summary>
    public byte[] ToArray() => [.. _bytes];
}
