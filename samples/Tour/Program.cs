// What docs/library.md quotes, in one program: Tour FILE
using System.Text;
using BtfTool.Core.Checks;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;

using TypeSource source = SourceOpener.Open(args[0]);
TypeGraph graph = source.Graph;
Members(graph.Find("struct list_head"));
Names(graph);
Wasteful(graph);
InParallel(graph);
Reorganize(graph.Find("struct virtio_mem"));
Check(graph);
Broken();
if (args.Length > 1)
{
    WithModules(args[0], args[1]);
}

static void Members(TypeView type)
{
    var text = new DeclarationText(type.Graph);
    foreach (MemberView member in type.Members)
        Console.WriteLine($"{type}: {text.Of(member.Type, member.Name)}");
}

static void Names(TypeGraph graph)
{
    Console.WriteLine(graph.TryFind("spinlock_t", out TypeView type) ? $"{type} is {graph[type.Target]}" : "no such type");
    foreach (TypeId id in TypeNameQuery.Resolve(graph, "struct rb_*").Types)
        Console.WriteLine($"{graph[id]}, {graph[id].SizeBytes} bytes");
}

static void Wasteful(TypeGraph graph)
{
    var analyzer = new LayoutAnalyzer(graph);
    var worst = new PriorityQueue<TypeId, long>();
    foreach (TypeView type in graph.Types)
    {
        if (type.Kind == TypeKind.Struct && !type.IsAnonymous)
            worst.Enqueue(type.Id, -analyzer.Summarize(type.Id).WastedBytes);
    }

    Console.WriteLine($"most is wasted in {graph[worst.Dequeue()]}");
}

static void InParallel(TypeGraph graph)
{
    long holes = 0;
    Parallel.For(1, graph.TypeCount, () => new LayoutAnalyzer(graph), (id, _, analyzer) =>
    {
        TypeView type = graph[new TypeId((uint)id)];
        Interlocked.Add(ref holes, type.IsComposite ? analyzer.Summarize(type.Id).Holes : 0);
        return analyzer;
    }, _ => { });
    Console.WriteLine($"{holes} holes");
}

static void Reorganize(TypeView type)
{
    ReorganizationPlan plan = new Reorganizer(type.Graph, new ReorganizeOptions { Pinned = ["wq"] }).Plan(type.Id);
    Console.WriteLine($"{type}: saves {plan.SavingBytes} bytes, {plan.Moves.Length} members move, proven: {plan.IsProvenOptimal}");
    foreach (PlacedMember place in plan.Members)
        Console.WriteLine($"{place.BitOffset / 8,6} {type.Members[place.Member]}");
}

static void Check(TypeGraph graph)
{
    byte[] rules = Encoding.UTF8.GetBytes("struct pid { size <= 128; no_holes }");
    CheckReadResult read = new CheckReader((_, _) => rules).Read("rules.layout");
    var evaluator = new CheckEvaluator(read.File, DateOnly.FromDateTime(DateTime.Today));
    foreach (CheckFinding finding in evaluator.Run(new CheckInput(null, "vmlinux", graph, "x86_64", 64)).Findings)
        Console.WriteLine($"{finding.Place.File}:{finding.Place.Line}: {finding.Message}");
}

static void Broken()
{
    try
    {
        using TypeSource none = SourceOpener.OpenBytes("rubbish", "no types here"u8);
    }
    catch (InvalidImageException e)
    {
        Console.WriteLine(e.Message);
    }
}

static void WithModules(string vmlinux, string folder)
{
    using TypeSource kernel = SourceOpener.Open(vmlinux);
    KernelModulesResult all = KernelModules.Read(kernel, folder);
    foreach (TypeGraph module in all.Graphs.Graphs)
        Console.WriteLine($"{KernelModules.NameOf(module)}: {all.Graphs.TypesOf(module).Count} types");
}
