using System.Globalization;
using System.Text;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// The C names of types. BTF may have several types of one name, C may not: names are counted when they are printed first, tags (struct,
/// union, enum and base type names) apart from identifiers (typedefs, enumerators), and the k-th equal name gets <c>___k</c>.
/// </summary>
internal sealed class EmittedNames
{
    // Underscores and the digits of a 32-bit number.
    private const int MaxSuffixBytes = 3 + 10;

    private readonly TypeColumns _types;
    private readonly Utf8Writer _out;
    private readonly int _maxRenamedBytes;
    private readonly NameCounts _tags;
    private readonly NameCounts _identifiers;

    // Which copies the types are that are not the first of their name.
    private readonly Dictionary<uint, uint> _copies = [];

    public EmittedNames(TypeColumns types, Utf8Writer output, BpftoolDialect dialect)
    {
        _types = types;
        _out = output;
        _maxRenamedBytes = dialect.MaxRenamedBytes;
        _tags = new NameCounts(types.Graph, (int)types.Count / 12);
        _identifiers = new NameCounts(types.Graph, (int)Math.Min(types.EnumeratorCount + (types.Count / 30L), int.MaxValue / 4));
    }

    /// <summary>Which of the types of this name it is, from 1; counts the name when it is asked for the first time.</summary>
    public uint CopyOf(uint id)
    {
        if (!_types.Has(id, TypeMarks.Counted))
        {
            CountFirst(id);
        }

        return _types.Has(id, TypeMarks.Renamed) ? _copies[id] : 1;
    }

    /// <summary>Prints the C name of a named struct, union, enumeration or typedef.</summary>
    public void Write(uint id)
    {
        if (!_types.Has(id, TypeMarks.Counted))
        {
            CountFirst(id);
        }

        if (_types.Has(id, TypeMarks.Respelled))
        {
            _out.Write(_types.RespelledName(id));
        }
        else if (_types.Has(id, TypeMarks.Renamed))
        {
            WriteCopy(_types.NameBytes(id), _copies[id]);
        }
        else
        {
            _out.WriteTerminated(_types.NameTail(_types.Name(id).Value));
        }
    }

    /// <summary>The C name of a type as bytes: those of its name, or a new array where a number is appended.</summary>
    public ReadOnlySpan<byte> TextOf(uint id)
    {
        uint copy = CopyOf(id);
        return _types.Has(id, TypeMarks.Respelled) ? _types.RespelledName(id) : Text(_types.NameBytes(id), copy);
    }

    /// <summary>Prints the C name of an enumerator; each print counts.</summary>
    public void WriteEnumerator(NameId name)
    {
        if (!name.IsNone)
        {
            uint copy = _identifiers.Count(name, out ReadOnlySpan<byte> bytes);
            WriteCopy(bytes, copy);
        }
    }

    /// <summary>The C name of a type whose name was printed, else null.</summary>
    public string? Find(uint id) =>
        _types.Has(id, TypeMarks.Counted) ? Encoding.UTF8.GetString(TextOf(id)) : null;

    // Equal names are rare: a kernel has some hundred.
    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> name, uint copy)
    {
        if (copy <= 1)
        {
            return name;
        }

        Span<byte> suffix = stackalloc byte[MaxSuffixBytes];
        byte[] text = [.. name, .. suffix[..Suffix(copy, suffix)]];
        return text.AsSpan(0, Math.Min(text.Length, _maxRenamedBytes));
    }

    // The same without an array: a name may be long, and be printed often.
    private void WriteCopy(ReadOnlySpan<byte> name, uint copy)
    {
        if (copy <= 1)
        {
            _out.Write(name);
            return;
        }

        Span<byte> suffix = stackalloc byte[MaxSuffixBytes];
        int length = Suffix(copy, suffix);
        int nameBytes = Math.Min(name.Length, _maxRenamedBytes);
        _out.Write(name[..nameBytes]);
        _out.Write(suffix[..Math.Min(length, _maxRenamedBytes - nameBytes)]);
    }

    private static int Suffix(uint copy, Span<byte> suffix)
    {
        "___"u8.CopyTo(suffix);
        _ = copy.TryFormat(suffix[3..], out int digits, default, CultureInfo.InvariantCulture);
        return 3 + digits;
    }

    private void CountFirst(uint id)
    {
        _types.Set(id, TypeMarks.Counted);
        TypeKind kind = _types.Kind(id);
        bool isCounted = kind is not TypeKind.Forward && !(kind is TypeKind.Enum && _types.Enumerators(id).IsEmpty);
        if (!isCounted || !_types.IsNamed(id))
        {
            return;
        }

        uint copy = (kind == TypeKind.Typedef ? _identifiers : _tags).Count(_types.Name(id));
        if (copy > 1)
        {
            _types.Set(id, TypeMarks.Renamed);
            _copies[id] = copy;
        }
    }
}
