using System.Buffers;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Json;

/// <summary>
/// Types as C, in bytes. The texts are kept, up to a few megabytes of them: members of a kernel share their types.
/// </summary>
internal sealed class JsonTypeTexts(TypeGraph graph, ReaderLimits limits)
{
    private const int MostKeptBytes = 4 * 1024 * 1024;
    private const int LongestKeptText = 255;

    private readonly DeclarationText _declarations = new(graph, limits);
    private readonly (int Start, int Length)[] _places = new (int, int)[graph.TypeCount];
    private readonly Scratch _scratch = new();
    private Utf8Writer? _writer;
    private byte[] _kept = new byte[16 * 1024];
    private int _keptBytes;

    /// <summary>The text of a type, without a name. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(TypeId id)
    {
        ref (int Start, int Length) place = ref _places[(int)id.Value];
        if (place.Length > 0)
        {
            return _kept.AsSpan(place.Start, place.Length);
        }

        ReadOnlySpan<byte> text = Write(id);
        if (text.Length <= LongestKeptText && _keptBytes + text.Length <= MostKeptBytes)
        {
            place = (_keptBytes, text.Length);
            Keep(text);
        }

        return text;
    }

    /// <summary>The declaration of something of a type. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Of(TypeId id, ReadOnlySpan<byte> name) => Write(id, name);

    private ReadOnlySpan<byte> Write(TypeId id, ReadOnlySpan<byte> name = default)
    {
        _writer ??= new Utf8Writer(_scratch);
        for (int attempt = 0; attempt < 2; attempt++)
        {
            long start = _writer.Length;
            _declarations.Write(id, name, _writer);
            if (_writer.TryRecall(_writer.Length - start, out ReadOnlySpan<byte> text))
            {
                return text;
            }

            // A block ended in the middle: once more, in a block of its own.
            _writer.Flush();
        }

        return "..."u8;
    }

    private void Keep(ReadOnlySpan<byte> text)
    {
        if (_keptBytes + text.Length > _kept.Length)
        {
            Array.Resize(ref _kept, _kept.Length * 2);
        }

        text.CopyTo(_kept.AsSpan(_keptBytes));
        _keptBytes += text.Length;
    }

    // One block, over and over: longer than any text that DeclarationText writes.
    private sealed class Scratch : IBufferWriter<byte>
    {
        private readonly byte[] _block = GC.AllocateUninitializedArray<byte>(256 * 1024);

        public void Advance(int count) => ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _block.Length);

        public Memory<byte> GetMemory(int sizeHint = 0) => _block;

        public Span<byte> GetSpan(int sizeHint = 0) => _block;
    }
}
