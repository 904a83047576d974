using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Which types of a graph hold, point to or take others. A struct or union without a name belongs to the one that it lies in: what it
/// holds, that one holds. Every answer is complete; types that refer to themselves are no trouble. Each method costs a few passes over
/// the types and members of the graph, its base included, however many types are asked for.
/// </summary>
/// <param name="graph">The types.</param>
internal sealed class TypeRelations(TypeGraph graph)
{
    /// <summary>
    /// Structs and unions that hold one of the wanted types by value: as a member, an element of an array, behind typedefs, qualifiers
    /// and type tags, inside members without a named type.
    /// </summary>
    /// <param name="wanted">What is held; of this graph.</param>
    /// <param name="depth">How many named types may lie within each other, at least 1; 1 is what holds it itself.</param>
    public TypeSet ContainersOf(TypeSet wanted, int depth = 1)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        var edges = new ReverseEdges(graph, EdgeKinds.Transparent | EdgeKinds.Members | EdgeKinds.Declarations);
        var found = new TypeSet(graph);
        var seen = new TypeSet(graph);
        Stack<uint> level = ToStack(wanted);
        for (Stack<uint> next = new(); depth > 0 && level.Count > 0; depth--, (level, next) = (next, level))
        {
            while (level.TryPop(out uint held))
            {
                foreach (uint source in edges.To(held))
                {
                    TypeKind kind = graph.KindOf(new TypeId(source));
                    if (kind == TypeKind.Variable || IsComposite(kind))
                    {
                        found.Add(source);
                    }

                    if (seen.Add(source))
                    {
                        (IsComposite(kind) && !IsUnnamed(source) ? next : level).Push(source);
                    }
                }
            }
        }

        return found;
    }

    /// <summary>
    /// Structs and unions with a member that leads to one of the wanted types through any chain of pointers (at least one), arrays,
    /// typedefs, qualifiers and type tags, also inside members without a named type; variables and typedefs of such a type.
    /// Pointers to functions lead nowhere: see <see cref="TakersOf"/>.
    /// </summary>
    /// <param name="wanted">What is pointed to; of this graph.</param>
    public TypeSet PointersTo(TypeSet wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var edges = new ReverseEdges(graph, EdgeKinds.Transparent | EdgeKinds.Pointers | EdgeKinds.Members | EdgeKinds.Declarations);
        var values = new TypeSet(graph);
        var pointers = new TypeSet(graph);
        var first = new Stack<uint>();
        Stack<uint> work = ToStack(wanted);
        while (work.TryPop(out uint id))
        {
            foreach (uint source in edges.To(id))
            {
                TypeKind kind = graph.KindOf(new TypeId(source));
                if (kind == TypeKind.Pointer && pointers.Add(source))
                {
                    first.Push(source);
                }
                else if (ReverseEdges.IsTransparent(kind) && values.Add(source))
                {
                    work.Push(source);
                }
            }
        }

        return HoldersOf(first, pointers, edges);
    }

    /// <summary>
    /// Functions with a parameter of one of the wanted types, by value or through any chain of pointers, arrays, typedefs, qualifiers
    /// and type tags; structs and unions with a member that points to such a function, variables and typedefs of that kind.
    /// </summary>
    /// <param name="wanted">What is taken; of this graph.</param>
    public TypeSet TakersOf(TypeSet wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var edges = new ReverseEdges(graph, EdgeKinds.Transparent | EdgeKinds.Pointers | EdgeKinds.Members | EdgeKinds.Declarations);
        var taken = new TypeSet(graph);
        Stack<uint> work = ToStack(wanted);
        while (work.TryPop(out uint id))
        {
            taken.Add(id);
            foreach (uint source in edges.To(id))
            {
                TypeKind kind = graph.KindOf(new TypeId(source));
                if ((kind == TypeKind.Pointer || ReverseEdges.IsTransparent(kind)) && taken.Add(source))
                {
                    work.Push(source);
                }
            }
        }

        var reached = new TypeSet(graph);
        return HoldersOf(PrototypesTaking(taken, reached), reached, edges);
    }

    /// <summary>
    /// Structs and unions with a member of a name, their own or one of a member without a name, as C finds it.
    /// </summary>
    /// <param name="name">The name, or a pattern with <c>*</c>, <c>?</c>, <c>[abc]</c>.</param>
    public TypeSet HavingMember(string name)
    {
        var names = new NameMatcher(graph, name);
        var found = new TypeSet(graph);
        var work = new Stack<uint>();
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (IsComposite(graph.KindOf(new TypeId(id))) && HasMember(id, names))
            {
                found.Add(id);
                work.Push(id);
            }
        }

        var edges = new ReverseEdges(graph, EdgeKinds.Transparent | EdgeKinds.UnnamedMembers);
        var seen = new TypeSet(graph);
        while (work.TryPop(out uint id))
        {
            foreach (uint source in edges.To(id))
            {
                TypeKind kind = graph.KindOf(new TypeId(source));
                bool isNew = IsComposite(kind) ? found.Add(source) : kind != TypeKind.Array && seen.Add(source);
                if (isNew)
                {
                    work.Push(source);
                }
            }
        }

        return found;
    }

    /// <summary>Enumerations with an enumerator of a name.</summary>
    /// <param name="name">The name, or a pattern with <c>*</c>, <c>?</c>, <c>[abc]</c>.</param>
    public TypeSet HavingEnumerator(string name)
    {
        var names = new NameMatcher(graph, name);
        var found = new TypeSet(graph);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph.KindOf(new TypeId(id)) is TypeKind.Enum or TypeKind.Enum64 && HasEnumerator(id, names))
            {
                found.Add(id);
            }
        }

        return found;
    }

    // What has a member, or is a variable or typedef, of a type that was reached: further through pointers as well. What lies in a
    // struct without a name is held by the one around it, by value only.
    private TypeSet HoldersOf(Stack<uint> work, TypeSet reached, ReverseEdges edges)
    {
        var found = new TypeSet(graph);
        var around = new TypeSet(graph);
        var unnamed = new Stack<uint>();
        while (work.TryPop(out uint id))
        {
            foreach (uint source in edges.To(id))
            {
                TypeKind kind = graph.KindOf(new TypeId(source));
                bool goesOn = kind == TypeKind.Pointer || ReverseEdges.IsTransparent(kind);
                if (goesOn && reached.Add(source))
                {
                    work.Push(source);
                }

                Hold(source, kind, found, around, unnamed);
            }
        }

        while (unnamed.TryPop(out uint id))
        {
            foreach (uint source in edges.To(id))
            {
                TypeKind kind = graph.KindOf(new TypeId(source));
                if (ReverseEdges.IsTransparent(kind) && around.Add(source))
                {
                    unnamed.Push(source);
                }

                Hold(source, kind, found, around, unnamed);
            }
        }

        return found;
    }

    private void Hold(uint source, TypeKind kind, TypeSet found, TypeSet around, Stack<uint> unnamed)
    {
        if (IsComposite(kind) || kind is TypeKind.Variable or TypeKind.Function or TypeKind.Typedef)
        {
            found.Add(source);
        }

        if (IsComposite(kind) && IsUnnamed(source) && around.Add(source))
        {
            unnamed.Push(source);
        }
    }

    private Stack<uint> PrototypesTaking(TypeSet taken, TypeSet reached)
    {
        var prototypes = new Stack<uint>();
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph.KindOf(new TypeId(id)) == TypeKind.FunctionPrototype && Takes(id, taken) && reached.Add(id))
            {
                prototypes.Push(id);
            }
        }

        return prototypes;
    }

    // A void at the end stands for `...`, which is nothing that could be asked for.
    private bool Takes(uint prototype, TypeSet taken)
    {
        foreach (ref readonly ParameterRow parameter in graph.ParametersOf(prototype))
        {
            if (parameter.Type != 0 && taken.Contains(parameter.Type))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasMember(uint id, NameMatcher names)
    {
        foreach (ref readonly MemberRow member in graph.MembersOf(id))
        {
            if (names.Matches(new NameId(member.Name)))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasEnumerator(uint id, NameMatcher names)
    {
        foreach (ref readonly EnumeratorRow enumerator in graph.EnumeratorsOf(id))
        {
            if (names.Matches(new NameId(enumerator.Name)))
            {
                return true;
            }
        }

        return false;
    }

    private Stack<uint> ToStack(TypeSet types)
    {
        var stack = new Stack<uint>();
        for (uint id = 0; id < (uint)graph.TypeCount; id++)
        {
            if (types.Contains(id))
            {
                stack.Push(id);
            }
        }

        return stack;
    }

    private bool IsUnnamed(uint id) => graph[new TypeId(id)].IsAnonymous;

    private static bool IsComposite(TypeKind kind) => kind is TypeKind.Struct or TypeKind.Union;
}
