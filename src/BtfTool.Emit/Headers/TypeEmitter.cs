using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Prints types in an order that C accepts: definitions after what they contain, forward declarations before what points to them.
/// Rule: libbpf 1.8.
/// </summary>
internal sealed class TypeEmitter
{
    private readonly TypeColumns _types;
    private readonly EmittedNames _names;
    private readonly EmissionBudget _budget;
    private readonly BpftoolDialect _dialect;
    private readonly HeaderDiagnostics _diagnostics;
    private readonly DefinitionWriter _definitions;
    private readonly DependencyOrder _order;
    private readonly Utf8Writer _out;
    private readonly HeaderPieces? _pieces;
    private bool _isChecked;

    public TypeEmitter(TypeColumns types, EmittedNames names, EmissionBudget budget, BpftoolDialect dialect,
        HeaderDiagnostics diagnostics, Utf8Writer output, HeaderPieces? pieces = null)
    {
        _pieces = pieces;
        _types = types;
        _names = names;
        _budget = budget;
        _dialect = dialect;
        _diagnostics = diagnostics;
        _out = output;
        _definitions = new DefinitionWriter(types, names, budget, dialect, diagnostics, output, pieces);
        _order = new DependencyOrder(types, budget);
        if (types.HasUnknownKinds)
        {
            Check("types of unknown kind; bpftool writes nothing");
        }
    }

    /// <summary>Whether a member of a type is left out.</summary>
    public bool LeavesOut(uint memberType) => _definitions.Layout.LeavesOut(memberType);

    /// <summary>Prints a type and what it needs, as far as that is not printed already.</summary>
    public void Dump(uint id)
    {
        if (_types.Has(id, TypeMarks.Ordered))
        {
            return;
        }

        _order.Clear();
        if (!_order.TryAdd(id))
        {
            Check($"{_types.Describe(id)} refers to itself so that no order of definitions exists; bpftool fails");
            if (!_order.TryAdd(id))
            {
                _budget.ThrowNesting();
            }
        }

        foreach (uint next in _order.Queue)
        {
            _budget.StartType();
            Emit(next, 0);
        }
    }

    /// <summary>Writes the prototype of a function, named.</summary>
    public void WritePrototype(uint prototype, ReadOnlySpan<byte> name)
    {
        _budget.StartType();
        _definitions.Declarations.Write(prototype, name, 0);
    }

    // What cannot be declared is looked for when something is found to be broken, once.
    private void Check(string problem)
    {
        if (_dialect.FailsOnUndeclarable)
        {
            EmissionBudget.Throw(problem);
        }

        if (_isChecked)
        {
            _budget.ThrowNesting();
        }

        _isChecked = true;
        DeclarableCheck.Run(_types, _diagnostics);
    }

    // What a type needs before it, container, can be defined: the type on its way whose definition or typedef has it inside.
    private void Need(uint id, uint container)
    {
        if (!_types.Has(id, Settled))
        {
            NeedNew(id, container);
        }
    }

    private void NeedNew(uint id, uint container)
    {
        uint target = id;
        int steps = 0;
        for (TypeKind kind = _types.Kind(id); TypeColumns.IsIn(TransparentKinds, kind); kind = _types.Kind(target))
        {
            if (++steps > _budget.MaxNesting)
            {
                _budget.ThrowNesting();
            }

            if (_types.Has(target, TypeMarks.Undeclarable))
            {
                return;
            }

            target = kind == TypeKind.Array ? _types.Target(target) : _types.DirectTarget(target);
        }

        _budget.Spend(steps);
        if (!_types.Has(target, Settled))
        {
            Emit(target, container);
        }

        // The next one that needs the pointer need not follow it.
        if (target != id && _types.Has(target, Settled))
        {
            _types.Set(id, TypeMarks.Forwarded);
        }
    }

    // A type that is not transparent; container 0 at top level.
    private void Emit(uint id, uint container)
    {
        if (_types.Has(id, TypeMarks.Emitted | TypeMarks.Undeclarable))
        {
            return;
        }

        if (_types.Has(id, TypeMarks.Emitting))
        {
            EmitEarly(id, container);
            return;
        }

        _budget.Enter();
        EmitNew(id, _types.Kind(id), container);
        _budget.Leave();
    }

    // Inside a definition nothing more is printed for a type that has one of these, now and later.
    private const TypeMarks Settled = TypeMarks.Emitted | TypeMarks.Forwarded | TypeMarks.Undeclarable;

    // Pointers and the like print nothing themselves: what they lead to does.
    private const ulong TransparentKinds = 1UL << (int)TypeKind.Pointer | 1UL << (int)TypeKind.TypeTag | 1UL << (int)TypeKind.Array
        | 1UL << (int)TypeKind.Const | 1UL << (int)TypeKind.Volatile | 1UL << (int)TypeKind.Restrict | 1UL << (int)TypeKind.Atomic;

    // A type that is on its way is needed by what it needs: a declaration, or the typedef itself, has to come now.
    private void EmitEarly(uint id, uint container)
    {
        if (_types.Has(id, TypeMarks.Forwarded))
        {
            return;
        }

        if (_types.Kind(id) == TypeKind.Typedef)
        {
            if (!IsBuiltIn(id))
            {
                _definitions.WriteTypedef(id);
                End(id);
            }

            _types.Set(id, TypeMarks.Forwarded);
        }
        else if (id != container && _types.IsNamed(id))
        {
            EmitForward(id);
        }
    }

    private void EmitNew(uint id, TypeKind kind, uint container)
    {
        switch (kind)
        {
            case TypeKind.Int:
                EmitAlias(id);
                _types.Set(id, TypeMarks.Emitted);
                break;
            case TypeKind.Float when !_dialect.LeavesClangWithoutFloats:
                EmitFloatAlias(_types.NameBytes(id));
                _pieces?.End(id, isForward: false);
                _types.Set(id, TypeMarks.Emitted);
                break;
            case TypeKind.Enum or TypeKind.Enum64:
                if (container == 0)
                {
                    _definitions.WriteEnum(id, 0);
                    End(id);
                }

                _types.Set(id, TypeMarks.Emitted);
                break;
            case TypeKind.Forward:
                _definitions.WriteForward(id);
                End(id, isForward: true);
                _types.Set(id, TypeMarks.Emitted);
                break;
            case TypeKind.Typedef:
                EmitTypedef(id);
                break;
            case TypeKind.Struct or TypeKind.Union:
                EmitComposite(id, container);
                break;
            case TypeKind.FunctionPrototype:
                EmitPrototype(id, container);
                break;
        }
    }

    private void EmitPrototype(uint id, uint container)
    {
        uint returns = _types.DirectTarget(id);
        Need(returns, container);
        bool isSettled = _types.Has(returns, Settled);
        foreach (ref readonly ParameterRow parameter in _types.Parameters(id))
        {
            Need(parameter.Type, container);
            isSettled &= _types.Has(parameter.Type, Settled);
        }

        if (isSettled)
        {
            _types.Set(id, TypeMarks.Forwarded);
        }
    }

    private void EmitTypedef(uint id)
    {
        _types.Set(id, TypeMarks.Emitting);
        Need(_types.DirectTarget(id), id);
        if (!_types.Has(id, TypeMarks.Forwarded) && !IsBuiltIn(id))
        {
            _definitions.WriteTypedef(id);
            End(id);
        }

        _types.Set(id, TypeMarks.Emitted);
    }

    private void EmitComposite(uint id, uint container)
    {
        bool isNamed = _types.IsNamed(id);
        if (_types.Has(id, TypeMarks.Incomplete))
        {
            if (!_types.Has(id, TypeMarks.Forwarded))
            {
                EmitForward(id);
            }

            return;
        }

        _types.Set(id, TypeMarks.Emitting);
        if (container == 0 || !isNamed)
        {
            uint inner = isNamed ? id : container;
            bool isSettled = true;
            foreach (ref readonly MemberRow member in _types.Members(id))
            {
                Need(member.Type, inner);
                isSettled &= _types.Has(member.Type, Settled);
            }

            if (isSettled && !isNamed)
            {
                _types.Set(id, TypeMarks.Forwarded);
            }
        }
        else if (!_types.Has(id, TypeMarks.Forwarded) && id != container)
        {
            EmitForward(id);
        }

        if (container == 0)
        {
            _definitions.WriteComposite(id, 0);
            End(id);
            _types.Set(id, TypeMarks.Emitted);
        }

        _types.Clear(id, TypeMarks.Emitting);
    }

    private void EmitForward(uint id)
    {
        _definitions.WriteForward(id);
        End(id, isForward: true);
        _types.Set(id, TypeMarks.Forwarded);
    }

    // gcc on ARM uses base types that clang does not know by name.
    private void EmitAlias(uint id)
    {
        if (!_types.IsNamed(id) || _names.CopyOf(id) != 1)
        {
            return;
        }

        ReadOnlySpan<byte> name = _types.NameBytes(id);
        if (!name.StartsWith("__Poly"u8))
        {
            return;
        }

        ReadOnlySpan<byte> standard = name.SequenceEqual("__Poly8_t"u8) ? "unsigned char"u8
            : name.SequenceEqual("__Poly16_t"u8) ? "unsigned short"u8
            : name.SequenceEqual("__Poly64_t"u8) ? "unsigned long long"u8
            : name.SequenceEqual("__Poly128_t"u8) ? "unsigned __int128"u8 : default;
        if (!standard.IsEmpty)
        {
            _out.Write("typedef "u8);
            _out.Write(standard);
            _out.Write((byte)' ');
            _out.Write(name);
            End(id);
        }
    }

    // Where clang has no type of 128 bits either (BPF), there is one of the size and alignment.
    private void EmitFloatAlias(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> definition = !name.StartsWith("_Float"u8) ? default
            : name.SequenceEqual("_Float32"u8) ? "typedef float _Float32;\n"u8
            : name.SequenceEqual("_Float64"u8) ? "typedef double _Float64;\n"u8
            : name.SequenceEqual("_Float32x"u8) ? "typedef double _Float32x;\n"u8
            : name.SequenceEqual("_Float64x"u8) ? "typedef long double _Float64x;\n"u8
            : name.SequenceEqual("_Float128"u8) ? """
                #ifdef __SIZEOF_FLOAT128__
                typedef __float128 _Float128;
                #else
                typedef struct {
                	long long v[2];
                } __attribute__((aligned(16))) _Float128;
                #endif

                """u8
            : default;
        if (!definition.IsEmpty)
        {
            _out.Write("#ifdef __clang__\n"u8);
            _out.Write(definition);
            _out.Write("#endif\n\n"u8);
        }
    }

    private bool IsBuiltIn(uint typedef) => _types.NameBytes(typedef).SequenceEqual("__builtin_va_list"u8);

    private void End(uint id, bool isForward = false)
    {
        _out.Write(";\n\n"u8);
        _pieces?.End(id, isForward);
    }
}
