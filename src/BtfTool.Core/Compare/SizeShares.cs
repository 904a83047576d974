using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Compare;

/// <summary>Bytes that a member has of its struct, and those of the hole before it.</summary>
internal struct SizeShare
{
    public int Index;
    public long Bytes;
    public long HoleBytes;
}

/// <summary>A struct or union with all its bytes given out.</summary>
internal sealed class SizeShares
{
    private readonly CompareGraph _graph;
    private readonly TypeView _type;
    private readonly ReaderLimits _limits;

    public SizeShares(CompareGraph graph, LayoutAnalyzer analyzer, TypeId type, ReaderLimits limits)
    {
        _graph = graph;
        _limits = limits;
        StructLayout layout = analyzer.Analyze(analyzer.Sizes.Strip(type));
        _type = graph.Graph[layout.Type];
        SizeBytes = layout.Summary.SizeBytes;
        IsUnion = _type.Kind == TypeKind.Union;
        Shares = new SizeShare[layout.Members.Length];
        long covered = 0;
        int largest = Largest(layout.Members);
        for (int i = 0; i < Shares.Length; i++)
        {
            ref readonly MemberLayout member = ref layout.Members[i];
            long start = Math.Min(member.BitOffset / 8, SizeBytes);
            long end = Math.Clamp((member.EndBits / 8) + (member.EndBits % 8 != 0 ? 1 : 0), start, SizeBytes);
            bool isCounted = !IsUnion || i == largest;
            Shares[i] = new SizeShare
            {
                Index = member.Index,
                HoleBytes = isCounted ? Math.Max(0, start - covered) : 0,
                Bytes = isCounted ? Math.Max(0, end - Math.Max(start, covered)) : 0,
            };
            covered = isCounted ? Math.Max(covered, end) : covered;
        }

        PaddingBytes = SizeBytes - covered;
    }

    public long SizeBytes { get; }

    public bool IsUnion { get; }

    public long PaddingBytes { get; }

    public SizeShare[] Shares { get; }

    public string TypeOf(int share)
    {
        MemberView member = _type.Members[Shares[share].Index];
        return TypeText.Of(_graph.Graph, member.Type.Value, member.BitSize);
    }

    /// <summary>The name of a member; of one without, the first of the names in it.</summary>
    public string NameOf(int share)
    {
        MemberView member = _type.Members[Shares[share].Index];
        if (!member.IsAnonymous)
        {
            return member.NameString;
        }

        TypeId inner = _graph.Sizes.Strip(member.Type);
        var entries = new MemberEntries();
        if (_graph.Graph[inner].IsComposite)
        {
            entries.Fill(_graph, inner.Value, _limits);
        }

        string first = entries.Count == 0 ? "" : _graph.Graph.NameString(new NameId(entries[0].Name));
        return $"{(_graph.Graph.KindOf(inner) == TypeKind.Union ? "union" : "struct")} {{{first}...}}";
    }

    /// <summary>For each share of another type the one here of the same name, or of one with a name in it; -1 where there is none.</summary>
    public int[] Match(SizeShares now)
    {
        Dictionary<NameRef, int> byName = [];
        for (int i = 0; i < Shares.Length; i++)
        {
            foreach (NameRef name in NamesIn(i))
            {
                byName.TryAdd(name, i);
            }
        }

        var isTaken = new bool[Shares.Length];
        var matches = new int[now.Shares.Length];
        for (int k = 0; k < matches.Length; k++)
        {
            matches[k] = -1;
            foreach (NameRef name in now.NamesIn(k))
            {
                if (byName.TryGetValue(name, out int i) && !isTaken[i])
                {
                    isTaken[i] = true;
                    matches[k] = i;
                    break;
                }
            }
        }

        return matches;
    }

    private NameRef[] NamesIn(int share)
    {
        MemberView member = _type.Members[Shares[share].Index];
        TypeId inner = _graph.Sizes.Strip(member.Type);
        if (!member.IsAnonymous)
        {
            return [new NameRef(_graph.Graph, member.NameId)];
        }

        var entries = new MemberEntries();
        if (_graph.Graph[inner].IsComposite)
        {
            entries.Fill(_graph, inner.Value, _limits);
        }

        var names = new NameRef[entries.Count];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = entries[i].NameIn(_graph.Graph);
        }

        return names;
    }

    private static int Largest(ReadOnlySpan<MemberLayout> members)
    {
        int largest = 0;
        for (int i = 1; i < members.Length; i++)
        {
            largest = members[i].EndBits > members[largest].EndBits ? i : largest;
        }

        return largest;
    }
}
