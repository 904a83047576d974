using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Tests;

/// <summary>Makes small graphs, types by hand and names by string.</summary>
internal sealed class HeadersGraph
{
    private readonly List<byte> _pool = [0];

    public TypeGraphBuilder Types { get; } = new("test", "", null);

    /// <summary>A name; equal names get places of their own, as nothing promises that names are shared.</summary>
    public NameId Name(string name)
    {
        if (name.Length == 0)
        {
            return default;
        }

        var id = new NameId((uint)_pool.Count);
        _pool.AddRange(Encoding.UTF8.GetBytes(name));
        _pool.Add(0);
        return id;
    }

    public TypeId Int(string name = "int", ulong sizeBytes = 4) =>
        Types.AddInt(Name(name), sizeBytes, IntEncoding.Signed, 0, (int)sizeBytes * 8);

    public TypeId Pointer(TypeId target) => Types.AddReference(TypeKind.Pointer, default, target);

    public TypeId Typedef(string name, TypeId target) => Types.AddReference(TypeKind.Typedef, Name(name), target);

    public TypeId Reference(TypeKind kind, TypeId target, string name = "") => Types.AddReference(kind, Name(name), target);

    public TypeId Array(TypeId element, ulong count) => Types.AddArray(default, element, element, count);

    public TypeId Struct(string name, ulong sizeBytes, params (string Name, TypeId Type, ulong BitOffset, uint BitSize)[] members) =>
        Composite(TypeKind.Struct, name, sizeBytes, members);

    public TypeId Composite(TypeKind kind, string name, ulong sizeBytes, params (string Name, TypeId Type, ulong BitOffset, uint BitSize)[] members)
    {
        TypeId id = Types.AddComposite(kind, Name(name), sizeBytes, true);
        foreach ((string member, TypeId type, ulong bitOffset, uint bitSize) in members)
        {
            Types.AddMember(Name(member), type, bitOffset, bitSize);
        }

        return id;
    }

    public TypeId Enum(string name, ulong sizeBytes, params (string Name, long Value)[] enumerators) =>
        Enum(TypeKind.Enum, name, sizeBytes, false, enumerators);

    public TypeId Enum(TypeKind kind, string name, ulong sizeBytes, bool signed, params (string Name, long Value)[] enumerators)
    {
        TypeId id = Types.AddEnum(kind, Name(name), sizeBytes, signed);
        foreach ((string enumerator, long value) in enumerators)
        {
            Types.AddEnumerator(Name(enumerator), value);
        }

        return id;
    }

    public TypeId Prototype(TypeId returns, params (string Name, TypeId Type)[] parameters)
    {
        TypeId id = Types.AddPrototype(default, returns);
        foreach ((string name, TypeId type) in parameters)
        {
            Types.AddParameter(Name(name), type);
        }

        return id;
    }

    public TypeGraph Build()
    {
        Types.SetNames([.. _pool]);
        return Types.Build();
    }
}
