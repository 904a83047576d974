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
    private readonly TypeColumns _types;
    private readonly Utf8Writer _out;
    private readonly int _maxRenamedBytes;
    private readonly uint[] _copies;
    private readonly NameCounts _tags;
    private readonly NameCounts _identifiers;

    public EmittedNames(TypeColumns types, Utf8Writer output, BpftoolDialect dialect)
    {
        _types = types;
        _out = output;
        _maxRenamedBytes = dialect.MaxRenamedBytes;
        _copies = new uint[types.Count];
        _tags = new NameCounts(types.Graph, (int)types.Count / 12);
        _identifiers = new NameCounts(types.Graph, (int)types.Count / 6);
    }

    /// <summary>Which of the types of this name it is, from 1; counts the name when it is asked for the first time.</summary>
    public uint CopyOf(uint id)
    {
        uint copy = _copies[id];
        if (copy == 0)
        {
            copy = CountFirst(id);
            _copies[id] = copy;
        }

        return copy;
    }

    /// <summary>Prints the C name of a named struct, union, enumeration or typedef.</summary>
    public void Write(uint id) => _out.Write(TextOf(id));

    /// <summary>The C name of a type as bytes: those of its name, or a new array where a number is appended.</summary>
    public ReadOnlySpan<byte> TextOf(uint id) => Text(_types.NameBytes(id), CopyOf(id));

    /// <summary>Prints the C name of an enumerator; each print counts.</summary>
    public void WriteEnumerator(NameId name)
    {
        ReadOnlySpan<byte> bytes = _types.Graph.NameOf(name);
        _out.Write(name.IsNone ? bytes : Text(bytes, _identifiers.Count(name, bytes)));
    }

    /// <summary>The C name of a type whose name was printed, else null.</summary>
    public string? Find(uint id) =>
        _copies[id] == 0 ? null : Encoding.UTF8.GetString(Text(_types.NameBytes(id), _copies[id]));

    // Equal names are rare: a kernel has some hundred.
    private ReadOnlySpan<byte> Text(ReadOnlySpan<byte> name, uint copy)
    {
        if (copy <= 1)
        {
            return name;
        }

        byte[] text = [.. name, .. "___"u8, .. Encoding.UTF8.GetBytes(copy.ToString(CultureInfo.InvariantCulture))];
        return text.AsSpan(0, Math.Min(text.Length, _maxRenamedBytes));
    }

    private uint CountFirst(uint id)
    {
        TypeKind kind = _types.Kind(id);
        bool isCounted = kind is not TypeKind.Forward && !(kind is TypeKind.Enum && _types.View(id).ElementsInList == 0);
        if (!isCounted || !_types.IsNamed(id))
        {
            return 1;
        }

        return (kind == TypeKind.Typedef ? _identifiers : _tags).Count(_types.Name(id), _types.NameBytes(id));
    }
}
