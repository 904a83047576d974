namespace BtfTool.Core.Btf;

/// <summary>
/// Walks the type ids and name offsets of one record, wherever its kind has them (btf.rst, "Type Encoding"). Records of kinds that are
/// not known here have only their name. Allocates nothing.
/// </summary>
internal ref struct BtfFields
{
    private const int HeadWords = 3;

    private readonly ReadOnlySpan<uint> _record;
    private readonly int _elementWords;
    private readonly int _nameAt;
    private readonly int _typeAt;
    private readonly bool _thirdIsType;
    private int _next;

    /// <summary>Starts before the first field of a record.</summary>
    /// <param name="record">All words of the record, in the byte order of this machine.</param>
    internal BtfFields(ReadOnlySpan<uint> record)
    {
        _record = record;
        var kind = (BtfKind)((record[1] >> 24) & 0x7f);
        _thirdIsType = kind is BtfKind.BTF_KIND_PTR or BtfKind.BTF_KIND_TYPEDEF or BtfKind.BTF_KIND_VOLATILE or BtfKind.BTF_KIND_CONST
            or BtfKind.BTF_KIND_RESTRICT or BtfKind.BTF_KIND_TYPE_TAG or BtfKind.BTF_KIND_FUNC or BtfKind.BTF_KIND_FUNC_PROTO
            or BtfKind.BTF_KIND_VAR or BtfKind.BTF_KIND_DECL_TAG;
        (_elementWords, _nameAt, _typeAt) = kind switch
        {
            // An array is one element of which the first two words are ids; its count is no field.
            BtfKind.BTF_KIND_ARRAY => (1, -1, 0),
            BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION => (3, 0, 1),
            BtfKind.BTF_KIND_ENUM => (2, 0, -1),
            BtfKind.BTF_KIND_ENUM64 => (3, 0, -1),
            BtfKind.BTF_KIND_FUNC_PROTO => (2, 0, 1),
            BtfKind.BTF_KIND_DATASEC => (3, -1, 0),
            _ => (0, -1, -1),
        };
        Elements = kind == BtfKind.BTF_KIND_ARRAY ? 2 : _elementWords == 0 ? 0 : (record.Length - HeadWords) / _elementWords;
        Word = -1;
    }

    /// <summary>Position of the field reached by <see cref="MoveNext"/> among the words of the record.</summary>
    internal int Word { get; private set; }

    /// <summary>Whether that field is a name offset; a type id otherwise.</summary>
    internal bool IsName { get; private set; }

    /// <summary>The element that has it: a member, an enumerator, a parameter; -1 for the record itself.</summary>
    internal int Element { get; private set; } = -1;

    /// <summary>How many elements are walked.</summary>
    internal int Elements { get; }

    /// <summary>What the field holds.</summary>
    internal readonly uint Value => _record[Word];

    /// <summary>Goes on to the next field.</summary>
    internal bool MoveNext()
    {
        while (true)
        {
            int at = _next++;
            if (at == 0)
            {
                (Word, IsName) = (0, true);
                return true;
            }

            if (at == 1)
            {
                if (_thirdIsType)
                {
                    (Word, IsName) = (2, false);
                    return true;
                }

                continue;
            }

            Element = (at - 2) / 2;
            if (Element >= Elements)
            {
                return false;
            }

            IsName = at % 2 == 0;
            int inElement = IsName ? _nameAt : _typeAt;
            if (inElement >= 0)
            {
                Word = HeadWords + (Element * _elementWords) + inElement;
                return true;
            }
        }
    }
}
