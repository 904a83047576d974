using System.Buffers;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>A member in the text of a definition.</summary>
/// <param name="EndPosition">Position behind its semicolon, in bytes of the text.</param>
/// <param name="Name">Its name.</param>
/// <param name="BitOffset">Where it begins in the definition, in bits.</param>
/// <param name="BitfieldBits">Width of a bitfield in bits; 0 for others.</param>
/// <param name="SizeBytes">Size of its type.</param>
internal readonly record struct PieceMember(int EndPosition, NameId Name, long BitOffset, uint BitfieldBits, ulong SizeBytes);

/// <summary>Takes a header apart while it is written: definition by definition, with the place of every member in the text.</summary>
/// <param name="next">Takes a piece: the type, whether it is only declared, the text, the members.</param>
internal sealed class HeaderPieces(HeaderPieces.Taker next)
{
    private readonly ArrayBufferWriter<byte> _text = new(128 * 1024);
    private readonly List<PieceMember> _members = [];
    private readonly Stack<long> _starts = new();
    private Utf8Writer? _output;
    private long _pieceStart;

    /// <summary>Takes a piece; what it is given is valid until it returns.</summary>
    public delegate void Taker(uint id, bool isForward, ReadOnlySpan<byte> text, List<PieceMember> members);

    /// <summary>What the header is written to.</summary>
    public Utf8Writer Output => _output ??= new Utf8Writer(_text);

    /// <summary>A member begins; those inside it count from there.</summary>
    public void BeginMember(long bitOffset) => _starts.Push(Start + bitOffset);

    /// <summary>A member ends.</summary>
    public void EndMember(long bitOffset, uint bitfieldBits, ulong sizeBytes, NameId name)
    {
        _starts.Pop();
        _members.Add(new PieceMember((int)(Output.Length - _pieceStart), name, Start + bitOffset, bitfieldBits, sizeBytes));
    }

    /// <summary>A definition or declaration ends.</summary>
    public void End(uint id, bool isForward)
    {
        Output.Flush();
        if (_text.WrittenCount > 0)
        {
            next(id, isForward, _text.WrittenSpan.TrimEnd((byte)'\n'), _members);
        }

        _members.Clear();
        _text.ResetWrittenCount();
        Output.Flush();
        _pieceStart = Output.Length;
    }

    private long Start => _starts.TryPeek(out long start) ? start : 0;
}
