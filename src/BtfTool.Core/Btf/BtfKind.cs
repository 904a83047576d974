namespace BtfTool.Core.Btf;

#pragma warning disable CA1707 // Spec constants keep their spec spelling.

/// <summary>Kinds of BTF records (btf.rst, "Type Encoding"; numbers are those of the file).</summary>
public enum BtfKind
{
    /// <summary>Not a record: void.</summary>
    BTF_KIND_UNKN = 0,

    /// <summary>Integer; one word of encoding, offset and bits.</summary>
    BTF_KIND_INT = 1,

    /// <summary>Pointer.</summary>
    BTF_KIND_PTR = 2,

    /// <summary>Array; element type, index type, count.</summary>
    BTF_KIND_ARRAY = 3,

    /// <summary>Struct; members of three words.</summary>
    BTF_KIND_STRUCT = 4,

    /// <summary>Union; members of three words.</summary>
    BTF_KIND_UNION = 5,

    /// <summary>Enumeration; enumerators of two words.</summary>
    BTF_KIND_ENUM = 6,

    /// <summary>Declared struct or union.</summary>
    BTF_KIND_FWD = 7,

    /// <summary>Typedef.</summary>
    BTF_KIND_TYPEDEF = 8,

    /// <summary>volatile.</summary>
    BTF_KIND_VOLATILE = 9,

    /// <summary>const.</summary>
    BTF_KIND_CONST = 10,

    /// <summary>restrict.</summary>
    BTF_KIND_RESTRICT = 11,

    /// <summary>Function.</summary>
    BTF_KIND_FUNC = 12,

    /// <summary>Prototype; parameters of two words.</summary>
    BTF_KIND_FUNC_PROTO = 13,

    /// <summary>Variable; one word of linkage.</summary>
    BTF_KIND_VAR = 14,

    /// <summary>Data section; entries of three words.</summary>
    BTF_KIND_DATASEC = 15,

    /// <summary>Floating point type.</summary>
    BTF_KIND_FLOAT = 16,

    /// <summary>Annotation of a declaration; one word, the component.</summary>
    BTF_KIND_DECL_TAG = 17,

    /// <summary>Annotation of a type.</summary>
    BTF_KIND_TYPE_TAG = 18,

    /// <summary>Enumeration with 64-bit values; enumerators of three words.</summary>
    BTF_KIND_ENUM64 = 19,
}

/// <summary>How long records of a kind are: an entry of the layout section (2026), indexed by kind.</summary>
/// <param name="InfoBytes">Bytes behind the 12 of the record itself.</param>
/// <param name="ElementBytes">Bytes of each of its vlen elements.</param>
/// <param name="Flags">Flags, kept as they are.</param>
public readonly record struct BtfKindLayout(byte InfoBytes, byte ElementBytes, ushort Flags);
