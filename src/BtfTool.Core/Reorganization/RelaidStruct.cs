using System.Text;
using BtfTool.Core.Types;

namespace BtfTool.Core.Reorganization;

/// <summary>
/// Makes types of layouts: a segment over a graph whose structs have the members of others in another order and at other places. All that
/// reads a <see cref="TypeGraph"/> (listings, headers, JSON, the layout analyzer) then works on them as on any other. What points to the
/// struct that was re-laid goes on pointing to it as it was; tags of its members stay with it. Cost: linear in the members.
/// Immutable; safe to share between threads.
/// </summary>
/// <param name="graph">The types.</param>
public sealed class RelaidStruct(TypeGraph graph)
{
    private readonly TypeGraphBuilder _builder = new(graph.SourcePath, "", graph)
    {
        PointerSizeBytes = graph.PointerSizeBytes,
        IsBigEndian = graph.IsBigEndian,
        HasSourceDeclarations = graph.Has(Facet.SourceDeclarations),
        PointerSizeIsFromLong = graph.PointerSizeIsFromLong,
    };

    private readonly List<byte> _names = [];
    private readonly bool _hasAlignments = graph.Has(Facet.DeclaredAlignment);
    private readonly bool _hasPlaces = graph.Has(Facet.DeclarationPlace);

    /// <summary>One struct as a plan lays it out, in a graph of its own over that of the struct.</summary>
    /// <param name="graph">The graph of the plan.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="name">Another name; null for that of the struct.</param>
    public static TypeRef Of(TypeGraph graph, ReorganizationPlan plan, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var relaid = new RelaidStruct(graph);
        TypeId id = relaid.Add(plan, name);
        return new TypeRef(relaid.Build(), id);
    }

    /// <summary>Adds a struct as a plan lays it out. Gives the id that it will have.</summary>
    /// <param name="plan">The plan, of the same graph.</param>
    /// <param name="name">Another name; null for that of the struct.</param>
    public TypeId Add(ReorganizationPlan plan, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Add(plan.Type, plan.Members, plan.AfterObjective.SizeBytes, name);
    }

    /// <summary>Adds a struct with its members at other places. Gives the id that it will have.</summary>
    /// <param name="type">The struct or union, of the graph.</param>
    /// <param name="members">Members of it in their new order, each at most once.</param>
    /// <param name="sizeBytes">The new size, at least 0.</param>
    /// <param name="name">Another name; null for that of the struct.</param>
    /// <exception cref="ArgumentOutOfRangeException">A member is not one of the struct, or its place or the size is negative.</exception>
    public TypeId Add(TypeId type, ReadOnlySpan<PlacedMember> members, long sizeBytes, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeBytes);
        TypeView view = graph[type];
        TypeId id = _builder.AddComposite(view.Kind, name is null ? view.NameId : NameOf(name), (ulong)sizeBytes, view.Flag);
        if (_hasAlignments)
        {
            _builder.SetDeclaredAlignment(view.DeclaredAlignmentBytes);
        }

        if (_hasPlaces && view.TryGetDeclaration(out NameId file, out uint line))
        {
            _builder.SetDeclaration(file, line);
        }

        MemberList list = view.Members;
        foreach (ref readonly PlacedMember placed in members)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(placed.BitOffset);
            MemberView member = list[placed.Member];
            _builder.AddMember(member.NameId, member.Type, (ulong)placed.BitOffset, member.BitSize, member.DeclaredAlignmentBytes);
        }

        return id;
    }

    /// <summary>The graph with the structs that were added; nothing can be added afterwards. Its own types are these alone.</summary>
    public TypeGraph Build()
    {
        if (_hasAlignments)
        {
            _builder.EnableDeclaredAlignment();
        }

        if (_hasPlaces)
        {
            _builder.EnableDeclarations();
        }

        if (_names.Count > 0)
        {
            _builder.SetNames([.. _names]);
        }

        return _builder.Build();
    }

    // Names count on from those of the base.
    private NameId NameOf(string name)
    {
        var id = new NameId(checked(graph.NameEnd + (uint)_names.Count));
        _names.AddRange(Encoding.UTF8.GetBytes(name.Replace("\0", "", StringComparison.Ordinal)));
        _names.Add(0);
        return id;
    }
}
