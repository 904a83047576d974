using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Texts of types that were written before, padded to the column in which nearly all members have them: a kernel names each type
/// some four times.
/// </summary>
internal sealed class PaholeTypeTexts(int typeCount)
{
    private const int MaxBytes = 1 << 24;

    // Position behind the length of the text; 0 where there is none.
    private readonly int[] _places = new int[typeCount];
    // Some two bytes for each type of a kernel.
    private byte[] _texts = new byte[Math.Clamp(2 * typeCount, 1024, MaxBytes)];
    private int _end = 1;

    /// <summary>The text of a type, if it is known.</summary>
    public bool TryGet(TypeId id, out ReadOnlySpan<byte> text)
    {
        int place = _places[id.Value];
        text = place == 0 ? default : _texts.AsSpan(place, _texts[place - 1]);
        return place != 0;
    }

    /// <summary>Remembers a text; not those that are very long, nor more than fit.</summary>
    public void Add(TypeId id, ReadOnlySpan<byte> text)
    {
        if (text.Length > byte.MaxValue || _end + text.Length + 1 > MaxBytes)
        {
            return;
        }

        if (_end + text.Length + 1 > _texts.Length)
        {
            Array.Resize(ref _texts, _texts.Length * 2);
        }

        _texts[_end++] = (byte)text.Length;
        _places[id.Value] = _end;
        text.CopyTo(_texts.AsSpan(_end));
        _end += text.Length;
    }
}
