using System.Text;
using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Pictures;
using BtfTool.Emit.Reorganize;

namespace BtfTool.Emit.Tests.Pictures;

/// <summary>Types for tests of pictures.</summary>
internal static class PictureSamples
{
    public const string Kernel = "oracle/linux-6.18/vmlinux.btf.gz";

    /// <summary>A type of a graph, with the better order where it is asked for and there is one.</summary>
    public static PictureSubject Of(TypeGraph graph, string name, bool reorganize = false, int cachelineBytes = 64)
    {
        TypeId id = Find(graph, name);
        PictureSubject subject = new(new LayoutReporter(graph, cachelineBytes).Report(id));
        if (!reorganize)
        {
            return subject;
        }

        ReorganizationPlan plan = new Reorganizer(graph).Plan(id);
        var relaid = new ReorganizedStructs(graph, cachelineBytes, withSteps: false);
        relaid.Add(plan, name);
        return subject with { Reorganized = relaid.Build()[0] };
    }

    public static TypeId Find(TypeGraph graph, string name)
    {
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph[new TypeId(id)].IsComposite && graph[new TypeId(id)].NameString == name)
            {
                return new TypeId(id);
            }
        }

        throw new ArgumentException($"no type is called {name}");
    }

    public static string Section(PictureSubject subject) => Text(output => new TypeSection(output).Write(subject, 0));

    public static string Svg(PictureSubject subject) => Text(output => SvgReport.Write(subject, output));

    public static string Text(Action<Emit.Text.Utf8Writer> write) => Encoding.UTF8.GetString(Inputs.Write(write));
}
