using System.Buffers;
using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// Writes <c>_Static_assert</c>s on what a header defines: the size of every struct and union that has a name or a typedef, and the
/// offset of every member in it that is not a bitfield, unnamed composites passed through. A compiler that accepts header and
/// assertions agrees with the type graph. Types that hold a <c>va_list</c> by value are left out: it is the compiler's own type, whose
/// size is that of the target one compiles for.
/// </summary>
public sealed class LayoutAssertions
{
    private readonly TypeGraph _graph;
    private readonly HeaderEmitter _header;
    private readonly ReaderLimits _limits;

    // 0 is not known yet.
    private readonly VaListUse[] _vaLists;
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
        _vaLists = new VaListUse[graph.TypeCount];
        _path = new byte[_limits.MaxNesting][];
    }

    private enum VaListUse : byte
    {
        Unknown,
        None,
        Holds,
    }

    /// <summary>Number of assertions written.</summary>
    public long Count { get; private set; }

    /// <summary>Number of types left out because they hold a <c>va_list</c>.</summary>
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

            if (HoldsVaList(composite, 0))
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

    private bool HoldsVaList(TypeId id, int depth)
    {
        if (_vaLists[id.Value] != VaListUse.Unknown)
        {
            return _vaLists[id.Value] == VaListUse.Holds;
        }

        if (depth > _limits.MaxNesting)
        {
            EmissionBudget.Throw($"types nest deeper than {_limits.MaxNesting} levels");
        }

        _vaLists[id.Value] = VaListUse.None;
        TypeView type = _graph[id];
        bool holds = false;
        if (type.Kind is TypeKind.Typedef or TypeKind.Array or TypeKind.TypeTag || type.IsQualifier)
        {
            holds = (type.Kind == TypeKind.Typedef && BpftoolDialect.IsVaList(type.Name, type.Target)) || HoldsVaList(type.Target, depth + 1);
        }

        foreach (MemberView member in type.Members)
        {
            holds |= HoldsVaList(member.Type, depth + 1);
        }

        _vaLists[id.Value] = holds ? VaListUse.Holds : VaListUse.None;
        return holds;
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
