using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pahole;

/// <summary>
/// Writes types as pahole 1.31 does: the C, with offsets, sizes, holes and cache line boundaries in comments, and totals at the
/// end. Without <see cref="PaholeOptions.Compat"/> the C is right where pahole's is not (<see cref="PaholeQuirks"/>).
/// Source of the format: observed, pahole 1.31. Not safe for use by several threads.
/// </summary>
public sealed partial class PaholeEmitter
{
    private readonly TypeGraph _graph;
    private readonly PaholeOptions _options;
    private readonly Utf8Writer _w;
    private readonly PaholeTypes _types;
    private readonly PaholeDeclarationRules _rules;
    private readonly PaholeTypeTexts _typeTexts;
    private readonly bool _hasDimensions;
    private readonly PaholeBudget _budget;
    private PaholeMember[] _members = new PaholeMember[256];
    private int _memberTop;
    private long _cacheline;
    private bool _isWriting;

    /// <summary>Prepares to list types of a graph. Cost: O(types) memory, cleared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The cache line size is not a power of two.</exception>
    public PaholeEmitter(TypeGraph graph, PaholeOptions options, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        if (options.CachelineBytes <= 0 || !int.IsPow2(options.CachelineBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(options), "the size of a cache line is a power of two");
        }

        _graph = graph;
        _options = options;
        _w = output;
        _budget = new PaholeBudget(graph, options.Limits, output);
        _types = new PaholeTypes(graph, options, _budget);
        _rules = new PaholeDeclarationRules(graph, options, _budget);
        _typeTexts = new PaholeTypeTexts(graph.TypeCount);
        _hasDimensions = graph.Has(Facet.SourceDeclarations);
    }

    /// <summary>What is written behind the semicolon of a type, for those that have it; null for none.</summary>
    public Func<TypeId, string?>? Trailer { get; set; }

    /// <summary>Asked before each type: true where it has been written in another way, and nothing is left to do; null for none.</summary>
    public Predicate<TypeId>? WrittenElsewhere { get; set; }

    /// <summary>The quirks that the text written by the last <see cref="WriteType"/> met.</summary>
    public PaholeQuirks MetQuirks { get; private set; }

    /// <summary>
    /// Writes one type and a semicolon: structs and unions with their layout, enumerations, typedefs, forwards; functions and variables
    /// behind a comment with what is known of their linkage, section, offset, size and address. Ends with a newline.
    /// Cost: linear in the text.
    /// </summary>
    /// <exception cref="InvalidImageException">
    /// The type contains itself, or expands beyond the limits. Part of the text may be written by then; other types can be written after it.
    /// </exception>
    public void WriteType(TypeId id)
    {
        if (WrittenElsewhere?.Invoke(id) == true)
        {
            return;
        }

        StartType(id);
        TypeView type = _graph[id];
        switch (type.Kind)
        {
            case TypeKind.Struct:
                WriteStruct(type, TopFrame(type));
                break;
            case TypeKind.Union:
                WriteUnion(type, TopFrame(type));
                break;
            case TypeKind.Enum or TypeKind.Enum64:
                WriteEnum(type, TopFrame(type));
                break;
            case TypeKind.Typedef:
                WriteTypedef(type);
                break;
            case TypeKind.Function or TypeKind.Variable:
                WriteDeclared(type);
                break;
            default:
                WriteTypeName(id);
                break;
        }

        _w.Write((byte)';');
        if (Trailer?.Invoke(id) is { } trailer)
        {
            _w.Write(trailer);
        }

        _w.Write((byte)'\n');
        _isWriting = false;
    }

    private void StartType(TypeId id)
    {
        if (_isWriting)
        {
            // The type before was given up in the middle.
            _types.ForgetUnfinished();
            _rules.ForgetUnfinished();
            _around.Clear();
            _open.Clear();
        }

        _isWriting = true;
        MetQuirks = PaholeQuirks.None;
        _cacheline = 0;
        _memberTop = 0;
        _budget.StartType(id);
    }

    private PaholeFrame TopFrame(TypeView type) => new()
    {
        TypeColumn = MemberTypeColumn,
        NameColumn = _options.Expand ? 55 : type.Kind == TypeKind.Union ? 21 : 23,
        HasTrailer = true,
        IsRelative = _options.RelativeOffsets,
    };

    private void Meet(PaholeQuirks quirks) => MetQuirks |= quirks;

    // Typedefs of anonymous types have the body in them; of all else they are one line.
    private void WriteTypedef(TypeView type)
    {
        _w.Style(TextStyle.Keyword);
        _w.Write("typedef "u8);
        _w.Style(TextStyle.Plain);
        TypeView target = _graph[type.Target];
        if ((target.IsComposite || target.IsEnum) && target.IsAnonymous)
        {
            PaholeFrame frame = TopFrame(target);
            frame.TypeColumn = TypedefTypeColumn;
            frame.Suffix = type.NameId;
            WriteBody(target, frame);
            return;
        }

        var declared = new PaholeFrame { NameColumn = 0, TypeColumn = 0 };
        PaholeQuirks quirks = _rules.Of(type.Target);
        Meet(quirks);
        if (quirks != PaholeQuirks.None && !_options.Compat)
        {
            WriteRightDeclaration(type.Target, type.NameId, declared);
            return;
        }

        WriteTypedefDeclaration(type, target, declared);
    }

    private void WriteTypedefDeclaration(TypeView type, TypeView target, in PaholeFrame frame)
    {
        if (target.Kind == TypeKind.Pointer && _graph[_types.SkipTags(target.Target)] is { Kind: TypeKind.FunctionPrototype } prototype)
        {
            WriteFunction(prototype, type.NameId, isPointer: true, column: 0);
            return;
        }

        if (target.Kind is TypeKind.Array or TypeKind.FunctionPrototype)
        {
            WriteDeclaration(type.Target, type.NameId, frame);
            return;
        }

        WriteTypeName(type.Target);
        _w.Write((byte)' ');
        WriteName(type.NameId);
    }

    private const int MemberTypeColumn = 26;
    private const int TypedefTypeColumn = 18;

    private void WriteName(NameId name)
    {
        _w.Style(TextStyle.MemberName);
        _w.Write(_graph.NameOf(name));
        _w.Style(TextStyle.Plain);
    }

    private void Tabs(int count) => _w.Fill((byte)'\t', count);
}
