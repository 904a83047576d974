using BtfTool.Core.Types;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Headers;

/// <summary>
/// The kernel functions that BPF programs may call: those with the tag <c>bpf_kfunc</c>. One line for each tag, sorted by name; a
/// function that is tagged twice has two. Rule: bpftool 7.8.
/// </summary>
internal static class KernelFunctions
{
    /// <summary>Writes the declarations.</summary>
    public static void Write(TypeColumns types, TypeEmitter emitter, HeaderDiagnostics diagnostics, Utf8Writer output)
    {
        List<uint> functions = Find(types, out HashSet<uint> fast);
        foreach (uint id in functions)
        {
            if (types.Has(types.Target(id), TypeMarks.Undeclarable))
            {
                diagnostics.LeftOutType(id, "its prototype has no words in C");
                continue;
            }

            output.Write("extern "u8);
            if (fast.Contains(id))
            {
                output.Write("__bpf_fastcall "u8);
            }

            emitter.WritePrototype(types.Target(id), types.NameBytes(id));
            output.Write(" __weak __ksym;\n"u8);
        }
    }

    private static List<uint> Find(TypeColumns types, out HashSet<uint> fast)
    {
        var functions = new List<(uint Id, int Order)>();
        fast = [];
        ReadOnlySpan<byte> kinds = types.KindBytes;
        for (int at = NextTag(kinds, 0); at < kinds.Length; at = NextTag(kinds, at + 1))
        {
            uint id = (uint)at;
            if (types.Kind(types.Target(id)) != TypeKind.Function || types.View(id).ComponentIndex != -1)
            {
                continue;
            }

            ReadOnlySpan<byte> tag = types.NameBytes(id);
            if (tag.SequenceEqual("bpf_kfunc"u8))
            {
                functions.Add((types.Target(id), functions.Count));
            }
            else if (tag.SequenceEqual("bpf_fastcall"u8))
            {
                fast.Add(types.Target(id));
            }
        }

        functions.Sort((a, b) =>
            types.NameBytes(a.Id).SequenceCompareTo(types.NameBytes(b.Id)) is var byName and not 0 ? byName : a.Order - b.Order);
        return functions.ConvertAll(f => f.Id);
    }

    private static int NextTag(ReadOnlySpan<byte> kinds, int from)
    {
        const byte Tag = (byte)TypeKind.DeclTag;
        int found = kinds[from..].IndexOfAny(Tag, (byte)(Tag | TypeGraph.FlagMask));
        return found < 0 ? kinds.Length : from + found;
    }
}
