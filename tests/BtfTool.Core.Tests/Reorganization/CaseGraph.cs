using System.Text;
using BtfTool.Core.Types;
using BtfTool.TestKit;

namespace BtfTool.Core.Tests.Reorganization;

/// <summary>How a member gets an alignment larger than that of its type.</summary>
internal enum Forcing
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The file says it.</summary>
    Declared,

    /// <summary>Only the hole before it shows it, if there is one.</summary>
    Shown,
}

/// <summary>A member of a made-up struct.</summary>
/// <param name="Size">Bytes; of a bitfield those of its storage unit.</param>
/// <param name="Alignment">Bytes.</param>
/// <param name="Bits">Width of a bitfield.</param>
internal readonly record struct CaseMember(int Size, int Alignment, int Bits = 0)
{
    /// <summary>The larger alignment.</summary>
    public int ForcedAlignment { get; init; }

    /// <summary>Where that comes from.</summary>
    public Forcing Forcing { get; init; }

    /// <summary>Name in <see cref="CaseGraph.Names"/>; -1 for one by its place.</summary>
    public int Name { get; init; } = -1;

    /// <summary>An array without elements: a flexible one at the end, a marker elsewhere.</summary>
    public static CaseMember Empty(int alignment) => new(0, alignment);
}

/// <summary>Many small structs in one graph, laid by the C rules.</summary>
internal sealed class CaseGraph
{
    /// <summary>Names of members: those that mean something, then those by place.</summary>
    public static readonly string[] Names =
        ["__cacheline_group_begin__g", "__cacheline_group_end__g", .. Enumerable.Range(0, 24).Select(i => $"m{i}")];

    private readonly TypeGraphBuilder _builder = new("cases", "", null);
    private readonly Dictionary<(int Size, int Alignment), TypeId> _types = [];
    private readonly NameId[] _names = new NameId[Names.Length];

    public CaseGraph()
    {
        var pool = new StringBuilder("\0");
        for (int i = 0; i < Names.Length; i++)
        {
            _names[i] = new NameId((uint)pool.Length);
            pool.Append(Names[i]).Append('\0');
        }

        _builder.SetNames(Encoding.ASCII.GetBytes(pool.ToString()));
    }

    /// <summary>The structs that were added.</summary>
    public List<TypeId> Structs { get; } = [];

    /// <summary>Adds a struct with members in this order.</summary>
    public TypeId Add(ReadOnlySpan<CaseMember> members, int structAlignment = 1)
    {
        Span<TypeId> types = stackalloc TypeId[members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            types[i] = TypeOf(members[i]);
        }

        ModelCursor cursor = default;
        Span<long> bits = stackalloc long[members.Length];
        int alignment = structAlignment;
        for (int i = 0; i < members.Length; i++)
        {
            CaseMember member = members[i];
            int own = Math.Max(member.Alignment, member.ForcedAlignment);
            long size = member.Bits != 0 ? member.Bits : member.Size * 8L;
            bits[i] = cursor.Place(new ModelMember(i, size, own, member.Bits != 0 ? member.Size * 8 : 0));
            alignment = Math.Max(alignment, own);
        }

        TypeId id = _builder.AddComposite(TypeKind.Struct, default, (ulong)ModelCursor.RoundUp((cursor.Bit + 7) / 8, alignment));
        for (int i = 0; i < members.Length; i++)
        {
            CaseMember member = members[i];
            _builder.AddMember(_names[member.Name >= 0 ? member.Name : i + 2], types[i], (ulong)bits[i], (uint)member.Bits,
                member.Forcing == Forcing.Declared ? (uint)member.ForcedAlignment : 0);
        }

        Structs.Add(id);
        return id;
    }

    public TypeGraph Build() => _builder.Build();

    private TypeId TypeOf(CaseMember member)
    {
        (int Size, int Alignment) key = (member.Size, member.Alignment);
        if (_types.TryGetValue(key, out TypeId id))
        {
            return id;
        }

        int step = member.Size % member.Alignment == 0 ? member.Alignment : 1;
        TypeId element = step == member.Size ? default : TypeOf(new CaseMember(step, step));
        id = step == member.Size ? _builder.AddInt(default, (ulong)step, IntEncoding.None, 0, step * 8)
            : _builder.AddArray(default, element, element, (ulong)(member.Size / step));
        if (step != member.Alignment)
        {
            // A size that the alignment does not divide: typedef char t[3] __attribute__((aligned(2))).
            id = _builder.AddReference(TypeKind.Typedef, _names[0], id);
            _builder.SetDeclaredAlignment((uint)member.Alignment);
        }

        return _types[key] = id;
    }
}
