using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace BtfTool.TestKit;

/// <summary>
/// What an assembly promises: its public types with their public and protected members, as C# has them, one a line and sorted. Left out
/// is what the compiler adds to records.
/// </summary>
public static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The text.</summary>
    public static string Of(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var text = new StringBuilder();
        foreach (IGrouping<string?, Type> group in assembly.GetExportedTypes().GroupBy(type => type.Namespace).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append("namespace ").Append(group.Key).Append("\n\n");
            foreach (Type type in group.OrderBy(NestedName, StringComparer.Ordinal))
            {
                text.Append(HeadOf(type)).Append('\n');
                foreach (string line in LinesOf(type).Distinct().Order(StringComparer.Ordinal))
                {
                    text.Append("    ").Append(line).Append('\n');
                }

                text.Append('\n');
            }
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static IEnumerable<string> LinesOf(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => name + " = " + Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture));
        }

        if (IsDelegate(type))
        {
            return [];
        }

        return type.GetFields(Declared).Where(field => IsVisible(field.Attributes) && !field.IsSpecialName).Select(Line)
            .Concat(type.GetConstructors(Declared).Where(method => IsVisible(method) && !IsGenerated(method)).Select(method => Line(method, "new")))
            .Concat(type.GetProperties(Declared).Where(property => AccessorsOf(property).Any()).Select(Line))
            .Concat(type.GetMethods(Declared).Where(method => IsVisible(method) && !IsAccessor(method) && !IsGenerated(method)).Select(Line));
    }

    private static string HeadOf(Type type)
    {
        string name = NestedName(type);
        if (IsDelegate(type))
        {
            return "delegate " + Line(type.GetMethod("Invoke")!).Replace("virtual ", "", StringComparison.Ordinal).Replace("Invoke(", name + "(", StringComparison.Ordinal);
        }

        if (type.IsEnum)
        {
            string flags = type.IsDefined(typeof(FlagsAttribute)) ? "[Flags] " : "";
            return $"{flags}enum {name} : {NameOf(Enum.GetUnderlyingType(type))}";
        }

        bool isRecord = type.GetMethods(Declared).Any(method => method.Name is "<Clone>$" or "PrintMembers");
        bool isReadOnly = type.IsDefined(typeof(IsReadOnlyAttribute));
        string kind = (type.IsInterface, type.IsValueType) switch
        {
            (true, _) => "interface",
            (_, true) => (isReadOnly ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + (isRecord ? "record " : "") + "struct",
            _ => (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (isRecord ? "record" : "class"),
        };
        IEnumerable<string> bases = type.BaseType is { } known && known != typeof(object) && known != typeof(ValueType) ? [NameOf(known)] : [];
        string[] all = [.. bases, .. type.GetInterfaces().Where(of => of.IsVisible && !(isRecord && of.Name.StartsWith("IEquatable", StringComparison.Ordinal)))
            .Select(of => NameOf(of)).Order(StringComparer.Ordinal)];
        return $"{kind} {name}{(all.Length > 0 ? " : " + string.Join(", ", all) : "")}";
    }

    private static string Line(FieldInfo field)
    {
        string type = NameOf(field.FieldType, new NullabilityInfoContext().Create(field));
        string constant = field.IsLiteral ? "const " : field.IsStatic ? "static " : "";
        string value = field.IsLiteral ? " = " + Text(field.GetRawConstantValue()) : "";
        return $"{Access(field.IsFamily)}{constant}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}{value}";
    }

    private static string Line(PropertyInfo property)
    {
        MethodInfo[] accessors = [.. AccessorsOf(property)];
        string parameters = property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(ParameterText))}]" : property.Name;
        string type = NameOf(property.PropertyType, new NullabilityInfoContext().Create(property));
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        string words = string.Join(' ', accessors.Select(accessor => accessor == property.GetMethod ? "get;"
            : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;" : "set;"));
        return $"{Access(accessors[0].IsFamily)}{(accessors[0].IsStatic ? "static " : "")}{required}{type} {parameters} {{ {words} }}";
    }

    private static string Line(MethodInfo method)
    {
        string name = method.IsGenericMethod ? $"{method.Name}<{string.Join(", ", method.GetGenericArguments().Select(of => of.Name))}>" : method.Name;
        return Line(method, $"{NameOf(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter))} {name}");
    }

    private static string Line(MethodBase method, string name)
    {
        bool isExtension = method.IsDefined(typeof(ExtensionAttribute));
        string parameters = string.Join(", ", method.GetParameters().Select(ParameterText));
        string words = method.IsConstructor || method.DeclaringType!.IsInterface ? "" : method.IsStatic ? "static "
            : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? (IsOverride(method) ? "override " : "virtual ") : "";
        return $"{Access(method.IsFamily)}{words}{name}({(isExtension ? "this " : "")}{parameters})";
    }

    private static string ParameterText(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        string way = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params "
            : !type.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        string name = NameOf(type.IsByRef ? type.GetElementType()! : type, new NullabilityInfoContext().Create(parameter));
        string value = parameter.HasDefaultValue ? " = " + Text(parameter.RawDefaultValue) : "";
        return $"{way}{name} {parameter.Name}{value}";
    }

    private static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    // Nullable value types say it in their name.
    private static string NameOf(Type type, NullabilityInfo info)
    {
        bool isNullable = !type.IsValueType && !type.IsByRef && (info.ReadState == NullabilityState.Nullable || info.WriteState == NullabilityState.Nullable);
        bool isGeneric = type.IsGenericType && Nullable.GetUnderlyingType(type) is null && info.GenericTypeArguments.Length == type.GetGenericArguments().Length;
        string name = isGeneric
            ? $"{NestedName(type)}<{string.Join(", ", type.GetGenericArguments().Zip(info.GenericTypeArguments, NameOf))}>" : NameOf(type);
        return isNullable ? name + "?" : name;
    }

    private static string NameOf(Type type) => type switch
    {
        { IsByRef: true } => "ref " + NameOf(type.GetElementType()!),
        { IsArray: true } => NameOf(type.GetElementType()!) + "[]",
        _ when Nullable.GetUnderlyingType(type) is { } inner => NameOf(inner) + "?",
        { IsGenericType: true } => $"{NestedName(type)}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>",
        _ => type.FullName switch
        {
            "System.Void" => "void",
            "System.Boolean" => "bool",
            "System.Byte" => "byte",
            "System.Int32" => "int",
            "System.UInt32" => "uint",
            "System.Int64" => "long",
            "System.UInt64" => "ulong",
            "System.String" => "string",
            "System.Object" => "object",
            "System.UInt16" => "ushort",
            "System.Double" => "double",
            "System.Char" => "char",
            _ => NestedName(type),
        },
    };

    private static string NestedName(Type type)
    {
        string name = type.Name.Split('`')[0];
        return type.IsNested && !type.IsGenericParameter ? NestedName(type.DeclaringType!) + "." + name : name;
    }

    private static bool IsDelegate(Type type) => type.IsSubclassOf(typeof(Delegate));

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static bool IsGenerated(MethodBase method) => method.IsDefined(typeof(CompilerGeneratedAttribute)) || method.Name == "Finalize";

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsOverride(MethodBase method) => method is MethodInfo info && info.GetBaseDefinition() != info;

    private static IEnumerable<MethodInfo> AccessorsOf(PropertyInfo property) =>
        property.Name == "EqualityContract" ? [] : property.GetAccessors(nonPublic: true).Where(IsVisible).OrderBy(accessor => accessor == property.GetMethod ? 0 : 1);

    private static string Access(bool isProtected) => isProtected ? "protected " : "";
}
