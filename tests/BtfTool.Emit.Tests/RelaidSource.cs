using System.Globalization;
using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.TestKit;

namespace BtfTool.Emit.Tests;

/// <summary>
/// Writes structs in a new order as C, behind a header that has their types: nothing but the order and the alignments that are forced
/// says where the members lie, so a compiler that agrees on the places would put them there in the real source too.
/// </summary>
/// <param name="graph">The graph of the header.</param>
/// <param name="header">The header; it must have been written.</param>
internal sealed class RelaidSource(TypeGraph graph, HeaderEmitter header)
{
    private readonly LayoutModelReader _reader = new(graph, new ReorganizeOptions());
    private readonly TypeSizes _sizes = new(graph);
    private readonly StringBuilder _text = new();

    /// <summary>Structs that were written, by the number in their name.</summary>
    public List<ReorganizationPlan> Written { get; } = [];

    /// <summary>Structs that could not be: no C name, or places that C does not explain.</summary>
    public int LeftOut { get; private set; }

    /// <summary>The C of all that were added.</summary>
    public byte[] Text => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>Name in C of the struct with a number.</summary>
    public static string NameOf(int number) => $"relaid__{number}";

    /// <summary>Adds a struct as a plan lays it.</summary>
    public void Add(ReorganizationPlan plan)
    {
        TypeView type = graph[plan.Type];
        if (type.IsAnonymous || _reader.Read(plan.Type) is not { IsExplained: true } model || !header.IsDefined(plan.Type)
            || header.LeavesOut(plan.Type) || !header.TryGetEmittedName(plan.Type, out string? name))
        {
            LeftOut++;
            return;
        }

        string own = NameOf(Written.Count);
        _text.Append(CultureInfo.InvariantCulture, $"struct {own} {{\n");
        foreach (PlacedMember placed in plan.Members)
        {
            Write($"struct {name}", type.Members[placed.Member], placed, Array.Find(model.Members, m => m.Index == placed.Member));
        }

        _text.Append(CultureInfo.InvariantCulture, $"}} __attribute__((aligned({plan.AlignmentBytes})));\n");
        _text.Append(CultureInfo.InvariantCulture, $"struct {own} v_{own};\n");
        _text.Append(CultureInfo.InvariantCulture, $"_Static_assert(sizeof(struct {own}) == {plan.AfterObjective.SizeBytes}, \"{name}\");\n");
        foreach (PlacedMember placed in plan.Members)
        {
            if (!type.Members[placed.Member].IsBitfield)
            {
                _text.Append(CultureInfo.InvariantCulture,
                    $"_Static_assert(__builtin_offsetof(struct {own}, m{placed.Member}) == {placed.BitOffset / 8}, \"{name}\");\n");
            }
        }

        Written.Add(plan);
    }

    private void Write(string owner, MemberView member, PlacedMember placed, ModelMember laid)
    {
        if (member.IsBitfield)
        {
            _text.Append(CultureInfo.InvariantCulture, $"\t{Unit(laid.UnitBits)} m{placed.Member} : {laid.SizeBits};\n");
            return;
        }

        int natural = _sizes.AlignmentBytesOf(member.Type);
        string attribute = laid.AlignmentBytes > natural ? $" __attribute__((aligned({laid.AlignmentBytes})))" : "";
        string type = member.IsAnonymous
            ? $"struct {{ char bytes[{laid.SizeBits / 8}]; }} __attribute__((aligned({natural})))"
            : $"__typeof__((({owner} *)0)->{Encoding.UTF8.GetString(member.Name)})";
        _text.Append(CultureInfo.InvariantCulture, $"\t{type} m{placed.Member}{attribute};\n");
    }

    private static string Unit(int bits) => bits switch
    {
        8 => "unsigned char",
        16 => "unsigned short",
        32 => "unsigned int",
        64 => "unsigned long long",
        _ => "unsigned __int128",
    };
}
