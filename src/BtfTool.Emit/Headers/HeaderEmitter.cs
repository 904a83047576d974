using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Writes the C header of a type graph (<c>vmlinux.h</c>): the bytes of bpftool 7.8's <c>btf dump file F format c</c> wherever these are
/// right. Cost: linear in the graph, but for the sort. One object writes one header. Not safe to share between threads.
/// </summary>
public sealed class HeaderEmitter
{
    private const string DefinitionsSlot = "definitions";
    private const string KernelFunctionsSlot = "kernel_functions";
    private const string FunctionsSlot = "functions";

    private readonly TypeGraph _graph;
    private readonly HeaderOptions _options;
    private readonly BpftoolDialect _dialect;
    private TypeColumns? _types;
    private EmittedNames? _names;
    private HeaderDiagnostics? _diagnostics;
    private TypeEmitter? _emitter;

    /// <summary>Prepares a header; nothing is read before <see cref="Write"/>.</summary>
    public HeaderEmitter(TypeGraph graph, HeaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _options = options ?? HeaderOptions.Default;
        _dialect = _options.BpftoolCompat ? BpftoolDialect.Compatible : BpftoolDialect.Corrected;
    }

    /// <summary>What was left out because C has no words for it; empty before <see cref="Write"/>.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics?.ToList() ?? [];

    /// <summary>Writes the header, in large blocks.</summary>
    /// <param name="target">Receives UTF-8 text; its memory must be backed by arrays.</param>
    /// <exception cref="InvalidImageException">
    /// The text would grow beyond <see cref="HeaderOptions.MaxHeaderBytes"/> or the limits, types nest too deeply, or, with
    /// <see cref="HeaderOptions.BpftoolCompat"/>, bpftool itself fails on the graph. Part of the text may be written by then.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A root is not a type of the graph.</exception>
    public void Write(IBufferWriter<byte> target)
    {
        var output = new Utf8Writer(target);
        Prepare(output);
        WriteTemplate("vmlinux.h.hbs", output);
        output.Flush();
    }

    /// <summary>Writes the definitions alone, as <see cref="Write"/> does between the lines that begin and end a header.</summary>
    /// <inheritdoc cref="Write"/>
    internal void WriteDefinitions(IBufferWriter<byte> target)
    {
        var output = new Utf8Writer(target);
        Prepare(output);
        WriteTypes(_types!, _emitter!);
        output.Flush();
    }

    /// <summary>Writes the prototypes of the kernel functions that BPF programs may call, in terms of the definitions.</summary>
    /// <param name="target">Receives UTF-8 text.</param>
    /// <param name="framed">Whether with the lines around them that a header has; where types were chosen there is nothing then.</param>
    /// <inheritdoc cref="Write" path="/exception"/>
    internal void WriteKernelFunctions(IBufferWriter<byte> target, bool framed)
    {
        // Names count in the order of the definitions.
        var redirected = new RedirectedWriter();
        var output = new Utf8Writer(redirected);
        Prepare(output);
        WriteTypes(_types!, _emitter!);
        output.Flush();
        redirected.Target = target;
        output.Flush();
        if (!framed)
        {
            KernelFunctions.Write(_types!, _emitter!, _diagnostics!, output);
        }
        else if (_options.Roots is null)
        {
            WriteTemplate("kfuncs.h.hbs", output);
        }

        output.Flush();
    }

    /// <summary>Writes the definitions piece by piece.</summary>
    internal void WritePieces(HeaderPieces pieces)
    {
        Prepare(pieces.Output, pieces);
        WriteTypes(_types!, _emitter!);
    }

    private void Prepare(Utf8Writer output, HeaderPieces? pieces = null)
    {
        TypeColumns types = _types = new TypeColumns(_graph);
        if (!_dialect.KnowsBtfOnly)
        {
            types.Respell();
        }

        _names = new EmittedNames(types, output, _dialect);
        _diagnostics = new HeaderDiagnostics(types);
        var budget = new EmissionBudget(output, _options, types.Rows);
        _emitter = new TypeEmitter(types, _names, budget, _dialect, _diagnostics, output, pieces);
    }

    /// <summary>
    /// The name that the header gave to a struct, union, enumeration or typedef: its own, or with a number where types share a name.
    /// False for what is anonymous or was not printed.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nothing was written yet.</exception>
    public bool TryGetEmittedName(TypeId id, [NotNullWhen(true)] out string? name)
    {
        if (_types is null || _names is null)
        {
            throw new InvalidOperationException("the header is not written yet");
        }

        name = _types.IsNamed(id.Value) ? _names.Find(id.Value) : null;
        return name is not null;
    }

    /// <summary>True when the header defines the type, and does not merely declare it.</summary>
    /// <exception cref="InvalidOperationException">Nothing was written yet.</exception>
    public bool IsDefined(TypeId id) =>
        (_types ?? throw new InvalidOperationException("the header is not written yet")).Has(id.Value, TypeMarks.Emitted);

    /// <summary>True when the header leaves out members of a type.</summary>
    internal bool LeavesOut(TypeId memberType) =>
        (_emitter ?? throw new InvalidOperationException("the header is not written yet")).LeavesOut(memberType.Value);

    private void WriteTemplate(string name, Utf8Writer output)
    {
        var model = new Dictionary<string, object?>();
        string template = TemplateEngine.ReadBuiltIn(name);
        foreach (TemplatePiece piece in TemplateEngine.RenderAround(template, model, DefinitionsSlot, KernelFunctionsSlot, FunctionsSlot))
        {
            switch (piece.Slot)
            {
                case null:
                    output.Write(piece.Text.Span);
                    break;
                case DefinitionsSlot:
                    WriteTypes(_types!, _emitter!);
                    break;
                case KernelFunctionsSlot when _options.Roots is null:
                    WriteTemplate("kfuncs.h.hbs", output);
                    break;
                case FunctionsSlot:
                    KernelFunctions.Write(_types!, _emitter!, _diagnostics!, output);
                    break;
            }
        }
    }

    private void WriteTypes(TypeColumns types, TypeEmitter emitter)
    {
        if (_options.Roots is { } roots)
        {
            foreach (TypeId root in roots)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(root.Value, types.Count, nameof(HeaderOptions.Roots));
                emitter.Dump(root.Value);
            }
        }
        else if (_options.Unsorted)
        {
            for (uint id = 1; id < types.Count; id++)
            {
                emitter.Dump(id);
            }
        }
        else
        {
            WriteSorted(types, emitter);
        }
    }

    private void WriteSorted(TypeColumns types, TypeEmitter emitter)
    {
        var order = new SortOrder(types, _options.Limits.MaxNesting);
        int lost = _dialect.LosesFirstSorted && order.Early.Length > 0 ? 1 : 0;
        foreach (uint id in order.Early[lost..])
        {
            emitter.Dump(id);
        }

        Span<uint> late = LateTypes.Find(types, order);
        order.SortLate(late);
        foreach (uint id in late)
        {
            emitter.Dump(id);
        }
    }
}
