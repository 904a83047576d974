using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pahole;

// Bodies of structs, unions and enumerations.
public sealed partial class PaholeEmitter
{
    // The structs and unions whose bodies are being written, outermost first.
    private readonly List<TypeId> _open = [];

    // A body takes the stack of several other levels: eight methods with their copies of what a body inherits.
    private const int LevelsPerBody = 4;

    private void WriteBody(TypeView type, in PaholeFrame frame)
    {
        if (type.Kind == TypeKind.Struct)
        {
            WriteStruct(type, frame);
        }
        else if (type.Kind == TypeKind.Union)
        {
            WriteUnion(type, frame);
        }
        else
        {
            WriteEnum(type, frame);
        }
    }

    private void WriteHead(TypeView type)
    {
        ReadOnlySpan<byte> keyword = KeywordOf(type);
        _w.Style(TextStyle.Keyword);
        _w.Write(type.IsAnonymous ? keyword[..^1] : keyword);
        _w.Style(TextStyle.TypeName);
        _w.Write(type.Name);
        _w.Style(TextStyle.Plain);
    }

    private void WriteSuffix(in PaholeFrame frame)
    {
        if (!frame.Suffix.IsNone || frame.SuffixIsPointer)
        {
            _w.Write(frame.SuffixIsPointer ? " * "u8 : " "u8);
            WriteName(frame.Suffix);
        }
    }

    private void WriteUnion(TypeView type, PaholeFrame frame)
    {
        Open(type, ++frame.Depth);
        JudgePacked(type);
        WriteHead(type);
        _w.Write(" {\n"u8);
        int first = TakeMembers(type, out _);
        PaholeFrame inner = InnerFrame(frame);
        inner.InUnion = true;
        long cacheline = _cacheline;
        int i = 0;
        foreach (MemberView member in type.Members)
        {
            Tabs(inner.Indent);
            WriteMember(member, _members[first + i], inner);
            _w.Write((byte)'\n');
            _cacheline = cacheline;
            i++;
        }

        Close(first);
        Tabs(frame.Indent);
        _w.Write((byte)'}');
        WriteSuffix(frame);
    }

    // A body inside of itself would never end, and may need much memory before the limits are reached.
    private void Open(TypeView type, int depth)
    {
        _budget.Step(Math.Max(depth, _open.Count * LevelsPerBody));
        if (_open.Contains(type.Id))
        {
            InvalidImageException.Throw(_graph.SourcePath, "", -1,
                $"type {type.Id} ({type.Kind} '{type.NameString}') has its own body inside of it");
        }

        _open.Add(type.Id);
    }

    private void Close(int firstMember)
    {
        _memberTop = firstMember;
        _open.RemoveAt(_open.Count - 1);
    }

    private static PaholeFrame InnerFrame(in PaholeFrame frame)
    {
        PaholeFrame inner = frame;
        inner.Indent++;
        return inner;
    }

    private void WriteStruct(TypeView type, PaholeFrame frame)
    {
        Open(type, ++frame.Depth);
        int first = TakeMembers(type, out PaholeWalk walk);
        JudgePacked(type);
        WriteHead(type);
        _w.Write(" {\n"u8);
        Meet(walk.HasNarrowedCounter ? PaholeQuirks.NarrowCounters : 0);
        var totals = new PaholeTotals();
        WriteMembers(type, walk, first, InnerFrame(frame), ref totals);
        Close(first);
        if (frame.HasTrailer)
        {
            WriteTrailer(type, walk, totals, frame.Indent + 1);
        }

        Tabs(frame.Indent);
        _w.Write((byte)'}');
        bool packed = PrintsAsPacked(type.Id);
        _w.Write(packed ? " __attribute__((__packed__))"u8 : []);
        WriteSuffix(frame);
        uint alignment = OwnAlignment(type, walk);
        if (alignment != 0 && !packed)
        {
            WriteAligned(alignment);
        }
    }

    private uint OwnAlignment(TypeView type, in PaholeWalk walk)
    {
        if (_options.NoAligned || walk.AlignmentBytes == 0)
        {
            return 0;
        }

        bool impossible = !_graph.Has(Facet.DeclaredAlignment) && (long)type.SizeBytes % walk.AlignmentBytes != 0;
        Meet(impossible ? PaholeQuirks.ImpossibleAlignment : 0);
        return impossible && !_options.Compat ? 0 : walk.AlignmentBytes;
    }

    private bool PrintsAsPacked(TypeId id) => !_options.NoPacked && _types.IsPacked(id);

    // Without compatibility a struct is judged by all that embed it, whether they are written or not.
    private void JudgePacked(TypeView type)
    {
        if (_options.Compat)
        {
            if (type.Kind == TypeKind.Struct)
            {
                _types.JudgeStruct(type.Id);
            }
            else
            {
                _types.JudgeUnion(type.Id);
            }
        }
        else if (_types.JudgeWithPlaces(type.Id))
        {
            Meet(PaholeQuirks.LatePacked);
        }
    }

    // Members of nested bodies are stacked in one array.
    private int TakeMembers(TypeView type, out PaholeWalk walk)
    {
        int first = _memberTop;
        int count = type.Members.Count;
        if (first + count > _members.Length)
        {
            Array.Resize(ref _members, Math.Max(_members.Length * 2, first + count));
        }

        _memberTop = first + count;
        walk = _types.Walk(type.Id, _members.AsSpan(first, count));
        return first;
    }

    private void WriteAligned(uint alignment)
    {
        _w.Write(" __attribute__((__aligned__("u8);
        _w.WriteDecimal((ulong)alignment);
        _w.Write(")))"u8);
    }

    private void WriteEnum(TypeView type, in PaholeFrame frame)
    {
        WriteHead(type);
        EnumeratorList enumerators = type.Enumerators;
        if (enumerators.Count > 0)
        {
            int width = 0;
            foreach (EnumeratorView enumerator in enumerators)
            {
                width = Math.Max(width, enumerator.Name.Length);
            }

            _w.Write(" {\n"u8);
            foreach (EnumeratorView enumerator in enumerators)
            {
                _budget.Step(frame.Depth);
                Tabs(frame.Indent + 1);
                long start = _w.Length;
                _w.Write(enumerator.Name);
                PadTo(start, width);
                _w.Write(" = "u8);
                WriteEnumValue(type, enumerator.Value);
                _w.Write(",\n"u8);
            }

            Tabs(frame.Indent);
            _w.Write((byte)'}');
        }

        if (SizeOfEnum(type) != 4 && !_options.NoPacked)
        {
            _w.Write(" __attribute__((__packed__))"u8);
        }

        WriteSuffix(frame);
    }

    private static ulong SizeOfEnum(TypeView type) => type.SizeBytes == 0 ? 4 : type.SizeBytes;

    private void WriteEnumValue(TypeView type, long value)
    {
        if (_options.Hex)
        {
            _w.WriteHex((ulong)value);
        }
        else if (type.Flag)
        {
            _w.WriteDecimal(value);
        }
        else
        {
            _w.WriteDecimal(type.Kind == TypeKind.Enum ? (uint)value : (ulong)value);
        }
    }
}
