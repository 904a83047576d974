using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>Writes definitions and forward declarations: structs, unions, enumerations and typedefs. Rule: libbpf 1.8.</summary>
internal sealed class DefinitionWriter
{
    /// <summary>Deepest indentation; bpftool has a string of 13 tabs.</summary>
    private const int MaxTabs = 13;

    /// <summary>Names so far ahead are fetched while others are written: a pool of names is larger than the caches.</summary>
    private const int Ahead = 4;

    private static ReadOnlySpan<byte> NewLine => "\n\t\t\t\t\t\t\t\t\t\t\t\t\t"u8;

    private readonly TypeColumns _types;
    private readonly EmittedNames _names;
    private readonly MemberLayout _layout;
    private readonly BpftoolDialect _dialect;
    private readonly HeaderDiagnostics _diagnostics;
    private readonly Utf8Writer _out;
    private readonly PaddingWriter _padding;
    private readonly HeaderPieces? _pieces;

    public DefinitionWriter(TypeColumns types, EmittedNames names, EmissionBudget budget, BpftoolDialect dialect,
        HeaderDiagnostics diagnostics, Utf8Writer output, HeaderPieces? pieces = null)
    {
        _pieces = pieces;
        _types = types;
        _names = names;
        _dialect = dialect;
        _diagnostics = diagnostics;
        _out = output;
        _layout = new MemberLayout(types, budget, dialect);
        _padding = new PaddingWriter(output, budget, dialect, types.Graph.PointerSizeBytes);
        Declarations = new DeclarationWriter(types, names, this, budget, dialect, output);
    }

    /// <summary>What is known of alignments and sizes.</summary>
    public MemberLayout Layout => _layout;

    /// <summary>Writes what definitions are made of.</summary>
    public DeclarationWriter Declarations { get; }

    /// <summary>Writes keyword and name, or the whole definition where there is no name.</summary>
    public void WriteUse(uint id, TypeKind kind, int level)
    {
        bool isEnum = kind is TypeKind.Enum or TypeKind.Enum64;
        if (!_types.IsNamed(id))
        {
            if (isEnum)
            {
                WriteEnum(id, level);
            }
            else
            {
                WriteComposite(id, level);
            }

            return;
        }

        _out.Write(isEnum ? "enum "u8 : kind == TypeKind.Struct ? "struct "u8 : "union "u8);
        _names.Write(id);
    }

    /// <summary>Writes <c>struct N</c> or <c>union N</c> of a forward, whose name never counts, or of a definition.</summary>
    public void WriteForward(uint id)
    {
        TypeKind kind = _types.Kind(id);
        bool isUnion = kind == TypeKind.Union || (kind == TypeKind.Forward && _types.Flag(id));
        _out.Write(isUnion ? "union "u8 : "struct "u8);
        _names.Write(id);
    }

    /// <summary>Writes a typedef without the semicolon.</summary>
    public void WriteTypedef(uint id)
    {
        _out.Write("typedef "u8);
        uint copy = _names.CopyOf(id);
        if (copy == 1 && BpftoolDialect.IsUndescribedVaList(_types.NameBytes(id), new TypeId(_types.DirectTarget(id))))
        {
            _out.Write("__builtin_va_list __gnuc_va_list"u8);
            return;
        }

        Declarations.Write(_types.DirectTarget(id), _names.TextOf(id), 0);
        WriteAlignment(_layout.DeclaredAlignmentBytes(id));
    }

    private void WriteAlignment(uint bytes)
    {
        if (bytes != 0)
        {
            _out.Write(" __attribute__((aligned("u8);
            _out.WriteDecimal(bytes);
            _out.Write(")))"u8);
        }
    }

    /// <summary>Writes the definition of a struct or union without the semicolon.</summary>
    public void WriteComposite(uint id, int level)
    {
        bool isStruct = _types.Kind(id) == TypeKind.Struct;
        bool isPacked = isStruct && _layout.IsPacked(id);
        ulong sizeBytes = _types.DirectSize(id);
        WriteHead(id, isStruct ? "struct"u8 : "union"u8);
        _out.Write(" {"u8);
        long end = WriteMembers(id, isPacked, level + 1);
        if (isStruct)
        {
            long size = EndBit(0, sizeBytes);
            if (end < size)
            {
                uint alignment = Math.Max(isPacked ? 1 : _layout.AlignmentBytes(id), _layout.DeclaredAlignmentBytes(id));
                _padding.Fill(end, size, alignment, false, level + 1);
            }
        }

        if (sizeBytes > 0 || !_types.Members(id).IsEmpty)
        {
            Indent(_out, level);
        }

        _out.Write((byte)'}');
        if (isPacked)
        {
            _out.Write(" __attribute__((packed))"u8);
        }

        WriteAlignment(_layout.DeclaredAlignmentBytes(id));
    }

    /// <summary>Writes the definition of an enumeration without the semicolon.</summary>
    public void WriteEnum(uint id, int level)
    {
        WriteHead(id, "enum"u8);
        ReadOnlySpan<EnumeratorRow> enumerators = _types.Enumerators(id);
        if (enumerators.IsEmpty)
        {
            return;
        }

        bool isWide = _types.Kind(id) == TypeKind.Enum64;
        bool isSigned = _types.Flag(id);
        bool fitsWord = true;
        _out.Write(" {"u8);
        for (int i = 0; i < enumerators.Length; i++)
        {
            ref readonly EnumeratorRow enumerator = ref enumerators[i];
            if (i + Ahead < enumerators.Length)
            {
                _types.Graph.PrefetchName(new NameId(enumerators[i + Ahead].Name));
            }

            Indent(_out, level + 1);
            _names.WriteEnumerator(new NameId(enumerator.Name));
            _out.Write(" = "u8);
            WriteValue((long)enumerator.Value, isWide, isSigned);
            _out.Write((byte)',');
            fitsWord &= !isWide || enumerator.Value <= uint.MaxValue;
        }

        Indent(_out, level);
        _out.Write((byte)'}');
        ulong sizeBytes = _types.DirectSize(id);
        if (sizeBytes == 1)
        {
            _out.Write(" __attribute__((mode(byte)))"u8);
        }
        else if (sizeBytes == 2 && !_dialect.KnowsBtfOnly)
        {
            _out.Write(" __attribute__((mode(HI)))"u8);
        }
        else if (sizeBytes == 8 && _types.Graph.PointerSizeBytes == 8 && fitsWord)
        {
            _out.Write(" __attribute__((mode(word)))"u8);
        }
    }

    // Returns where the last member ends, in bits.
    private long WriteMembers(uint id, bool isPacked, int level)
    {
        long current = 0;
        bool afterBitfield = false;
        bool leftOut = false;
        ReadOnlySpan<MemberRow> members = _types.Members(id);
        for (int i = 0; i < members.Length; i++)
        {
            ref readonly MemberRow member = ref members[i];
            if (i + Ahead < members.Length)
            {
                _types.Graph.PrefetchName(new NameId(members[i + Ahead].Name));
            }

            uint memberType = member.Type;
            if (_layout.LeavesOut(memberType))
            {
                _diagnostics.LeftOutMember(id, _types.View(id).Members[i]);
                leftOut = true;
                continue;
            }

            bool isBitfield = member.BitSize != 0;
            long offset = _dialect.WrapsBitOffsets ? unchecked((int)member.BitOffset) : (long)member.BitOffset;
            if (current < offset)
            {
                uint alignment = isPacked ? 1 : _layout.AlignmentBytes(memberType);
                _padding.Fill(current, offset, alignment, afterBitfield && isBitfield, level);
            }

            Indent(_out, level);
            _pieces?.BeginMember(offset);
            WriteDeclaration(memberType, member, level);
            if (isBitfield)
            {
                _out.Write(": "u8);
                _out.WriteDecimal(member.BitSize);
                current = offset + member.BitSize;
            }
            else
            {
                current = EndBit(offset, _layout.SizeBytes(memberType));
            }

            WriteAlignment(_layout.DeclaredMemberAlignmentBytes(id, i));
            afterBitfield = isBitfield;
            _out.Write((byte)';');
            _pieces?.EndMember(offset, isBitfield ? member.BitSize : 0, _layout.SizeBytes(memberType), new NameId(member.Name));
        }

        if (leftOut && _types.Kind(id) == TypeKind.Union)
        {
            StandIn(_types.DirectSize(id), level);
        }

        return current;
    }

    // In C++ a bool may have more than one bit.
    private void WriteDeclaration(uint type, in MemberRow member, int level)
    {
        if (member.BitSize > 1 && !_dialect.KnowsBtfOnly && _types.Kind(type) == TypeKind.Int
            && (_types.View(type).IntEncoding & IntEncoding.Bool) != 0)
        {
            _out.Write("unsigned char "u8);
            _out.WriteTerminated(_types.NameTail(member.Name));
            return;
        }

        Declarations.Write(type, _types.NameTail(member.Name), level);
    }

    // A struct is padded to its size; a union that has lost a member needs another one of its size.
    private void StandIn(ulong sizeBytes, int level)
    {
        if (sizeBytes > 0)
        {
            Indent(_out, level);
            _out.Write("char __left_out["u8);
            _out.WriteDecimal(sizeBytes);
            _out.Write("];"u8);
        }
    }

    private void WriteHead(uint id, ReadOnlySpan<byte> keyword)
    {
        _out.Write(keyword);
        if (_types.IsNamed(id))
        {
            _out.Write((byte)' ');
            _names.Write(id);
        }
    }

    private void WriteValue(long value, bool isWide, bool isSigned)
    {
        if (!isWide)
        {
            _out.WriteDecimal(isSigned ? unchecked((int)value) : unchecked((uint)value));
            return;
        }

        if (isSigned)
        {
            _out.WriteDecimal(value);
        }
        else
        {
            _out.WriteDecimal((ulong)value);
        }

        _out.Write(isSigned ? "LL"u8 : "ULL"u8);
    }

    private long EndBit(long offset, ulong sizeBytes)
    {
        long bits = unchecked(offset + ((long)sizeBytes * 8));
        return _dialect.WrapsBitOffsets ? unchecked((int)bits) : bits;
    }

    /// <summary>Begins a line.</summary>
    public static void Indent(Utf8Writer output, int level)
    {
        if (level == 1)
        {
            output.Write("\n\t"u8);
        }
        else
        {
            output.Write(NewLine[..(1 + Math.Min(level, MaxTabs))]);
        }
    }
}
