namespace BtfTool.Core.Types;

/// <summary>
/// What a type is. Values below 32 are those of BTF (btf.rst, "Type Encoding"); the others exist in DWARF only.
/// </summary>
public enum TypeKind : byte
{
    /// <summary>void; only id 0.</summary>
    Void = 0,

    /// <summary>An integer, character or boolean base type.</summary>
    Int = 1,

    /// <summary>A pointer; its target may be void.</summary>
    Pointer = 2,

    /// <summary>An array of one dimension; more dimensions nest.</summary>
    Array = 3,

    /// <summary>A struct.</summary>
    Struct = 4,

    /// <summary>A union.</summary>
    Union = 5,

    /// <summary>An enumeration whose values fit 32 bits.</summary>
    Enum = 6,

    /// <summary>A struct or union that is declared and not defined.</summary>
    Forward = 7,

    /// <summary>A typedef.</summary>
    Typedef = 8,

    /// <summary>The volatile qualifier.</summary>
    Volatile = 9,

    /// <summary>The const qualifier.</summary>
    Const = 10,

    /// <summary>The restrict qualifier.</summary>
    Restrict = 11,

    /// <summary>A function; its target is the prototype.</summary>
    Function = 12,

    /// <summary>A function's return type and parameters.</summary>
    FunctionPrototype = 13,

    /// <summary>A global variable.</summary>
    Variable = 14,

    /// <summary>A data section with the variables that lie in it.</summary>
    DataSection = 15,

    /// <summary>A floating point base type.</summary>
    Float = 16,

    /// <summary>An annotation of a type, a member, a parameter, a function or a variable.</summary>
    DeclTag = 17,

    /// <summary>An annotation inside a chain of types (<c>__user</c>, <c>__rcu</c>).</summary>
    TypeTag = 18,

    /// <summary>An enumeration with 64-bit values.</summary>
    Enum64 = 19,

    /// <summary>A BTF kind that this version does not know; <see cref="TypeView.RawKind"/> has its number.</summary>
    Unknown = 31,

    /// <summary>The <c>_Atomic</c> qualifier.</summary>
    Atomic = 32,
}

/// <summary>What a <see cref="TypeKind.Int"/> holds: the encoding bits of btf.rst, BTF_KIND_INT.</summary>
[Flags]
public enum IntEncoding : byte
{
    /// <summary>Unsigned.</summary>
    None = 0,

    /// <summary>Signed.</summary>
    Signed = 1,

    /// <summary>A character.</summary>
    Char = 2,

    /// <summary>A boolean.</summary>
    Bool = 4,
}

/// <summary>Optional columns of a graph: what BTF cannot say and DWARF can. An emitter asks for these, never for the format.</summary>
public enum Facet
{
    /// <summary>Alignment written in the source, of types and of members.</summary>
    DeclaredAlignment,

    /// <summary>
    /// That what has no <see cref="DeclaredAlignment"/> was written without: the format says it of all (DWARF 5). What is older says what the
    /// compiler adds to it: clang 14 that of members and structs, and not that of typedefs.
    /// </summary>
    EveryAlignment,

    /// <summary>Addresses of functions and variables.</summary>
    Address,

    /// <summary>
    /// Types are those of the declarations in the source and not of an encoding of them: an array of arrays is one array with several
    /// dimensions, a floating point type has the name that it was declared with.
    /// </summary>
    SourceDeclarations,

    /// <summary>File and line of declarations.</summary>
    DeclarationPlace,

    /// <summary>The sections that addresses of functions and variables lie in.</summary>
    AddressSection,
}
