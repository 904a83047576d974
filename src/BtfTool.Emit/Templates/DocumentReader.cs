using System.Buffers;
using System.Text.Json;

namespace BtfTool.Emit.Templates;

/// <summary>
/// Reads a command's JSON document as a model: the fields of the root, and the items of its first list one by one. The document is one
/// of our own, without white space, so it is cut into values by its brackets; each value is read when all of it is there.
/// </summary>
internal sealed class DocumentReader : IDisposable
{
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 8192 };

    private readonly DocumentPipe _pipe;
    private readonly TemplateBudget _budget;
    private readonly ModelNames _names;
    private byte[] _bytes = [];
    private int _start;
    private int _end;

    /// <summary>Begins to read.</summary>
    /// <param name="write">Writes the document.</param>
    /// <param name="budget">Counts steps of the lists.</param>
    /// <param name="names">Names of fields that have been read before.</param>
    public DocumentReader(Action<IBufferWriter<byte>> write, TemplateBudget budget, ModelNames names)
    {
        _pipe = new DocumentPipe(write);
        (_budget, _names) = (budget, names);
    }

    /// <summary>Reads fields of the root up to the first list, or on from behind it to the end.</summary>
    /// <returns>The name of the list, whose items <see cref="TryReadItem"/> gives next; null at the end of the document.</returns>
    public string? ReadFields(ModelObject root)
    {
        while (Take() is (byte)'{' or (byte)',')
        {
            if (Peek() == '}')
            {
                break;
            }

            string name = (string)ReadValue()!;
            Take();
            if (Peek() == '[')
            {
                Take();
                return name;
            }

            root[name] = ReadValue();
        }

        return null;
    }

    /// <summary>The next item of the list; false at its end.</summary>
    public bool TryReadItem(out object? item)
    {
        item = null;
        if (!AtItem())
        {
            return false;
        }

        item = ReadValue();
        return true;
    }

    /// <summary>Passes over the rest of the list.</summary>
    public void SkipItems()
    {
        while (AtItem())
        {
            int length = WholeValue();
            _start += length;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pipe.Dispose();

    private bool AtItem()
    {
        if (Peek() == ',')
        {
            Take();
        }

        if (Peek() != ']')
        {
            return true;
        }

        Take();
        return false;
    }

    private object? ReadValue()
    {
        int length = WholeValue();
        var reader = new Utf8JsonReader(_bytes.AsSpan(_start, length), true, new JsonReaderState(s_options));
        reader.Read();
        object? value = Build(ref reader);
        _start += length;
        return value;
    }

    // Objects and lists that are open, on a stack of our own: types nest as deep as readers allow.
    private object? Build(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return Scalar(ref reader);
        }

        var open = new Stack<(object Container, string? Name)>();
        object whole = NewContainer(reader.TokenType);
        object container = whole;
        string? name = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = _names.Of(ref reader);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    object inner = NewContainer(reader.TokenType);
                    Add(container, name, inner);
                    open.Push((container, name));
                    container = inner;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    if (container is ModelObject ended)
                    {
                        ModelExtras.Add(ended);
                    }

                    if (open.Count == 0)
                    {
                        return whole;
                    }

                    (container, name) = open.Pop();
                    break;
                default:
                    Add(container, name, Scalar(ref reader));
                    break;
            }
        }

        return whole;
    }

    private object NewContainer(JsonTokenType type) => type == JsonTokenType.StartObject ? new ModelObject() : new ModelList(_budget);

    private static void Add(object container, string? name, object? value)
    {
        if (container is ModelObject fields)
        {
            fields[name!] = value;
        }
        else
        {
            ((ModelList)container).Add(value);
        }
    }

    private object? Scalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => _names.Of(ref reader),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Number => reader.TryGetInt64(out long number) ? (object)number
            : reader.TryGetUInt64(out ulong large) ? (object)large : reader.GetDouble(),
        _ => null,
    };

    // Number of bytes of the value that begins here, which are all there then. No byte is looked at twice.
    private int WholeValue()
    {
        int at = 0;
        int depth = 0;
        do
        {
            byte b = ByteAt(at++);
            switch (b)
            {
                case (byte)'"':
                    at = EndOfText(at);
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    depth--;
                    break;
                default:
                    at = NextOf(at, depth > 0 ? "\"{}[]"u8 : ",}]"u8);
                    break;
            }
        }
        while (depth > 0);
        return at;
    }

    private int EndOfText(int at)
    {
        while (true)
        {
            at = NextOf(at, "\"\\"u8);
            if (ByteAt(at) == '"')
            {
                return at + 1;
            }

            at += 2;
        }
    }

    private int NextOf(int at, ReadOnlySpan<byte> wanted)
    {
        while (true)
        {
            ReadOnlySpan<byte> there = _bytes.AsSpan(_start, _end - _start);
            int found = at >= there.Length ? -1 : there[at..].IndexOfAny(wanted);
            if (found >= 0)
            {
                return at + found;
            }

            at = Math.Max(at, there.Length);
            Fill();
        }
    }

    private byte Peek() => ByteAt(0);

    private byte Take()
    {
        byte b = ByteAt(0);
        _start++;
        return b;
    }

    private byte ByteAt(int at)
    {
        while (at >= _end - _start)
        {
            Fill();
        }

        return _bytes[_start + at];
    }

    // More bytes behind those that are there.
    private void Fill()
    {
        ReadOnlySpan<byte> more = _pipe.Read().Span;
        if (more.IsEmpty)
        {
            throw new InvalidDataException("the document ends in the middle");
        }

        int left = _end - _start;
        if (_start > 0)
        {
            _bytes.AsSpan(_start, left).CopyTo(_bytes);
            (_start, _end) = (0, left);
        }

        if (left + more.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, left + more.Length));
        }

        more.CopyTo(_bytes.AsSpan(_end));
        _end += more.Length;
    }
}
