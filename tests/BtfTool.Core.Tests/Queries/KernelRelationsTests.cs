using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

/// <summary>Relations over a kernel, against a walk down from every type that follows every chain anew.</summary>
public class KernelRelationsTests
{
    private static readonly Lazy<TypeGraph> s_kernel = new(() => Read.Graph(Fixtures.Read("oracle/linux-6.18/vmlinux.btf.gz")));

    public static TheoryData<string> Types => new()
    {
        "list_head", "task_struct", "spinlock", "mutex", "sk_buff", "atomic_t", "work_struct", "file", "hlist_node", "union bpf_attr",
        "enum zone_type", "int", "refcount_t", "inode",
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Relations_of_a_kernel_are_those_that_a_walk_from_every_type_finds(string name)
    {
        TypeGraph graph = s_kernel.Value;
        TypeSet wanted = RelationTargets.Resolve(graph, name, out _);
        var relations = new TypeRelations(graph);
        TypeSet containers = relations.ContainersOf(wanted);
        TypeSet deep = relations.ContainersOf(wanted, int.MaxValue);
        TypeSet pointers = relations.PointersTo(wanted);
        TypeSet takers = relations.TakersOf(wanted);
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if (type.IsComposite)
            {
                Same(containers, type, AnyMember(graph, type, end => wanted.Contains(end), false, false));
                Same(deep, type, HoldsDeep(graph, type, wanted));
                Same(pointers, type, AnyMember(graph, type, end => wanted.Contains(end), true, false));
                Same(takers, type, AnyMember(graph, type, end => Takes(graph, end, wanted), true, true));
            }
            else if (type.Kind == TypeKind.Function)
            {
                Same(takers, type, Takes(graph, type.Target, wanted));
            }
        }
    }

    [Fact]
    public void Members_and_enumerators_of_a_kernel_are_those_that_a_walk_finds()
    {
        TypeGraph graph = s_kernel.Value;
        foreach (string name in (ReadOnlySpan<string>)["lock", "list", "next", "sk_*"])
        {
            TypeSet found = new TypeRelations(graph).HavingMember(name);
            for (uint id = 1; id < (uint)graph.TypeCount; id++)
            {
                TypeView type = graph[new TypeId(id)];
                Same(found, type, type.IsComposite && HasMember(graph, type, name.TrimEnd('*'), name.EndsWith('*')));
            }
        }

        new TypeRelations(graph).HavingEnumerator("TCP_ESTABLISHED").Count.ShouldBeGreaterThan(0);
    }

    private static void Same(TypeSet found, TypeView type, bool expected) => found.Contains(type.Id).ShouldBe(expected, type.NameString);

    private static bool HasMember(TypeGraph graph, TypeView type, string name, bool isPrefix)
    {
        foreach (MemberView member in type.Members)
        {
            string its = member.NameString;
            if (its.Length == 0 ? graph[member.Type] is { IsComposite: true } inner && HasMember(graph, inner, name, isPrefix)
                : isPrefix ? its.StartsWith(name, StringComparison.Ordinal) : its == name)
            {
                return true;
            }
        }

        return false;
    }

    // Whether a member's chain passes through what is wanted, with pointers (one is needed) or without.
    private static bool AnyMember(TypeGraph graph, TypeView type, Predicate<TypeId> isWanted, bool pointers, bool pointerOptional)
    {
        foreach (MemberView member in type.Members)
        {
            bool seen = false;
            for (TypeView at = graph[member.Type]; ; at = graph[at.Target])
            {
                if (isWanted(at.Id) && (seen || !pointers || pointerOptional))
                {
                    return true;
                }

                bool isPointer = at.Kind == TypeKind.Pointer;
                if (at.IsComposite && at.IsAnonymous && !seen && AnyMember(graph, at, isWanted, pointers, pointerOptional))
                {
                    return true;
                }

                if (!(isPointer && pointers) && !at.IsQualifier && at.Kind is not (TypeKind.Typedef or TypeKind.Array or TypeKind.TypeTag))
                {
                    break;
                }

                seen |= isPointer;
            }
        }

        return false;
    }

    private static bool HoldsDeep(TypeGraph graph, TypeView type, TypeSet wanted)
    {
        foreach (MemberView member in type.Members)
        {
            for (TypeView at = graph[member.Type]; ; at = graph[at.Target])
            {
                if (wanted.Contains(at.Id) || (at.IsComposite && HoldsDeep(graph, at, wanted)))
                {
                    return true;
                }

                if (!at.IsQualifier && at.Kind is not (TypeKind.Typedef or TypeKind.Array or TypeKind.TypeTag))
                {
                    break;
                }
            }
        }

        return false;
    }

    private static bool Takes(TypeGraph graph, TypeId id, TypeSet wanted)
    {
        foreach (ParameterView parameter in graph[id].Parameters)
        {
            for (TypeView at = graph[parameter.Type]; ; at = graph[at.Target])
            {
                if (wanted.Contains(at.Id))
                {
                    return true;
                }

                if (!at.IsQualifier && at.Kind is not (TypeKind.Pointer or TypeKind.Typedef or TypeKind.Array or TypeKind.TypeTag))
                {
                    break;
                }
            }
        }

        return false;
    }
}
