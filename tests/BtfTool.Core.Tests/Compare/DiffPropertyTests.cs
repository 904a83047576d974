using BtfTool.Core.Compare;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>What holds for all comparisons.</summary>
public class DiffPropertyTests
{
    // A program as plain data, so that it can be changed and written in any order.
    private sealed record Part(string Name, int Width, bool IsPointer, string? Holds);

    private sealed record Program(List<(string Name, List<Part> Parts)> Structs, List<(string Name, List<string> Values)> Enums);

    private static Program Make(int seed)
    {
        var random = new Random(seed);
        var program = new Program([], []);
        for (int s = 0; s < 12; s++)
        {
            var parts = new List<Part>();
            for (int m = 0; m < 2 + random.Next(6); m++)
            {
                string? holds = s > 0 && random.Next(3) == 0 ? $"s{random.Next(s)}" : null;
                parts.Add(new Part($"m{m}", 4, random.Next(3) == 0, holds));
            }

            program.Structs.Add(($"s{s}", parts));
        }

        for (int e = 0; e < 3; e++)
        {
            program.Enums.Add(($"e{e}", [$"E{e}_A", $"E{e}_B", $"E{e}_C"]));
        }

        return program;
    }

    private static void Spoil(Program program, Random random)
    {
        List<Part> parts = program.Structs[random.Next(program.Structs.Count)].Parts;
        switch (random.Next(5))
        {
            case 0:
                parts.Insert(random.Next(parts.Count + 1), new Part($"new{random.Next(1000)}", 4, false, null));
                break;
            case 1 when parts.Count > 1:
                parts.RemoveAt(random.Next(parts.Count));
                break;
            case 2:
                int at = random.Next(parts.Count);
                parts[at] = parts[at] with { IsPointer = !parts[at].IsPointer };
                break;
            case 3:
                program.Enums[random.Next(3)].Values.Add($"X{random.Next(1000)}");
                break;
            default:
                program.Structs.Add(($"extra{random.Next(1000)}", [new Part("only", 4, false, null)]));
                break;
        }
    }

    // Ids by a first pass over the records in the order that is asked for.
    private static TypeGraph Write(Program program, Random? order)
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        var structs = new List<(string Name, List<Part> Parts)>(program.Structs);
        Random shuffle = order ?? new Random(0);
        if (order is not null)
        {
            structs.Sort((x, y) => x.Name.GetHashCode(StringComparison.Ordinal).CompareTo(y.Name.GetHashCode(StringComparison.Ordinal)));
            for (int n = structs.Count - 1; n > 0; n--)
            {
                int other = shuffle.Next(n + 1);
                (structs[n], structs[other]) = (structs[other], structs[n]);
            }
        }

        var ids = new Dictionary<string, uint>();
        for (int n = 0; n < structs.Count; n++)
        {
            ids[structs[n].Name] = b.NextId + (uint)(2 * n) + 1;
        }

        var sizes = new Dictionary<string, uint>();
        foreach ((string name, List<Part> parts) in program.Structs)
        {
            uint size = 0;
            foreach (Part part in parts)
            {
                size += SizeOf(part, sizes);
            }

            sizes[name] = size;
        }

        foreach ((string name, List<Part> parts) in structs)
        {
            b.Pointer(ids[name]);
            ElementsDraft draft = b.Struct(name, sizes[name]);
            uint offset = 0;
            foreach (Part part in parts)
            {
                uint type = part.Holds is null ? i : part.IsPointer ? ids[part.Holds] - 1 : ids[part.Holds];
                draft.Member(part.Name, type, offset * 8);
                offset += SizeOf(part, sizes);
            }
        }

        foreach ((string name, List<string> values) in program.Enums)
        {
            ElementsDraft draft = b.Enum(name);
            for (int v = 0; v < values.Count; v++)
            {
                draft.Value(values[v], v);
            }
        }

        return Read.Graph(b);

        static uint SizeOf(Part part, Dictionary<string, uint> sizes) => part.Holds is null ? 4 : part.IsPointer ? 8 : sizes[part.Holds];
    }

    [Fact]
    public void Order_and_ids_make_no_difference()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Program program = Make(seed);
            Diffs.Of(Write(program, null), Write(program, new Random(seed))).Differences.Select(d => d.Name).ShouldBeEmpty($"seed {seed}");
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_order_and_ids()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Program old = Make(seed), now = Make(seed);
            var random = new Random(seed);
            Spoil(now, random);
            Spoil(now, random);
            string one = Text(Diffs.Of(Write(old, null), Write(now, null)));
            Text(Diffs.Of(Write(old, new Random(seed)), Write(now, new Random(seed + 1)))).ShouldBe(one, $"seed {seed}");
            one.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void Back_is_the_mirror_of_forth()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Program old = Make(seed), now = Make(seed);
            Spoil(now, new Random(seed));
            TypeGraph a = Write(old, null), b = Write(now, null);
            GraphDiffResult forth = Diffs.Of(a, b), back = Diffs.Of(b, a);

            back.Differences.Select(d => d.Name).Order().ShouldBe(forth.Differences.Select(d => d.Name).Order(), $"seed {seed}");
            back.CountOf(ChangeClass.MemberMoved).ShouldBe(forth.CountOf(ChangeClass.MemberMoved), $"seed {seed}");
            back.CountOf(ChangeClass.TypeAdded).ShouldBe(forth.CountOf(ChangeClass.TypeRemoved));
            back.CountOf(ChangeClass.Embedded).ShouldBe(forth.CountOf(ChangeClass.Embedded), $"seed {seed}");
            Added(back).ShouldBe(forth.CountOf(ChangeClass.MemberRemoved), $"seed {seed}");
            Added(forth).ShouldBe(back.CountOf(ChangeClass.MemberRemoved), $"seed {seed}");
            (back.CountOf(ChangeClass.EnumAppend) + back.CountOf(ChangeClass.EnumInsert)).ShouldBe(forth.CountOf(ChangeClass.EnumRemove));
            foreach (TypeDifference difference in forth.Differences)
            {
                back.Differences.Single(d => d.Name == difference.Name).IsCause.ShouldBe(difference.IsCause, $"seed {seed} {difference.Name}");
            }
        }

        static int Added(GraphDiffResult r) => r.CountOf(ChangeClass.MemberAdded) + r.CountOf(ChangeClass.HoleFill) + r.CountOf(ChangeClass.TailGrowth);
    }

    [Fact]
    public void Shared_types_without_a_name_and_circles_end()
    {
        for (int levels = 1; levels < 40; levels += 6)
        {
            TypeGraph Nested(uint last)
            {
                var b = new BtfAssembler();
                uint below = b.Int(last == 0 ? "int" : "other", 4);
                for (int n = 0; n < levels; n++)
                {
                    below = b.Struct("", 8).Member("a", below, 0).Member("b", below, 32);
                }

                b.Struct("top", 8).Member("x", below, 0);
                b.Function("f", b.Prototype(below).Parameter("p", below));
                return Read.Graph(b);
            }

            Diffs.Of(Nested(0), Nested(0)).IsEmpty.ShouldBeTrue();
            Diffs.Of(Nested(0), Nested(1)).IsEmpty.ShouldBeFalse();
        }
    }

    [Fact]
    public void Many_types_of_one_name_are_compared_in_bounded_work()
    {
        TypeGraph Many(int seed)
        {
            var random = new Random(seed);
            var b = new BtfAssembler();
            uint i = b.Int("int", 4);
            for (int n = 0; n < 20_000; n++)
            {
                b.Struct("s", 4).Member($"m{random.Next(30_000)}", i, 0);
                b.Typedef("t", b.Pointer((uint)random.Next(1, 100)));
            }

            ElementsDraft wide = b.Struct("wide", 400_000);
            for (uint n = 0; n < 50_000; n++)
            {
                wide.Member($"w{random.Next(60_000)}", i, n * 32);
            }

            return Read.Graph(b);
        }

        Diffs.Of(Many(1), Many(2)).IsEmpty.ShouldBeFalse();
    }

    private static string Text(GraphDiffResult result) =>
        string.Join('\n', result.Differences.Select(d => $"{d.Name} {d.FanOut} {d.Breaks}: {string.Join("; ", Diffs.Lines(d))}"));
}
