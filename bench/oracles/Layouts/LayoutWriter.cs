using System.Globalization;
using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Oracles;

/// <summary>
/// Describes types in one line each, in words that every debugger can be made to say: what layouts.py in this folder writes of drgn
/// and gdb. A named type counts by its name, one without a name by all that it holds.
/// </summary>
internal sealed class LayoutWriter(TypeGraph graph, bool plain)
{
    private const int MaxDepth = 64;

    /// <summary>A named struct or union: kind, name, size, members.</summary>
    public string Describe(TypeView type)
    {
        var text = new StringBuilder();
        text.Append(type.Kind == TypeKind.Struct ? "struct " : "union ").Append(type.NameString);
        Body(type, text, 0);
        return text.ToString();
    }

    private void Body(TypeView type, StringBuilder text, int depth)
    {
        text.Append(CultureInfo.InvariantCulture, $" {type.SizeBytes} {{");
        foreach (MemberView member in type.Members)
        {
            text.Append(CultureInfo.InvariantCulture, $"{member.NameString}@{member.BitOffset}");
            if (member.IsBitfield)
            {
                text.Append(CultureInfo.InvariantCulture, $":{member.BitSize}");
            }

            text.Append(' ');
            Spell(member.Type, text, depth);
            text.Append("; ");
        }

        text.Append('}');
    }

    private void Spell(TypeId id, StringBuilder text, int depth)
    {
        TypeView type = graph[id];
        if (depth > MaxDepth)
        {
            text.Append("...");
            return;
        }

        switch (type.Kind)
        {
            case TypeKind.Void:
                text.Append("void");
                break;
            case TypeKind.Struct or TypeKind.Union:
                text.Append(type.Kind == TypeKind.Struct ? "struct" : "union");
                NameOr(type, text, () => Body(type, text, depth + 1));
                break;
            case TypeKind.Forward:
                text.Append(type.Flag ? "union " : "struct ").Append(type.NameString);
                break;
            case TypeKind.Enum or TypeKind.Enum64:
                text.Append("enum");
                NameOr(type, text, () => Enumerators(type, text));
                break;
            case TypeKind.Pointer:
                text.Append("*(");
                Spell(type.Target, text, depth + 1);
                text.Append(')');
                break;
            case TypeKind.Array:
                Array(type, text, depth);
                break;
            case TypeKind.FunctionPrototype:
                Prototype(type, text, depth);
                break;
            case TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic:
                Qualified(type, text, depth);
                break;
            case TypeKind.TypeTag:
                Spell(type.Target, text, depth + 1);
                break;
            case TypeKind.Int or TypeKind.Float when plain:
                text.Append(CultureInfo.InvariantCulture, $"base{type.SizeBytes}");
                break;
            default:
                text.Append(type.NameString);
                break;
        }
    }

    private static void NameOr(TypeView type, StringBuilder text, Action body)
    {
        if (type.IsAnonymous)
        {
            body();
        }
        else
        {
            text.Append(' ').Append(type.NameString);
        }
    }

    private static void Enumerators(TypeView type, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $" {type.SizeBytes} {{");
        foreach (EnumeratorView value in type.Enumerators)
        {
            long number = type.Kind == TypeKind.Enum && !type.Flag ? (uint)value.Value : value.Value;
            text.Append(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(value.Name)}={number}; ");
        }

        text.Append('}');
    }

    // pahole's BTF has one dimension of them all.
    private void Array(TypeView type, StringBuilder text, int depth)
    {
        ulong count = type.ElementCount;
        while (plain && graph.KindOf(type.Target) == TypeKind.Array)
        {
            type = graph[type.Target];
            count *= type.ElementCount;
        }

        text.Append(CultureInfo.InvariantCulture, $"[{count}]");
        Spell(type.Target, text, depth + 1);
    }

    private void Prototype(TypeView type, StringBuilder text, int depth)
    {
        Spell(type.Target, text, depth + 1);
        text.Append('(');
        foreach (ParameterView parameter in type.Parameters)
        {
            Spell(parameter.Type, text, depth + 1);
            text.Append(", ");
        }

        text.Append(')');
    }

    // A debugger holds qualifiers as a set.
    private void Qualified(TypeView type, StringBuilder text, int depth)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        while (type.IsQualifier || type.Kind == TypeKind.TypeTag)
        {
            if (type.Kind is TypeKind.Const or TypeKind.Volatile)
            {
                words.Add(type.Kind == TypeKind.Const ? "const " : "volatile ");
            }
            else if (!plain && type.IsQualifier)
            {
                words.Add(type.Kind == TypeKind.Restrict ? "restrict " : "atomic ");
            }

            type = graph[type.Target];
        }

        text.AppendJoin("", words);
        Spell(type.Id, text, depth + 1);
    }
}
