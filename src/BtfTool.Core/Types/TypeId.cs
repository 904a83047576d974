using System.Globalization;

namespace BtfTool.Core.Types;

/// <summary>
/// A type of one <see cref="TypeGraph"/>: 4 bytes, 0 is void. Ids stay those of the file; a split graph goes on after
/// the last id of its base. Across graphs an id says nothing: use <see cref="TypeRef"/>.
/// </summary>
/// <param name="Value">The id; valid from 0 to <see cref="TypeGraph.TypeCount"/> - 1.</param>
public readonly record struct TypeId(uint Value) : IComparable<TypeId>
{
    /// <summary>The type that is no type.</summary>
    public static TypeId Void => default;

    /// <summary>True for id 0.</summary>
    public bool IsVoid => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(TypeId other) => Value.CompareTo(other.Value);

    /// <summary>The id in decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>By id.</summary>
    public static bool operator <(TypeId left, TypeId right) => left.Value < right.Value;

    /// <summary>By id.</summary>
    public static bool operator >(TypeId left, TypeId right) => left.Value > right.Value;

    /// <summary>By id.</summary>
    public static bool operator <=(TypeId left, TypeId right) => left.Value <= right.Value;

    /// <summary>By id.</summary>
    public static bool operator >=(TypeId left, TypeId right) => left.Value >= right.Value;
}

/// <summary>
/// The place of a name in the pools of a <see cref="TypeGraph"/>, layered as ids are; 0 is the empty name of what is anonymous.
/// Two ids may spell the same name: compare the bytes.
/// </summary>
/// <param name="Value">Byte offset in the layered pools.</param>
public readonly record struct NameId(uint Value)
{
    /// <summary>True for offset 0, which anonymous types and members have.</summary>
    public bool IsNone => Value == 0;
}

/// <summary>A type of one of several graphs whose ids overlap (modules over one kernel).</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Id">The type in it.</param>
public readonly record struct TypeRef(TypeGraph Graph, TypeId Id)
{
    /// <summary>The type itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not of the graph.</exception>
    public TypeView View => Graph[Id];
}
