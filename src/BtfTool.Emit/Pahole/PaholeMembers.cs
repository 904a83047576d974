using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pahole;

// Members with their comments: offsets, cache lines, holes, fillers.
public sealed partial class PaholeEmitter
{
    private void WriteMembers(TypeView type, in PaholeWalk walk, int first, PaholeFrame frame, ref PaholeTotals totals)
    {
        var cursor = new MemberCursor { Indent = frame.Indent };
        WriteHoles(walk.LeadingHoleBits, walk.LeadingHoleBytes, ref cursor, ref totals);
        MemberList members = type.Members;
        for (int i = 0; i < members.Count; i++)
        {
            MemberView member = members[i];
            PaholeMember placed = _members[first + i];
            PaholeMember before = i == 0 ? default : _members[first + i - 1];
            CountAlignment(placed, i > 0 ? before.HoleBytes : walk.LeadingHoleBytes, ref totals);
            if (i > 0 && cursor.LastSizeBytes != 0)
            {
                WriteFiller(member, placed, before, frame, ref cursor);
                WriteCombined(placed, before, ref cursor);
            }

            WriteUnnamed(type, members, i, placed, before, walk, frame, ref cursor);
            EndParagraph(ref cursor);
            frame.IsFirst = i == 0;
            frame.IsLast = i == members.Count - 1;
            Tabs(frame.Indent);
            WriteMember(member, placed, frame);
            WriteLastStruct(member.Type, ref cursor, ref totals);
            _w.Write((byte)'\n');
            WriteHoles(placed.HoleBits, placed.HoleBytes, ref cursor, ref totals);
            totals.Count(placed);
            cursor.Advance(placed, before, i == 0);
        }

        if (members.Count > 0)
        {
            WriteForcedPadding(type, members[members.Count - 1], _members[first + members.Count - 1], walk, frame);
        }

        if (members.Count > 0 && !_options.Compat)
        {
            WriteUnnamedTail(type, members[members.Count - 1], _members[first + members.Count - 1], walk, frame, ref cursor);
        }
    }

    private void CountAlignment(in PaholeMember placed, long holeBytesBefore, ref PaholeTotals totals)
    {
        if (!_options.NoAligned && MemberAlignment(placed) != 0)
        {
            totals.ForcedAlignments++;
            totals.ForcedHoles += holeBytesBefore != 0 ? 1 : 0;
            totals.ForcedHoleBytes += holeBytesBefore;
        }
    }

    private uint MemberAlignment(in PaholeMember placed)
    {
        if (placed.AlignmentBytes == 0 || _graph.Has(Facet.DeclaredAlignment))
        {
            return placed.AlignmentBytes;
        }

        bool impossible = placed.ByteOffset % placed.AlignmentBytes != 0;
        Meet(impossible ? PaholeQuirks.ImpossibleAlignment : 0);
        return impossible && !_options.Compat ? 0 : placed.AlignmentBytes;
    }

    private void BeginComment(ref MemberCursor cursor)
    {
        if (!cursor.IsNewlinePending)
        {
            _w.Write((byte)'\n');
            cursor.IsNewlinePending = true;
        }

        Tabs(cursor.Indent);
        _w.Style(TextStyle.Warning);
    }

    private void EndComment()
    {
        _w.Write(" */"u8);
        _w.Style(TextStyle.Plain);
        _w.Write((byte)'\n');
    }

    private void EndParagraph(ref MemberCursor cursor)
    {
        if (cursor.IsNewlinePending)
        {
            _w.Write((byte)'\n');
            cursor.IsNewlinePending = false;
        }
    }

    private void WriteHoles(long bits, long bytes, ref MemberCursor cursor, ref PaholeTotals totals)
    {
        if (bits != 0)
        {
            BeginComment(ref cursor);
            _w.Write("/* XXX "u8);
            WriteCount(bits, "bit"u8);
            _w.Write(" hole, try to pack"u8);
            EndComment();
            totals.BitHoleBits += bits;
        }

        if (bytes > 0)
        {
            BeginComment(ref cursor);
            _w.Write("/* XXX "u8);
            WriteCount(bytes, "byte"u8);
            _w.Write(" hole, try to pack"u8);
            EndComment();
            totals.HoleBytes += bytes;
        }
    }

    private void WriteCount(long count, ReadOnlySpan<byte> noun)
    {
        _w.WriteDecimal(count);
        _w.Write((byte)' ');
        _w.Write(noun);
        _w.Write(count != 1 ? "s"u8 : []);
    }

    // A bit hole before a bitfield: the unnamed bitfield that makes it.
    private void WriteFiller(MemberView member, in PaholeMember placed, in PaholeMember before, in PaholeFrame frame,
        ref MemberCursor cursor)
    {
        if (before.HoleBits == 0 || placed.BitSize == 0)
        {
            return;
        }

        bool toBoundary = before.ByteOffset != placed.ByteOffset;
        if (toBoundary)
        {
            _w.Write((byte)'\n');
            Tabs(cursor.Indent);
            _w.Style(TextStyle.Warning);
            _w.Write("/* Force alignment to the next boundary:"u8);
            EndComment();
        }

        WriteUnnamedBits(member.Type, toBoundary ? 0 : before.HoleBits, frame);
        cursor.HasFiller = true;
    }

    private void WriteUnnamedBits(TypeId type, long bits, in PaholeFrame frame)
    {
        Tabs(frame.Indent);
        WriteDeclaration(type, default, frame);
        _w.Write((byte)':');
        _w.WriteDecimal(bits);
        _w.Write(";\n"u8);
    }

    private void WriteCombined(in PaholeMember placed, in PaholeMember before, ref MemberCursor cursor)
    {
        bool sameUnit = placed.ByteOffset == before.ByteOffset && before.BitSize == 0 && placed.BitSize != 0;
        long distance = placed.ByteOffset - before.ByteOffset;
        if (distance < 0 || sameUnit)
        {
            BeginComment(ref cursor);
            _w.Write("/* Bitfield combined with previous fields"u8);
            EndComment();
        }
        else if (distance > 0 && distance < cursor.LastSizeBytes)
        {
            BeginComment(ref cursor);
            _w.Write("/* Bitfield combined with next fields"u8);
            EndComment();
        }
    }

    private void WriteMember(MemberView member, in PaholeMember placed, PaholeFrame frame)
    {
        TypeView type = _graph[member.Type];
        long offset = placed.ByteOffset;
        if (!frame.IsRelative)
        {
            offset += frame.BaseBytes;
            frame.BaseBytes = offset;
        }

        WriteCachelineBoundary(offset, frame.Indent);
        long start = _w.Length;
        bool isTagged = type.IsComposite || type.IsEnum;
        if (isTagged && (type.IsAnonymous || _options.Expand))
        {
            WriteDeclaration(member.Type, default, frame);
            if (!member.IsAnonymous)
            {
                _w.Write((byte)' ');
                WriteName(member.NameId);
            }
        }
        else
        {
            WriteDeclaration(member.Type, member.NameId, frame);
        }

        if (placed.BitSize != 0)
        {
            _w.Write((byte)':');
            _w.WriteDecimal((ulong)placed.BitSize);
        }

        uint alignment = _options.NoAligned ? 0 : MemberAlignment(placed);
        long alignedStart = _w.Length;
        if (alignment != 0)
        {
            WriteAligned(alignment);
        }

        long alignedLength = _w.Length - alignedStart;
        _w.Write((byte)';');
        long spaces = frame.TypeColumn + frame.NameColumn - (_w.Length - start);
        TypeView body = _options.Compat ? type : BehindQualifiers(type);
        if ((body.IsComposite || body.IsEnum) && body.IsAnonymous)
        {
            long length = alignedLength + (member.IsAnonymous ? -1 : member.Name.Length)
                + (body.Kind == TypeKind.Struct && PrintsAsPacked(body.Id) ? PackedAttributeLength : 0);
            spaces = Math.Abs(frame.TypeColumn + frame.NameColumn - length - 3);
        }

        WritePlace(placed, offset, Math.Max(1, spaces));
    }

    private TypeView BehindQualifiers(TypeView type)
    {
        for (int steps = 0; type.IsQualifier; steps++)
        {
            _budget.Step(steps);
            type = _graph[type.Target];
        }

        return type;
    }

    // " __attribute__((__packed__))" and its terminator, as pahole counts it.
    private const int PackedAttributeLength = 28;

    private void WritePlace(in PaholeMember placed, long offset, long spaces)
    {
        _w.Fill((byte)' ', spaces);
        _w.Style(TextStyle.Comment);
        _w.Write("/* "u8);
        WriteNumber(offset, 5);
        if (placed.BitSize != 0)
        {
            _w.Write((byte)':');
            WriteNumber(placed.BitfieldOffset, 2);
        }

        _w.Write((byte)' ');
        WriteNumber(placed.SizeBytes, placed.BitSize != 0 ? 2 : 5);
        _w.Write(" */"u8);
        _w.Style(TextStyle.Plain);
    }

    private void WriteNumber(long value, int width)
    {
        if (_options.Hex)
        {
            _w.WriteHex((ulong)value, width);
        }
        else
        {
            _w.WriteDecimal(value, width);
        }
    }

    private void WriteCachelineBoundary(long offset, int indent)
    {
        long line = offset / _options.CachelineBytes;
        if (line <= _cacheline)
        {
            return;
        }

        _cacheline = line;
        long boundary = line * _options.CachelineBytes;
        _w.Style(TextStyle.Boundary);
        _w.Write("/* --- cacheline "u8);
        _w.WriteDecimal(line);
        _w.Write(" boundary ("u8);
        _w.WriteDecimal(boundary);
        _w.Write(" bytes)"u8);
        if (offset > boundary)
        {
            _w.Write(" was "u8);
            WriteCount(offset - boundary, "byte"u8);
            _w.Write(" ago"u8);
        }

        _w.Write(" --- */"u8);
        _w.Style(TextStyle.Plain);
        _w.Write((byte)'\n');
        Tabs(indent);
    }

    // What the struct that was just embedded wastes itself.
    private void WriteLastStruct(TypeId id, ref MemberCursor cursor, ref PaholeTotals totals)
    {
        if (_graph.KindOf(id) != TypeKind.Struct)
        {
            return;
        }

        if (_options.Compat)
        {
            _types.JudgeStruct(id);
        }

        PaholeWalk walk = _types.WalkOf(id);
        bool flexible = walk.HasFlexibleArray || walk.HasEmbeddedFlexibleArray;
        if (!flexible && walk is { PaddingBytes: <= 0, PaddingBits: <= 0, Holes: 0, BitHoles: 0 })
        {
            return;
        }

        totals.Count(walk);
        _w.Write((byte)'\n');
        BeginComment(ref cursor);
        _w.Write("/* XXX last struct has"u8);
        bool any = false;
        WritePart(walk.HasFlexibleArray, " a flexible array"u8, ref any);
        WritePart(walk.HasEmbeddedFlexibleArray, " embedded flexible array(s)"u8, ref any);
        WritePart(walk.PaddingBytes, "byte"u8, " of padding"u8, ref any);
        WritePart(walk.PaddingBits, "bit"u8, " of padding"u8, ref any);
        WritePart(walk.Holes, "hole"u8, [], ref any);
        WritePart(walk.BitHoles, "bit hole"u8, [], ref any);
        _w.Write(" */"u8);
        _w.Style(TextStyle.Plain);
    }

    private void WritePart(bool present, ReadOnlySpan<byte> text, ref bool any)
    {
        if (present)
        {
            _w.Write(any ? ","u8 : []);
            _w.Write(text);
            any = true;
        }
    }

    private void WritePart(long count, ReadOnlySpan<byte> noun, ReadOnlySpan<byte> of, ref bool any)
    {
        if (count > 0)
        {
            _w.Write(any ? ", "u8 : " "u8);
            WriteCount(count, noun);
            _w.Write(of);
            any = true;
        }
    }

    // Where a paragraph stands between members, and how large the storage at hand is.
    private struct MemberCursor
    {
        public int Indent;
        public bool IsNewlinePending;
        public bool HasFiller;
        public long LastSizeBytes;

        public void Advance(in PaholeMember placed, in PaholeMember before, bool isFirst)
        {
            HasFiller = false;
            bool moved = isFirst || LastSizeBytes == 0 || before.ByteOffset != placed.ByteOffset;
            if (moved || (before.BitSize == 0 && placed.BitSize != 0))
            {
                LastSizeBytes = placed.SizeBytes;
            }
        }
    }
}
