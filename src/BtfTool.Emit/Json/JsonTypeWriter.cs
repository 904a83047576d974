using System.Text.Json;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Pahole;

namespace BtfTool.Emit.Json;

/// <summary>
/// Writes types of one graph as JSON objects: kind, name, size, and for structs and unions the layout as <see cref="LayoutAnalyzer"/>
/// finds it. What the keys mean: docs/json.md. Made by <see cref="JsonShowWriter.TypesOf"/>. Not safe for use by several threads.
/// </summary>
public sealed partial class JsonTypeWriter
{
    private readonly TypeGraph _graph;
    private readonly JsonTypeOptions _options;
    private readonly Utf8JsonWriter _json;
    private readonly JsonBudget _budget;
    private readonly LayoutAnalyzer _layouts;
    private readonly JsonTypeTexts _texts;
    private readonly DeclTagIndex _tags;
    private readonly int _cachelineShift;

    internal JsonTypeWriter(TypeGraph graph, JsonTypeOptions options, Utf8JsonWriter json, JsonBudget budget)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _options = options;
        _json = json;
        _budget = budget;
        _layouts = new LayoutAnalyzer(graph, options.Limits);
        _texts = new JsonTypeTexts(graph, options.Limits);
        _tags = new DeclTagIndex(graph);
        _cachelineShift = int.Log2(options.CachelineBytes);
    }

    /// <summary>Writes every named struct and union of the graph's own segment, in the order of the file, each once: those of a listing.</summary>
    /// <param name="where">Says which of them are written; null for all.</param>
    /// <param name="module">The module that has the types; null for the kernel, and where one file is asked.</param>
    /// <exception cref="InvalidImageException">As for <see cref="Write"/>.</exception>
    public void WriteAll(Func<TypeId, bool>? where = null, string? module = null)
    {
        var listed = new ListedTypes(_graph, compat: false);
        for (uint id = _graph.FirstOwnType.Value; id < (uint)_graph.TypeCount; id++)
        {
            TypeView type = _graph[new TypeId(id)];
            if (type.IsComposite && !type.IsAnonymous && where?.Invoke(type.Id) != false && listed.Add(type) != ListedTypes.Result.Known)
            {
                Write(type.Id, module: module);
            }
        }
    }

    /// <summary>Writes one type. Cost: linear in what is written.</summary>
    /// <param name="id">A type of any kind.</param>
    /// <param name="unitCount">Number of DWARF units that define it so; 0 where that is not known.</param>
    /// <param name="firstUnit">The first of them.</param>
    /// <param name="module">The module that has the type; null for the kernel, and where one file is asked.</param>
    /// <exception cref="InvalidImageException">
    /// The type nests deeper or expands to more than the limits allow. Part of the document may be written by then.
    /// </exception>
    public void Write(TypeId id, int unitCount = 0, string? firstUnit = null, string? module = null)
        => WriteCore(id, unitCount, firstUnit, module, null);

    /// <summary>Writes one type and then what else is to be said of it.</summary>
    internal void WriteWith(TypeId id, Action<Utf8JsonWriter> more) => WriteCore(id, 0, null, null, more);

    private void WriteCore(TypeId id, int unitCount, string? firstUnit, string? module, Action<Utf8JsonWriter>? more)
    {
        _budget.StartType(id);
        _json.WriteStartObject();
        WriteContents(_graph[id], 0);
        WriteDeclaration(_graph[id]);
        if (module is not null)
        {
            _json.WriteString(JsonKeys.Module, module);
        }

        if (unitCount > 0)
        {
            _json.WriteStartObject(JsonKeys.Units);
            _json.WriteNumber(JsonKeys.Count, unitCount);
            _json.WriteString(JsonKeys.First, firstUnit ?? "");
            _json.WriteEndObject();
        }

        more?.Invoke(_json);
        _json.WriteEndObject();
    }

    private void WriteDeclaration(TypeView type)
    {
        if (!type.TryGetDeclaration(out NameId file, out uint line))
        {
            return;
        }

        _json.WriteStartObject(JsonKeys.Declared);
        if (!file.IsNone)
        {
            _json.WriteString(JsonKeys.File, _graph.NameString(file));
        }

        if (line != 0)
        {
            _json.WriteNumber(JsonKeys.Line, line);
        }

        _json.WriteEndObject();
    }

    private void WriteContents(TypeView type, int depth)
    {
        _budget.Step(_graph, depth);
        if (!type.IsAnonymous)
        {
            _json.WriteString(JsonKeys.Name, type.Name);
        }

        _json.WriteString(JsonKeys.Kind, WordOf(type.Kind));
        switch (type.Kind)
        {
            case TypeKind.Struct or TypeKind.Union:
                WriteComposite(type, depth);
                break;
            case TypeKind.Enum or TypeKind.Enum64:
                WriteEnum(type, depth);
                break;
            case TypeKind.Typedef:
                WriteTypedef(type, depth);
                break;
            case TypeKind.Int:
                WriteSize(type.Id);
                _json.WriteBoolean(JsonKeys.Signed, (type.IntEncoding & IntEncoding.Signed) != 0);
                _json.WriteNumber(JsonKeys.Bits, type.IntBits);
                break;
            case TypeKind.Forward:
                _json.WriteString(JsonKeys.ForwardKind, type.Flag ? "union"u8 : "struct"u8);
                break;
            case TypeKind.Function or TypeKind.FunctionPrototype:
                WriteFunction(type, depth);
                break;
            case TypeKind.Variable:
                _json.WriteString(JsonKeys.Type, _texts.Of(type.Target));
                WriteSize(type.Id);
                WriteLinkage(type.Linkage);
                break;
            default:
                WriteSize(type.Id);
                break;
        }

        WriteTags(type.Id, -1);
    }

    private void WriteEnum(TypeView type, int depth)
    {
        WriteSize(type.Id);
        WriteEnumerators(type, depth);
    }

    private void WriteEnumerators(TypeView type, int depth)
    {
        bool isSigned = type.Flag;
        _json.WriteBoolean(JsonKeys.Signed, isSigned);
        _json.WriteStartArray(JsonKeys.Enumerators);
        foreach (EnumeratorView one in type.Enumerators)
        {
            _budget.Step(_graph, depth);
            _json.WriteStartObject();
            _json.WriteString(JsonKeys.Name, one.Name);
            if (isSigned)
            {
                _json.WriteNumber(JsonKeys.Value, one.Value);
            }
            else
            {
                _json.WriteNumber(JsonKeys.Value, type.Kind == TypeKind.Enum ? (uint)one.Value : (ulong)one.Value);
            }

            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    // What the typedef stands for as text; where that has no name of its own, it is there as an object too.
    private void WriteTypedef(TypeView type, int depth)
    {
        _json.WriteString(JsonKeys.Type, _texts.Of(type.Target));
        if (_layouts.Sizes.SizeBytesOf(type.Id) is > 0 and var size)
        {
            _json.WriteNumber(JsonKeys.SizeBytes, size);
        }

        TypeView target = _graph[Embedded(type.Target)];
        if ((target.IsComposite || target.IsEnum) && target.IsAnonymous)
        {
            _json.WriteStartObject(JsonKeys.Target);
            WriteContents(target, depth + 1);
            _json.WriteEndObject();
        }
    }

    private void WriteFunction(TypeView function, int depth)
    {
        TypeView prototype = function.Kind == TypeKind.Function ? _graph[function.Target] : function;
        if (prototype.Kind == TypeKind.FunctionPrototype)
        {
            _json.WriteString(JsonKeys.Returns, _texts.Of(prototype.Target));
            WriteParameters(function, prototype.Parameters, depth);
        }

        if (function.Kind == TypeKind.Function)
        {
            WriteLinkage(function.Linkage);
        }
    }

    private void WriteParameters(TypeView function, ParameterList parameters, int depth)
    {
        bool isVariadic = parameters.Count > 0 && parameters[parameters.Count - 1].Type.IsVoid;
        _json.WriteStartArray(JsonKeys.Parameters);
        for (int i = 0; i < parameters.Count - (isVariadic ? 1 : 0); i++)
        {
            _budget.Step(_graph, depth);
            _json.WriteStartObject();
            if (!parameters[i].Name.IsEmpty)
            {
                _json.WriteString(JsonKeys.Name, parameters[i].Name);
            }

            _json.WriteString(JsonKeys.Type, _texts.Of(parameters[i].Type));
            WriteTypeTags(parameters[i].Type);
            WriteTags(function.Id, i);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteBoolean(JsonKeys.Variadic, isVariadic);
    }

    private void WriteSize(TypeId id) => _json.WriteNumber(JsonKeys.SizeBytes, _layouts.Sizes.SizeBytesOf(id));

    private void WriteLinkage(uint linkage)
    {
        if (linkage <= 2)
        {
            _json.WriteString(JsonKeys.Linkage, linkage switch { 0 => "static"u8, 1 => "global"u8, _ => "extern"u8 });
        }
    }

    private void WriteTags(TypeId target, int component)
    {
        if (_tags.Of(target, component) is { } tags)
        {
            _json.WriteStartArray(JsonKeys.Tags);
            foreach (TypeId tag in tags)
            {
                _budget.Step(_graph, 0);
                _json.WriteStringValue(_graph[tag].Name);
            }

            _json.WriteEndArray();
        }
    }

    private static ReadOnlySpan<byte> WordOf(TypeKind kind) => kind switch
    {
        TypeKind.Void => "void"u8,
        TypeKind.Int => "int"u8,
        TypeKind.Pointer => "pointer"u8,
        TypeKind.Array => "array"u8,
        TypeKind.Struct => "struct"u8,
        TypeKind.Union => "union"u8,
        TypeKind.Enum or TypeKind.Enum64 => "enum"u8,
        TypeKind.Forward => "forward"u8,
        TypeKind.Typedef => "typedef"u8,
        TypeKind.Volatile => "volatile"u8,
        TypeKind.Const => "const"u8,
        TypeKind.Restrict => "restrict"u8,
        TypeKind.Function => "function"u8,
        TypeKind.FunctionPrototype => "prototype"u8,
        TypeKind.Variable => "variable"u8,
        TypeKind.DataSection => "section"u8,
        TypeKind.Float => "float"u8,
        TypeKind.DeclTag => "decl_tag"u8,
        TypeKind.TypeTag => "type_tag"u8,
        TypeKind.Atomic => "atomic"u8,
        _ => "unknown"u8,
    };
}
