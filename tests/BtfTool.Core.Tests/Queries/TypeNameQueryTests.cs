using System.Text;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class TypeNameQueryTests
{
    [Fact]
    public void A_bare_name_means_all_distinct_types_of_that_name_in_file_order()
    {
        var names = new Names("node", "key");
        TypeGraphBuilder b = names.Builder();
        TypeId number = b.AddInt(names["key"], 4, IntEncoding.Signed, 0, 32);
        TypeId union = b.AddComposite(TypeKind.Union, names["node"], 4);
        b.AddMember(names["key"], number, 0, 0);
        TypeId first = AddStruct(b, names["node"], names["key"], number);
        _ = AddStruct(b, names["node"], names["key"], number);
        TypeId other = b.AddComposite(TypeKind.Struct, names["node"], 8);
        TypeId typedef = b.AddReference(TypeKind.Typedef, names["node"], other);
        b.AddForward(names["node"], false);

        Ids(b.Build(), "node").ShouldBe([union, first, other, typedef]);
    }

    [Theory]
    [InlineData("struct node", TypeKind.Struct)]
    [InlineData("  union \t node ", TypeKind.Union)]
    [InlineData("enum node", TypeKind.Enum)]
    [InlineData("typedef node", TypeKind.Typedef)]
    public void A_word_in_front_chooses_the_kind(string text, TypeKind kind)
    {
        TypeGraph graph = OneOfEach();

        TypeNameResult result = TypeNameQuery.Resolve(graph, text);

        result.IsDefined.ShouldBeTrue();
        result.Types.Select(id => graph[id].Kind).ShouldBe([kind]);
    }

    [Theory]
    [InlineData("*", 4)]
    [InlineData("no?e", 4)]
    [InlineData("struct n*", 1)]
    [InlineData("enum [a-n]ode", 1)]
    public void Patterns_find_named_definitions(string text, int count)
    {
        TypeNameQuery.Resolve(OneOfEach(), text).Types.Count.ShouldBe(count);
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_a_problem()
    {
        TypeNameQuery.Resolve(OneOfEach(), "struct x*").Problem.ShouldBe("no type matches 'struct x*'");
    }

    [Fact]
    public void A_name_with_brackets_is_found_as_it_is()
    {
        var names = new Names("Slice<[u8]>", "Slice<u>");
        TypeGraphBuilder b = names.Builder();
        TypeId exact = b.AddComposite(TypeKind.Struct, names["Slice<[u8]>"], 16);
        b.AddComposite(TypeKind.Struct, names["Slice<u>"], 16);

        Ids(b.Build(), "Slice<[u8]>").ShouldBe([exact]);
    }

    [Fact]
    public void What_is_only_declared_is_said_to_be()
    {
        var names = new Names("lock", "mode");
        TypeGraphBuilder b = names.Builder();
        TypeId forward = b.AddForward(names["lock"], false);
        b.AddEnum(TypeKind.Enum, names["mode"], 4, false);
        TypeGraph graph = b.Build();

        TypeNameResult result = TypeNameQuery.Resolve(graph, "struct lock");
        result.Types.ShouldBe([forward]);
        result.Problem.ShouldBe("struct lock is only declared here, not defined");
        TypeNameQuery.Resolve(graph, "lock").Problem.ShouldBe("struct lock is only declared here, not defined");
        TypeNameQuery.Resolve(graph, "mode").Problem.ShouldBe("enum mode is only declared here, not defined");
        TypeNameQuery.Resolve(graph, "union lock").Problem.ShouldBe("'lock' is a struct, not a union");
    }

    [Fact]
    public void A_name_of_another_kind_is_said_to_be_one()
    {
        var names = new Names("int");
        TypeGraphBuilder b = names.Builder();
        b.AddInt(names["int"], 4, IntEncoding.Signed, 0, 32);

        TypeNameQuery.Resolve(b.Build(), "int").Problem.ShouldBe("'int' is an integer type, not a struct, union, enum or typedef");
    }

    [Fact]
    public void A_name_that_is_the_end_of_another_is_found_where_their_bytes_are_shared()
    {
        // "sock" has no bytes of its own: it is the end of "tcp_sock", and many other names end so.
        string[] ends = [.. Enumerable.Range(0, 20).Select(i => $"a{i}_sock")];
        var names = new Names(["tcp_sock", .. ends]);
        TypeGraphBuilder b = names.Builder();
        b.AddComposite(TypeKind.Struct, names["tcp_sock"], 16);
        TypeId shared = b.AddComposite(TypeKind.Struct, new NameId(names["tcp_sock"].Value + 4), 8);
        b.AddComposite(TypeKind.Struct, names["a7_sock"], 8);

        Ids(b.Build(), "sock").ShouldBe([shared]);
    }

    [Fact]
    public void Types_of_the_base_and_names_of_the_base_are_found_in_a_split_graph()
    {
        var baseNames = new Names("inode", "file");
        TypeGraphBuilder b = baseNames.Builder();
        TypeId inBase = b.AddComposite(TypeKind.Struct, baseNames["inode"], 8);
        TypeGraph kernel = b.Build();

        var names = new Names("fuse_inode");
        var split = new TypeGraphBuilder("module", "BTF", kernel);
        split.SetNames(names.Pool);
        TypeId own = split.AddComposite(TypeKind.Struct, new NameId(kernel.NameEnd + names["fuse_inode"].Value), 16);
        TypeId sameName = split.AddComposite(TypeKind.Struct, baseNames["inode"], 24);
        TypeGraph graph = split.Build();

        Ids(graph, "fuse_inode").ShouldBe([own]);
        Ids(graph, "inode").ShouldBe([inBase, sameName]);
        Ids(graph, "*inode").ShouldBe([inBase, own, sameName]);
    }

    [Fact]
    public void A_mistyped_name_brings_the_nearest_ones()
    {
        var names = new Names("task_struct", "task_struck", "tusk_struct", "mask_struct", "thread_struct", "sock");
        TypeGraphBuilder b = names.Builder();
        foreach (string name in new[] { "task_struct", "task_struck", "tusk_struct", "mask_struct", "thread_struct" })
        {
            b.AddComposite(TypeKind.Struct, names[name], 8);
        }

        b.AddComposite(TypeKind.Union, names["sock"], 8);
        TypeGraph graph = b.Build();

        TypeNameQuery.Resolve(graph, "task_strct").Problem
            .ShouldBe("unknown type 'task_strct': did you mean 'task_struct' or 'task_struck' or 'tusk_struct'?");
        TypeNameQuery.Resolve(graph, "union task_strct").Problem.ShouldBe("unknown type 'union task_strct'");
        TypeNameQuery.Resolve(graph, "zz").Problem.ShouldBe("unknown type 'zz'");
        TypeNameQuery.Resolve(graph, "scok").Problem.ShouldBe("unknown type 'scok': did you mean 'sock'?");
        TypeNameQuery.Resolve(graph, "").Problem.ShouldBe("unknown type ''");
    }

    [Fact]
    public void The_struct_behind_a_typedef_is_found_through_qualifiers_and_typedefs()
    {
        var names = new Names("a", "b", "p");
        TypeGraphBuilder b = names.Builder();
        TypeId anonymous = b.AddComposite(TypeKind.Struct, default, 4);
        TypeId constant = b.AddReference(TypeKind.Const, default, anonymous);
        TypeId inner = b.AddReference(TypeKind.Typedef, names["a"], constant);
        TypeId outer = b.AddReference(TypeKind.Typedef, names["b"], inner);
        TypeId pointer = b.AddReference(TypeKind.Pointer, default, anonymous);
        TypeId toPointer = b.AddReference(TypeKind.Typedef, names["p"], pointer);
        TypeGraph graph = b.Build();

        TypeNameQuery.CompositeBehind(graph, outer).ShouldBe(anonymous);
        TypeNameQuery.CompositeBehind(graph, toPointer).ShouldBeNull();
    }

    [Theory]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "abcd", 1)]
    [InlineData("abc", "bc", 1)]
    [InlineData("abc", "xbc", 1)]
    [InlineData("abcdef", "badcfe", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    public void Distances_count_edits_and_swaps(string a, string b, int distance)
    {
        for (int limit = distance; limit < 8; limit++)
        {
            EditDistance.Measure(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b), limit).ShouldBe(distance);
        }

        if (distance > 0)
        {
            EditDistance.Measure(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b), distance - 1).ShouldBeGreaterThan(distance - 1);
        }
    }

    private static IReadOnlyList<TypeId> Ids(TypeGraph graph, string text) => TypeNameQuery.Resolve(graph, text).Types;

    private static TypeId AddStruct(TypeGraphBuilder b, NameId name, NameId member, TypeId type)
    {
        TypeId id = b.AddComposite(TypeKind.Struct, name, 4);
        b.AddMember(member, type, 0, 0);
        return id;
    }

    private static TypeGraph OneOfEach()
    {
        var names = new Names("node", "A");
        TypeGraphBuilder b = names.Builder();
        TypeId type = b.AddComposite(TypeKind.Struct, names["node"], 0);
        b.AddComposite(TypeKind.Union, names["node"], 0);
        b.AddEnum(TypeKind.Enum, names["node"], 4, false);
        b.AddEnumerator(names["A"], 1);
        b.AddReference(TypeKind.Typedef, names["node"], type);
        b.AddComposite(TypeKind.Struct, default, 4);
        b.AddForward(names["node"], true);
        return b.Build();
    }

    private sealed class Names
    {
        private readonly Dictionary<string, NameId> _ids = [];

        public Names(params string[] names)
        {
            var pool = new MemoryStream();
            pool.WriteByte(0);
            foreach (string name in names)
            {
                _ids[name] = new NameId((uint)pool.Length);
                pool.Write(Encoding.UTF8.GetBytes(name));
                pool.WriteByte(0);
            }

            Pool = pool.ToArray();
        }

        public byte[] Pool { get; }

        public NameId this[string name] => _ids[name];

        public TypeGraphBuilder Builder()
        {
            var builder = new TypeGraphBuilder("test", "BTF", null);
            builder.SetNames(Pool);
            return builder;
        }
    }
}
