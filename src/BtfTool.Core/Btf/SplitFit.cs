using System.Globalization;
using BtfTool.Core.Types;

namespace BtfTool.Core.Btf;

/// <summary>
/// Whether split BTF makes sense over a base. The format does not say which base is meant, so names and references are looked at as
/// the kernel's verifier does: a name begins where a string begins, and a reference leads to a kind of type that can stand there. With
/// the base of another build one of them fails soon.
/// </summary>
internal static class SplitFit
{
    /// <summary>The first name that does not begin where a string begins, or null. Cost: linear in the split file.</summary>
    internal static string? FirstWrongName(BtfFile file)
    {
        uint end = file.FirstName + (uint)file.Strings.Length;
        ReadOnlySpan<uint> words = file.Words;
        uint id = file.FirstId;
        for (int at = 0; at < words.Length; id++)
        {
            int length = file.RecordWords(words, at);
            var fields = new BtfFields(words.Slice(at, length));
            while (fields.MoveNext())
            {
                uint name = fields.IsName ? fields.Value : 0;
                bool isOutside = name >= end && name != 0;
                if (isOutside || (name != 0 && name != file.FirstName && ByteBefore(file, name) != 0))
                {
                    string element = fields.Element < 0 ? "" : $"element {fields.Element} of ";
                    return $"{element}type {id} has a name at string offset {name}, "
                        + (isOutside ? $"strings end at {end}" : "where no string begins");
                }
            }

            at += length;
        }

        return null;
    }

    /// <summary>The first reference to the base that cannot be meant, or null. Cost: linear in the graph's own segment.</summary>
    internal static string? FirstWrongReference(TypeGraph graph)
    {
        for (uint id = graph.FirstOwnType.Value; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            string? wrong = type.Kind switch
            {
                TypeKind.Struct or TypeKind.Union => WrongMember(type),
                TypeKind.FunctionPrototype => WrongParameter(type),
                TypeKind.DataSection => WrongVariable(type),
                TypeKind.Array => Wrong(type, type.Target, Place.Value) ?? Wrong(type, type.IndexType, Place.Value),
                TypeKind.Function => Wrong(type, type.Target, Place.Prototype),
                TypeKind.Variable => Wrong(type, type.Target, Place.Value),
                TypeKind.DeclTag => Wrong(type, type.Target, Place.Tagged),
                TypeKind.Pointer or TypeKind.Typedef or TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.TypeTag
                    => Wrong(type, type.Target, Place.Type),
                _ => null,
            };
            if (wrong is not null)
            {
                return wrong;
            }
        }

        return null;
    }

    /// <summary>What the file says of the base that it was made for, where that is another one; empty when it does not show.</summary>
    internal static string Evidence(BtfFile file)
    {
        BtfFile baseFile = file.Base!;
        (uint lastType, uint lastName) = LastReferences(file);
        uint names = baseFile.FirstName + (uint)baseFile.Strings.Length;
        var says = new List<string>();
        if (lastType >= file.EndId)
        {
            says.Add(string.Create(CultureInfo.InvariantCulture,
                $"the base has {baseFile.EndId - 1:N0} types, and this file with {file.RecordCount:N0} types refers to type {lastType:N0}"));
        }

        // The last string of the file is named by some record: writers keep no others.
        ReadOnlySpan<byte> strings = file.Strings;
        long last = strings.Length < 2 ? -1 : strings[..^1].LastIndexOf((byte)0) + 1;
        if (last >= 0 && lastName >= last && lastName - last != names)
        {
            says.Add(string.Create(CultureInfo.InvariantCulture,
                $"the base has {names:N0} bytes of names, and this file was made for one with {lastName - last:N0}"));
        }

        return string.Join("; ", says);
    }

    /// <summary>The highest type id and the highest name offset that any record has. Cost: linear in the file.</summary>
    internal static (uint Type, uint Name) LastReferences(BtfFile file)
    {
        uint type = 0, name = 0;
        ReadOnlySpan<uint> words = file.Words;
        for (int at = 0; at < words.Length;)
        {
            int length = file.RecordWords(words, at);
            var fields = new BtfFields(words.Slice(at, length));
            while (fields.MoveNext())
            {
                _ = fields.IsName ? name = Math.Max(name, fields.Value) : type = Math.Max(type, fields.Value);
            }

            at += length;
        }

        return (type, name);
    }

    private static byte ByteBefore(BtfFile file, uint name)
    {
        while (name - 1 < file.FirstName)
        {
            file = file.Base!;
        }

        return file.Strings[(int)(name - 1 - file.FirstName)];
    }

    private static string? WrongMember(TypeView type)
    {
        string? wrong = null;
        foreach (MemberView member in type.Members)
        {
            wrong ??= Wrong(type, member.Type, Place.Value);
        }

        return wrong;
    }

    private static string? WrongParameter(TypeView type)
    {
        string? wrong = Wrong(type, type.Target, Place.Value);
        foreach (ParameterView parameter in type.Parameters)
        {
            wrong ??= Wrong(type, parameter.Type, Place.Value);
        }

        return wrong;
    }

    private static string? WrongVariable(TypeView type)
    {
        string? wrong = null;
        foreach (SectionEntryView entry in type.Entries)
        {
            wrong ??= Wrong(type, entry.Type, Place.Section);
        }

        return wrong;
    }

    private static bool IsOfBase(TypeView type, TypeId id) => id.Value < type.Graph.FirstId;

    private static string? Wrong(TypeView type, TypeId target, Place place)
    {
        if (!IsOfBase(type, target) || CanStandAt(type.Graph.KindOf(target), place))
        {
            return null;
        }

        return $"{Describe(type)} refers to {Describe(type.Graph[target])}, which cannot stand there";
    }

    private static bool CanStandAt(TypeKind kind, Place place)
    {
        bool isType = kind is not (TypeKind.Function or TypeKind.Variable or TypeKind.DataSection or TypeKind.DeclTag);
        return kind == TypeKind.Unknown || place switch
        {
            Place.Prototype => kind == TypeKind.FunctionPrototype,
            Place.Tagged => kind is TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Forward or TypeKind.Typedef
                or TypeKind.Function or TypeKind.Variable,
            Place.Section => kind is TypeKind.Variable or TypeKind.Function,
            Place.Value => isType && kind != TypeKind.FunctionPrototype,
            _ => isType,
        };
    }

    private static string Describe(TypeView type)
    {
        string name = type.IsAnonymous ? "" : $" '{type.NameString}'";
        return type.Id.IsVoid ? "void" : $"type {type.Id} ({type.Kind}{name})";
    }

    // What a reference is for.
    private enum Place
    {
        Type,
        Value,
        Prototype,
        Tagged,
        Section,
    }
}
