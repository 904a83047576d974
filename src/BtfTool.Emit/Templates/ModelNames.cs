using System.Text;
using System.Text.Json;

namespace BtfTool.Emit.Templates;

/// <summary>Strings that a document has over and over: names of fields, kinds, types. Each is made once.</summary>
internal sealed class ModelNames
{
    private const int Slots = 8192;
    private const int LongestKept = 48;

    private readonly (byte[] Bytes, string Text)[] _kept = new (byte[], string)[Slots];

    /// <summary>A text, or the name of a field.</summary>
    public string Of(ref Utf8JsonReader reader) => reader.ValueIsEscaped ? reader.GetString()! : Text(reader.ValueSpan);

    private string Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > LongestKept)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var hash = new HashCode();
        hash.AddBytes(bytes);
        ref (byte[] Bytes, string Text) slot = ref _kept[hash.ToHashCode() & (Slots - 1)];
        if (slot.Bytes is null || !bytes.SequenceEqual(slot.Bytes))
        {
            slot = (bytes.ToArray(), Encoding.UTF8.GetString(bytes));
        }

        return slot.Text;
    }
}
