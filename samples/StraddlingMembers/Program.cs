// A check that is not among those of btftool: no member of some type may lie on two cache lines. Ends with 1 where one does.
// StraddlingMembers FILE TYPE
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

const int CachelineBytes = 64;

try
{
    using TypeSource source = SourceOpener.Open(args[0]);
    TypeGraph graph = source.Graph;
    TypeView wanted = graph.Find(args[1]);
    var analyzer = new LayoutAnalyzer(graph);
    int found = 0;
    foreach (TypeView type in graph.Types)
    {
        if (type.Kind != TypeKind.Struct || type.IsAnonymous)
        {
            continue;
        }

        foreach (ref readonly MemberLayout member in analyzer.Analyze(type.Id).Members)
        {
            MemberView view = type.Members[member.Index];
            if (member.Straddles(CachelineBytes) && TypeNameQuery.CompositeBehind(graph, view.Type) == wanted.Id)
            {
                Console.WriteLine($"{type}: {view} lies from byte {member.OffsetBytes} to {member.OffsetBytes + member.SizeBytes - 1}");
                found++;
            }
        }
    }

    Console.WriteLine($"{found} found");
    return found == 0 ? 0 : 1;
}
catch (Exception e) when (e is InvalidImageException or KeyNotFoundException)
{
    Console.Error.WriteLine(e.Message);
    return 3;
}
