using System.Globalization;
using System.Text;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Types;

public class TypeGraphProperties
{
    [Fact]
    public void What_is_assembled_is_what_the_views_say() =>
        Prop.ForAll<int, bool>((seed, bigEndian) =>
        {
            (BtfAssembler b, string expected) = Random(seed, bigEndian, null);
            GraphSummary(Read.Graph(b)).ShouldBe(expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(2026, 7));

    [Fact]
    public void A_split_graph_says_what_its_layers_say() =>
        Prop.ForAll<int, bool>((seed, bigEndian) =>
        {
            // References to prototypes and variables of a base would be taken for those of a file that was made for another one.
            (BtfAssembler b, string below) = Random(seed, bigEndian, null, KindsOfObjects);
            (BtfAssembler split, string own) = Random(seed + 1, bigEndian, b);
            GraphSummary(Read.Graph(split)).ShouldBe(below + own);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(2026, 7));

    // The first cases of AddOne; all of them.
    private const int KindsOfObjects = 6;
    private const int AllKinds = 8;

    // Assembles random types and writes down, independently of the graph, what was assembled.
    private static (BtfAssembler Assembler, string Expected) Random(int seed, bool bigEndian, BtfAssembler? baseBtf, int kinds = AllKinds)
    {
        var random = new Random(seed);
        var b = new BtfAssembler(bigEndian, baseBtf);
        var text = new StringBuilder();
        int count = random.Next(1, 60);
        uint end = b.NextId + (uint)count;
        for (int i = 0; i < count; i++)
        {
            uint target = (uint)random.NextInt64(end);
            string name = random.Next(4) == 0 ? "" : $"n{random.Next(20)}";
            text.AppendLine(CultureInfo.InvariantCulture, $"{b.NextId} {AddOne(b, random, name, target, end, kinds)}");
        }

        return (b, text.ToString());
    }

    private static string AddOne(BtfAssembler b, Random random, string name, uint target, uint end, int kinds)
    {
        uint size = (uint)random.NextInt64(uint.MaxValue);
        switch (random.Next(kinds))
        {
            case 0:
                b.Int(name, (int)(size >> 8), signed: true, bits: (int)(size & 127));
                return $"Int {name} size {size >> 8} bits {size & 127}";
            case 1:
                b.Pointer(target);
                return $"Pointer  to {target}";
            case 2:
                b.Typedef(name, target);
                return $"Typedef {name} to {target}";
            case 3:
                b.Array(target, target, size);
                return $"Array  to {target} times {size}";
            case 4:
                return AddStruct(b, random, name, size, end);
            case 5:
                return AddEnum(b, random, name, size);
            case 6:
                ElementsDraft prototype = b.Prototype(target);
                string parameters = "";
                for (int i = random.Next(4); i > 0; i--)
                {
                    uint type = (uint)random.NextInt64(end);
                    prototype.Parameter(name, type);
                    parameters += $" ({name} {type})";
                }

                return $"FunctionPrototype  to {target}{parameters}";
            default:
                b.Variable(name, target, size);
                return $"Variable {name} to {target} linkage {size}";
        }
    }

    private static string AddStruct(BtfAssembler b, Random random, string name, uint size, uint end)
    {
        ElementsDraft draft = b.Struct(name, size);
        string members = "";
        bool bitfields = random.Next(2) == 0;
        for (int i = random.Next(6); i > 0; i--)
        {
            uint type = (uint)random.NextInt64(end);
            uint offset = (uint)random.NextInt64(bitfields ? 1 << 24 : uint.MaxValue);
            uint bits = bitfields ? (uint)random.Next(256) : 0;
            _ = bitfields ? draft.Bitfield($"m{i}", type, offset, bits) : draft.Member($"m{i}", type, offset);
            members += $" (m{i} {type} at {offset} bits {bits})";
        }

        return $"Struct {name} size {size}{members}";
    }

    private static string AddEnum(BtfAssembler b, Random random, string name, uint size)
    {
        bool is64 = random.Next(2) == 0;
        ElementsDraft draft = is64 ? b.Enum64(name, size) : b.Enum(name, size);
        string values = "";
        for (int i = random.Next(6); i > 0; i--)
        {
            long value = is64 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(int.MinValue, int.MaxValue);
            draft.Value($"e{i}", value);
            values += $" (e{i} {value})";
        }

        return $"{(is64 ? "Enum64" : "Enum")} {name} size {size}{values}";
    }

    private static string GraphSummary(TypeGraph graph)
    {
        var text = new StringBuilder();
        for (uint id = 1; id < graph.TypeCount; id++)
        {
            TypeView t = graph[new TypeId(id)];
            string line = $"{id} {t.Kind} {t.NameString}" + t.Kind switch
            {
                TypeKind.Int => $" size {t.SizeBytes} bits {t.IntBits}",
                TypeKind.Array => $" to {t.Target} times {t.ElementCount}",
                TypeKind.Struct or TypeKind.Enum or TypeKind.Enum64 => $" size {t.SizeBytes}",
                TypeKind.Variable => $" to {t.Target} linkage {t.Linkage}",
                _ => $" to {t.Target}",
            };
            foreach (MemberView m in t.Members)
            {
                line += $" ({m.NameString} {m.Type} at {m.BitOffset} bits {m.BitSize})";
            }

            foreach (EnumeratorView e in t.Enumerators)
            {
                line += $" ({Encoding.UTF8.GetString(e.Name)} {e.Value})";
            }

            foreach (ParameterView p in t.Parameters)
            {
                line += $" ({Encoding.UTF8.GetString(p.Name)} {p.Type})";
            }

            text.AppendLine(line);
        }

        return text.ToString();
    }
}
