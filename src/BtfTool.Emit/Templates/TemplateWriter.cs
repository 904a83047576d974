using System.Buffers;
using System.Globalization;
using System.Text;

namespace BtfTool.Emit.Templates;

/// <summary>
/// What a template is rendered to: text becomes UTF-8 in blocks, and is counted. Between texts, blocks may be written straight to
/// <see cref="Bytes"/>.
/// </summary>
internal sealed class TemplateWriter : TextWriter
{
    private const int BlockChars = 16 * 1024;

    private readonly Counted _target;
    private readonly Encoder _encoder = Encoding.UTF8.GetEncoder();
    private readonly char[] _block = new char[BlockChars];
    private int _used;

    /// <summary>Writes to a buffer.</summary>
    public TemplateWriter(IBufferWriter<byte> target, TemplateBudget budget)
        : base(CultureInfo.InvariantCulture) => _target = new Counted(target, budget);

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The output as bytes; what was written as text is there already.</summary>
    public IBufferWriter<byte> Bytes
    {
        get
        {
            WriteBlock(isEnd: true);
            return _target;
        }
    }

    /// <inheritdoc/>
    public override void Write(char value)
    {
        if (_used == _block.Length)
        {
            WriteBlock(isEnd: false);
        }

        _block[_used++] = value;
    }

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_used == _block.Length)
            {
                WriteBlock(isEnd: false);
            }

            int now = Math.Min(buffer.Length, _block.Length - _used);
            buffer[..now].CopyTo(_block.AsSpan(_used));
            _used += now;
            buffer = buffer[now..];
        }
    }

    /// <summary>As JSON and C have it.</summary>
    public override void Write(bool value) => Write(value ? "true" : "false");

    /// <inheritdoc/>
    public override void Flush() => WriteBlock(isEnd: true);

    // Half a character stays with the encoder, unless it is the end.
    private void WriteBlock(bool isEnd)
    {
        ReadOnlySpan<char> text = _block.AsSpan(0, _used);
        _used = 0;
        if (!text.IsEmpty || isEnd)
        {
            Span<byte> bytes = _target.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
            _target.Advance(_encoder.GetBytes(text, bytes, isEnd));
        }
    }

    private sealed class Counted(IBufferWriter<byte> target, TemplateBudget budget) : IBufferWriter<byte>
    {
        public void Advance(int count)
        {
            target.Advance(count);
            budget.Write(count);
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => target.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => target.GetSpan(sizeHint);
    }
}
