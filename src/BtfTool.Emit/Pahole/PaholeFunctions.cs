using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pahole;

// Functions and variables: pahole does not show them, pfunct writes prototypes as pahole does members that point to functions.
public sealed partial class PaholeEmitter
{
    private DeclaredPlaces? _places;
    private DeclarationText? _shortTexts;

    /// <summary>
    /// Writes a function or variable, a semicolon and a newline, on one line: <c>int tcp_v4_rcv(struct sk_buff * skb);</c>. The body of
    /// a variable's type that has no name is <c>{...}</c>. Cost: linear in the text. Source of the format: observed, pfunct 1.24.
    /// </summary>
    /// <exception cref="Core.Diagnostics.InvalidImageException">Its types nest or expand beyond the limits.</exception>
    /// <exception cref="ArgumentException">It is a type of another kind.</exception>
    public void WriteDeclarationLine(TypeId id)
    {
        StartType(id);
        TypeView declared = _graph[id];
        if (declared.Kind == TypeKind.Function)
        {
            WritePrototype(declared);
        }
        else if (declared.Kind != TypeKind.Variable)
        {
            throw new ArgumentException("only functions and variables have a declaration", nameof(id));
        }
        else if (EndsInBody(declared.Target))
        {
            _shortTexts ??= new DeclarationText(_graph, _options.Limits);
            _shortTexts.Write(declared.Target, declared.Name, _w);
        }
        else
        {
            WriteVariable(declared);
        }

        _w.Write(";\n"u8);
        _isWriting = false;
    }

    private void WritePrototype(TypeView function)
    {
        TypeView prototype = _graph[function.Target];
        if (prototype.Kind != TypeKind.FunctionPrototype)
        {
            WriteTypeName(prototype.Id);
            _w.Write((byte)' ');
            WriteName(function.NameId);
            return;
        }

        PaholeQuirks quirks = _rules.Of(prototype.Id);
        Meet(quirks);
        if (quirks == PaholeQuirks.None || _options.Compat)
        {
            WriteFunction(prototype, function.NameId, isPointer: false, column: 0);
        }
        else if (_rules.OfReturn(prototype.Target) != PaholeQuirks.None)
        {
            WriteRightDeclaration(prototype.Id, function.NameId, default);
        }
        else
        {
            WriteTypeName(prototype.Target);
            _w.Write((byte)' ');
            WriteName(function.NameId);
            WriteMixedParameters(prototype);
        }
    }

    // Each parameter as pahole has it where that is right.
    private void WriteMixedParameters(TypeView prototype)
    {
        _w.Write((byte)'(');
        bool any = false, variadic = false;
        foreach (ParameterView parameter in prototype.Parameters)
        {
            if (parameter.Type.IsVoid)
            {
                variadic = true;
                continue;
            }

            _w.Write(any ? ", "u8 : []);
            any = true;
            if (_rules.OfParameter(parameter.Type) == PaholeQuirks.None)
            {
                WriteParameter(parameter, depth: 1);
            }
            else
            {
                WriteRightDeclaration(parameter.Type, parameter.NameId, default, isParameter: true);
            }
        }

        _w.Write(!any ? "void)"u8 : variadic ? ", ...)"u8 : ")"u8);
    }

    // pfunct has no variables: their types are written as those of parameters, their dimensions as C has them.
    private void WriteVariable(TypeView variable)
    {
        TypeView type = _graph[variable.Target];
        for (int steps = 0; type.Kind == TypeKind.Array; steps++)
        {
            _budget.Step(steps);
            type = _graph[type.Target];
        }

        PaholeQuirks quirks = _rules.Of(type.Id);
        Meet(quirks);
        if (quirks != PaholeQuirks.None || EndsInBody(type.Id) || LeadsToArrayOrPrototype(type.Id))
        {
            WriteRightDeclaration(variable.Target, variable.NameId, default);
            return;
        }

        WriteTypeName(type.Id);
        _w.Write((byte)' ');
        WriteName(variable.NameId);
        for (type = _graph[variable.Target]; type.Kind == TypeKind.Array; type = _graph[type.Target])
        {
            WriteDimension(type.ElementCount, default, isFlexible: type.ElementCount == 0);
        }
    }

    // What is known of a function or variable beside its type stands in a comment, on a line before it.
    private void WriteDeclared(TypeView declared)
    {
        if (!_options.Compat)
        {
            _places ??= new DeclaredPlaces(_graph);
            WritePlace(declared, _places);
        }

        if (declared.Kind == TypeKind.Function)
        {
            WritePrototype(declared);
        }
        else
        {
            WriteVariable(declared);
        }
    }

    private void WritePlace(TypeView declared, DeclaredPlaces places)
    {
        bool inSection = places.TryFind(declared.Id, out NameId section, out ulong offset, out ulong size);
        bool hasAddress = declared.TryGetAddress(out ulong address);
        if (!inSection && !declared.AddressSection.IsNone)
        {
            section = declared.AddressSection;
        }

        bool any = false;
        if (places.KnowsLinkage(declared))
        {
            BeginFact(ref any);
            _w.Write(declared.Linkage switch { 0 => "static"u8, 1 => "global"u8, 2 => "extern"u8, _ => "linkage unknown"u8 });
        }

        if (!section.IsNone)
        {
            BeginFact(ref any);
            WriteInComment(_graph.NameOf(section));
        }

        if (inSection)
        {
            BeginFact(ref any);
            WriteFactNumber("offset "u8, offset);
        }

        if (declared.Kind == TypeKind.Variable)
        {
            BeginFact(ref any);
            WriteFactNumber("size "u8, inSection ? size : (ulong)_types.SizeOf(declared.Target));
        }

        if (hasAddress)
        {
            BeginFact(ref any);
            _w.Write("address "u8);
            _w.WriteHex(address);
        }

        if (any)
        {
            _w.Write(" */\n"u8);
            _w.Style(TextStyle.Plain);
        }
    }

    private void BeginFact(ref bool any)
    {
        if (!any)
        {
            _w.Style(TextStyle.Comment);
        }

        _w.Write(any ? "; "u8 : "/* "u8);
        any = true;
    }

    private void WriteFactNumber(ReadOnlySpan<byte> word, ulong value)
    {
        _w.Write(word);
        if (_options.Hex)
        {
            _w.WriteHex(value);
        }
        else
        {
            _w.WriteDecimal(value);
        }
    }

    // Names from files may hold anything, an end of the comment too.
    private void WriteInComment(ReadOnlySpan<byte> name)
    {
        byte last = 0;
        foreach (byte b in name)
        {
            bool isHarmful = b is < 0x20 or 0x7f || (b == (byte)'/' && last == (byte)'*');
            _w.Write(isHarmful ? (byte)'?' : b);
            last = b;
        }
    }

    private bool EndsInBody(TypeId id)
    {
        TypeView type = _graph[id];
        for (int steps = 0; type.IsQualifier || type.Kind is TypeKind.Pointer or TypeKind.Array or TypeKind.TypeTag; steps++)
        {
            _budget.Step(steps);
            type = _graph[type.Target];
        }

        return (type.IsComposite || type.IsEnum) && (type.IsAnonymous || _options.Expand);
    }
}

/// <summary>Where the variables of a graph lie in its data sections, and whether the linkage of functions says anything.</summary>
internal sealed class DeclaredPlaces
{
    private readonly Dictionary<TypeId, (NameId Section, ulong Offset, ulong Size)> _places = [];
    private readonly bool _knowsFunctionLinkage;

    /// <summary>Looks for the sections. Cost: a pass over the types; memory for each variable in a section.</summary>
    public DeclaredPlaces(TypeGraph graph)
    {
        // pahole up to 1.31 writes all functions as static (observed): there the linkage is known of none.
        _knowsFunctionLinkage = graph.Has(Facet.SourceDeclarations);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            _knowsFunctionLinkage |= type.Kind == TypeKind.Function && type.Linkage != 0;
            foreach (SectionEntryView entry in type.Entries)
            {
                _places.TryAdd(entry.Type, (type.NameId, entry.OffsetBytes, entry.SizeBytes));
            }
        }
    }

    /// <summary>The place of a variable, in bytes; false where no section has it.</summary>
    public bool TryFind(TypeId id, out NameId section, out ulong offset, out ulong size)
    {
        bool found = _places.TryGetValue(id, out (NameId Section, ulong Offset, ulong Size) place);
        (section, offset, size) = place;
        return found;
    }

    /// <summary>Whether the linkage that a record says is that of the source.</summary>
    public bool KnowsLinkage(TypeView declared) => declared.Kind == TypeKind.Variable || _knowsFunctionLinkage;
}
