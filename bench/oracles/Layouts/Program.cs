using BtfTool.Core.Diagnostics;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Oracles;

// Layouts [--btf|--dwarf] [--base FILE] [--plain|--asserts] FILE: a line for every named struct and union, sorted; complaints go to stderr.
// --why NAME says of all types of a name why they are not one. --asserts writes C to be compiled behind the header instead. --plain leaves out what BTF, gdb or DWARF 2 cannot say: names of base types, restrict, _Atomic.
SourceOptions options = new();
bool plain = false;
bool asserts = false;
string? why = null;
string? file = null;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--btf":
            options = options with { Format = SourceFormat.Btf };
            break;
        case "--dwarf":
            options = options with { Format = SourceFormat.Dwarf };
            break;
        case "--base":
            options = options with { BasePath = args[++i] };
            break;
        case "--plain":
            plain = true;
            break;
        case "--why":
            why = args[++i];
            break;
        case "--asserts":
            asserts = true;
            break;
        default:
            file = args[i];
            break;
    }
}

using TypeSource source = SourceOpener.Open(file ?? throw new ArgumentException("no FILE"), options);
TypeGraph graph = source.Graph;
var lines = new List<string>();
if (asserts)
{
    (lines, int ambiguous) = new AssertWriter(graph).Write();
    Console.Error.WriteLine($"{lines.Count} asserts; {ambiguous} types left out, whose names have others");
    WriteLines(lines);
    return;
}

if (why is not null)
{
    List<TypeId> same = [];
    for (uint id = 1; id < graph.TypeCount; id++)
    {
        TypeView type = graph[new TypeId(id)];
        if ((type.IsComposite || type.Kind == TypeKind.Typedef) && type.NameString == why)
        {
            same.Add(type.Id);
        }
    }

    for (int i = 1; i < same.Count; i++)
    {
        for (int j = 0; j < i; j++)
        {
            Console.WriteLine($"[{same[j]}] [{same[i]}] {Difference.Find(graph, same[j], same[i]) ?? "the same"}");
        }
    }

    return;
}

var writer = new LayoutWriter(graph, plain);
for (uint id = graph.FirstOwnType.Value; id < graph.TypeCount; id++)
{
    TypeView type = graph[new TypeId(id)];
    if (type.IsComposite && !type.IsAnonymous)
    {
        lines.Add(writer.Describe(type));
    }
}

lines.Sort(StringComparer.Ordinal);
WriteLines(lines);
foreach (Diagnostic diagnostic in source.Diagnostics)
{
    Console.Error.WriteLine(diagnostic);
}

static void WriteLines(List<string> lines)
{
    using var output = new StreamWriter(Console.OpenStandardOutput());
    foreach (string line in lines)
    {
        output.Write(line);
        output.Write('\n');
    }
}
