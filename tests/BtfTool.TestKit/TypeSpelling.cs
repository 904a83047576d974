using System.Globalization;
using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.TestKit;

/// <summary>
/// Types as text that does not depend on ids: two graphs with the same lines have the same types. Named structs, unions and
/// enumerations inside others are spelled by name, unnamed ones in full.
/// </summary>
public static class TypeSpelling
{
    private const int MostNesting = 60;

    /// <summary>One line for each struct, union, enumeration, typedef and base type, sorted.</summary>
    /// <param name="graph">The types.</param>
    /// <param name="flatArrays">Whether to take several dimensions for one, as pahole encodes them.</param>
    /// <param name="baseTypes">Whether to list base types.</param>
    public static IReadOnlyList<string> Lines(TypeGraph graph, bool flatArrays = false, bool baseTypes = true)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var lines = new List<string>();
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            bool isBase = type.Kind is TypeKind.Int or TypeKind.Float;
            if (type.IsComposite || type.IsEnum || type.Kind == TypeKind.Typedef || (isBase && baseTypes))
            {
                lines.Add(Body(type, flatArrays, 0));
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>The definition of a type.</summary>
    public static string Body(TypeView type, bool flatArrays = false, int depth = 0)
    {
        var text = new StringBuilder();
        CultureInfo c = CultureInfo.InvariantCulture;
        string name = type.NameString;
        switch (type.Kind)
        {
            case TypeKind.Struct or TypeKind.Union:
                text.Append(c, $"{type.Kind} {name} {type.SizeBytes} {{");
                foreach (MemberView m in type.Members)
                {
                    text.Append(c, $" {m.NameString}@{m.BitOffset}:{m.BitSize} {Spell(type.Graph, m.Type, flatArrays, depth)};");
                }

                return text.Append(" }").ToString();
            case TypeKind.Enum or TypeKind.Enum64:
                text.Append(c, $"{type.Kind} {name} {type.SizeBytes} {(type.Flag ? "signed" : "unsigned")} {{");
                foreach (EnumeratorView e in type.Enumerators)
                {
                    text.Append(c, $" {Encoding.UTF8.GetString(e.Name)}={(type.Kind == TypeKind.Enum ? (int)e.Value : e.Value)}");
                }

                return text.Append(" }").ToString();
            case TypeKind.Typedef:
                return $"Typedef {name} {Spell(type.Graph, type.Target, flatArrays, depth)}";
            case TypeKind.Int:
                return text.Append(c, $"Int {name} {type.SizeBytes} {type.IntEncoding} {type.IntBits}").ToString();
            case TypeKind.Float:
                return text.Append(c, $"Float {name} {type.SizeBytes}").ToString();
            default:
                return Spell(type.Graph, type.Id, flatArrays, depth);
        }
    }

    /// <summary>A type as another one refers to it.</summary>
    public static string Spell(TypeGraph graph, TypeId id, bool flatArrays = false, int depth = 0)
    {
        ArgumentNullException.ThrowIfNull(graph);
        TypeView type = graph[id];
        if (id.IsVoid || depth > MostNesting)
        {
            return id.IsVoid ? "void" : "...";
        }

        string name = type.NameString;
        string Target() => Spell(graph, type.Target, flatArrays, depth + 1);
        switch (type.Kind)
        {
            case TypeKind.Pointer:
                return $"*({Target()})";
            case TypeKind.Const or TypeKind.Volatile or TypeKind.Restrict or TypeKind.Atomic:
                return $"{type.Kind} {Target()}";
            case TypeKind.TypeTag:
                return $"tag({name}) {Target()}";
            case TypeKind.Array:
                ulong count = type.ElementCount;
                TypeId element = type.Target;
                while (flatArrays && graph.KindOf(element) == TypeKind.Array)
                {
                    count *= graph[element].ElementCount;
                    element = graph[element].Target;
                }

                return $"[{count}]{Spell(graph, element, flatArrays, depth + 1)}";
            case TypeKind.FunctionPrototype:
                var parameters = new List<string>();
                foreach (ParameterView p in type.Parameters)
                {
                    parameters.Add(Spell(graph, p.Type, flatArrays, depth + 1));
                }

                return $"fn({string.Join(',', parameters)})->{Target()}";
            case TypeKind.Forward:
                return $"{(type.Flag ? "Union" : "Struct")} {name} declared";
            case TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64:
                return name.Length > 0 ? $"{(type.IsEnum ? "Enum" : type.Kind)} {name}" : Body(type, flatArrays, depth + 1);
            case TypeKind.Function or TypeKind.Variable:
                return $"{type.Kind} {name} {type.Linkage} {Target()}";
            default:
                return name;
        }
    }
}
