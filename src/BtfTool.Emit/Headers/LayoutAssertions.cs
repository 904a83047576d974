using System.Buffers;
using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Writes <c>_Static_assert</c>s on what a header defines: the size of every struct and union that has a name or a typedef, and the
/// offset of every member in it that is not a bitfield, unnamed composites passed through. A compiler that accepts header and
/// assertions agrees with the type graph. Two kinds of types are left out, with all that hold them by value, because no compiler can
/// agree on them: a <c>va_list</c>, which is the compiler's own type with the size of the target one compiles for; and a union whose
/// size its members do not make (it is aligned or packed, or has no members, as pahole makes of transparent unions), since the header has
/// no padding in unions.
/// </summary>
internal sealed class LayoutAssertions
{
    private readonly TypeGraph _graph;
    private readonly HeaderEmitter _header;
    private readonly ReaderLimits _limits;

    private readonly LayoutAnalyzer _layouts;

    // 0 is not known yet.
    private readonly Agreement[] _agreements;
    private readonly byte[][] _path;

    /// <summary>Prepares the assertions.</summary>
    /// <param name="graph">The graph of the header.</param>
    /// <param name="header">The header; it must have been written.</param>
    /// <param name="limits">Bounds on nesting.</param>
    public LayoutAssertions(TypeGraph graph, HeaderEmitter header, ReaderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(header);
        _graph = graph;
        _header = header;
        _limits = limits ?? ReaderLimits.Default;
        _layouts = new LayoutAnalyzer(graph, _limits);
        _agreements = new Agreement[graph.TypeCount];
        _path = new byte[_limits.MaxNesting][];
    }

    private enum Agreement : byte
    {
        Unknown,
        Agrees,
        Disagrees,
    }

    /// <summary>Number of assertions written.</summary>
    public long Count { get; private set; }

    /// <summary>Number of types left out because no compiler can agree on them.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Writes the assertions, one on a line. Cost: linear in the members, each counted where it is embedded.</summary>
    /// <exception cref="InvalidImageException">Types nest deeper than the limits allow.</exception>
    public void Write(IBufferWriter<byte> target)
    {
        var output = new Utf8Writer(target);
        for (uint i = 1; i < _graph.TypeCount; i++)
        {
            var id = new TypeId(i);
            TypeView type = _graph[id];
            TypeId composite = type.Kind == TypeKind.Typedef ? type.Target : id;
            bool isTypedef = type.Kind == TypeKind.Typedef;
            TypeView layout = _graph[composite];
            if (!layout.IsComposite || isTypedef != layout.IsAnonymous || !_header.IsDefined(id)
                || !_header.TryGetEmittedName(id, out string? name))
            {
                continue;
            }

            if (Disagrees(composite, 0))
            {
                LeftOut++;
                continue;
            }

            byte[] cName = Encoding.UTF8.GetBytes(isTypedef ? name : (type.Kind == TypeKind.Struct ? "struct " : "union ") + name);
            WriteSize(output, cName, layout.SizeBytes);
            WriteMembers(output, cName, layout, 0, 0);
        }

        output.Flush();
    }

    /// <summary>Whether a compiler can be expected to agree on the layout of a type that the header defines.</summary>
    internal bool CanAgree(TypeId id) => !Disagrees(id, 0) && !LosesMembers(id, 0);

    // The size of a union that its members alone do not make: nothing in a header says so.
    private bool IsPaddedOrPacked(TypeView union)
    {
        LayoutSummary summary = _layouts.Analyze(union.Id).Summary;
        ulong filledBytes = union.SizeBytes - (ulong)Math.Clamp(summary.PaddingBytes, 0, (long)Math.Min(union.SizeBytes, long.MaxValue));
        ulong alignment = (ulong)Math.Max(1, summary.AlignmentBytes);
        return (filledBytes + alignment - 1) / alignment * alignment != union.SizeBytes;
    }

    // A header that leaves out a member cannot be asked for it.
    private bool LosesMembers(TypeId id, int depth)
    {
        foreach (MemberView member in _graph[id].Members)
        {
            TypeView inner = _graph[StripQualifiers(member.Type)];
            if (_header.LeavesOut(member.Type)
                || (depth <= _limits.MaxNesting && inner.IsComposite && inner.IsAnonymous && LosesMembers(inner.Id, depth + 1)))
            {
                return true;
            }
        }

        return false;
    }

    private void WriteSize(Utf8Writer output, byte[] name, ulong sizeBytes)
    {
        output.Write("_Static_assert(sizeof("u8);
        output.Write(name);
        output.Write(") == "u8);
        output.WriteDecimal(sizeBytes);
        output.Write(", \"size of "u8);
        output.Write(name);
        output.Write("\");\n"u8);
        Count++;
    }

    private void WriteMembers(Utf8Writer output, byte[] name, in TypeView composite, ulong baseBits, int depth)
    {
        if (depth >= _path.Length)
        {
            EmissionBudget.Throw($"types nest deeper than {_limits.MaxNesting} levels");
        }

        foreach (MemberView member in composite.Members)
        {
            if (member.IsBitfield || _header.LeavesOut(member.Type))
            {
                continue;
            }

            ulong offset = baseBits + member.BitOffset;
            if (!member.IsAnonymous)
            {
                WriteOffset(output, name, member.Name, offset, depth);
            }

            TypeView inner = _graph[StripQualifiers(member.Type)];
            if (inner.IsComposite && (inner.IsAnonymous || member.IsAnonymous))
            {
                _path[depth] = member.Name.ToArray();
                WriteMembers(output, name, inner, offset, depth + 1);
            }
        }
    }

    private void WriteOffset(Utf8Writer output, byte[] name, ReadOnlySpan<byte> member, ulong bitOffset, int depth)
    {
        output.Write("_Static_assert(__builtin_offsetof("u8);
        output.Write(name);
        output.Write(", "u8);
        for (int i = 0; i < depth; i++)
        {
            if (_path[i].Length > 0)
            {
                output.Write(_path[i]);
                output.Write((byte)'.');
            }
        }

        output.Write(member);
        output.Write(") == "u8);
        output.WriteDecimal(bitOffset / 8);
        output.Write(", \"offset in "u8);
        output.Write(name);
        output.Write("\");\n"u8);
        Count++;
    }

    private bool Disagrees(TypeId id, int depth)
    {
        if (_agreements[id.Value] != Agreement.Unknown)
        {
            return _agreements[id.Value] == Agreement.Disagrees;
        }

        if (depth > _limits.MaxNesting)
        {
            EmissionBudget.Throw($"types nest deeper than {_limits.MaxNesting} levels");
        }

        _agreements[id.Value] = Agreement.Agrees;
        TypeView type = _graph[id];
        bool disagrees = type.Kind == TypeKind.Union && ((type.ElementsInList == 0 && type.SizeBytes > 0) || IsPaddedOrPacked(type));
        if (type.Kind is TypeKind.Typedef or TypeKind.Array or TypeKind.TypeTag || type.IsQualifier)
        {
            disagrees = (type.Kind == TypeKind.Typedef && BpftoolDialect.IsVaList(type.Name, type.Target))
                || Disagrees(type.Target, depth + 1);
        }

        foreach (MemberView member in type.Members)
        {
            disagrees |= Disagrees(member.Type, depth + 1);
        }

        _agreements[id.Value] = disagrees ? Agreement.Disagrees : Agreement.Agrees;
        return disagrees;
    }

    private TypeId StripQualifiers(TypeId id)
    {
        for (int steps = 0; steps <= _limits.MaxNesting; steps++)
        {
            TypeView type = _graph[id];
            if (!type.IsQualifier && type.Kind != TypeKind.TypeTag)
            {
                return id;
            }

            id = type.Target;
        }

        return TypeId.Void;
    }
}
