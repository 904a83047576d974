using System.Buffers;
using System.Text;
using BtfTool.Core.Baselines;
using BtfTool.Core.Btf;
using BtfTool.Core.Checks;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Checks;
using BtfTool.Emit.Reports;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;
using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>What reads texts that people write: check files and baselines.</summary>
internal static class TextTargets
{
    private static readonly CheckLimits s_limits = new() { MaxBytes = 1 << 20, MaxEvaluations = 20_000, MaxFindings = 500 };
    private static readonly TemplateLimits s_templateLimits = new() { MaxSteps = 20_000, MaxOutput = 1 << 18 };
    private static readonly TypeGraph s_graph = Made(Assembled.OneOfEach(bigEndian: false));
    private static readonly TypeGraph s_other = Made(Assembled.HugeCounts());

    /// <summary>One line each.</summary>
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new Target("check files", Check, bytes => (4096L * bytes) + (64L << 20)),
        new Target("baselines", (image, output) => Rewrite(image, output), FuzzBudget.AllocatedBytes),
        new Target("templates", Render, _ => 1L << 30),
    ];

    // Mistakes are one outcome, findings or a refusal of the work the other.
    private static void Check(FileImage image, IBufferWriter<byte> output)
    {
        byte[] text = image.Bytes.AsSpan().ToArray();
        CheckReadResult read = new CheckReader((path, most) => Open(path, text, most), limits: s_limits).Read("main.layout");
        foreach (CheckMistake mistake in read.Mistakes)
        {
            if (mistake.Place.Line < 1 || mistake.Place.Column < 1 || mistake.Message.Contains('\n', StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"a mistake without a place, or of several lines: {mistake}");
            }
        }

        if (read.Mistakes.Count > 0)
        {
            throw new InvalidImageException(image.Path, "text", 0, read.Mistakes[0].ToString());
        }

        Evaluate(read.File, output);
    }

    private static void Evaluate(CheckFile file, IBufferWriter<byte> output)
    {
        CheckInput[] inputs =
        [
            new CheckInput("x86", "a", s_graph, "x86_64", 64) { TypeText = (graph, type) => new DeclarationText(graph).Of(type) },
            new CheckInput(null, "b", s_other, null, 128),
        ];
        var writer = new Utf8Writer(output);
        new StaticAssertWriter(writer).Write(file, CheckBitfields.Of(file, inputs));
        writer.Flush();
        CheckResult result;
        try
        {
            result = new CheckEvaluator(file, new DateOnly(2027, 1, 1), s_limits).Run(inputs);
        }
        catch (CheckLimitException)
        {
            return;
        }

        ReportWriters.Write(new CheckReport(64).Make(result, ["a", "b"]), ReportFormat.Text, output);
    }

    private static byte[] Open(string path, byte[] text, long mostBytes)
    {
        byte[] bytes = path switch
        {
            "main.layout" => text,
            "part.layout" => Encoding.UTF8.GetBytes(TextSeeds.Part),
            _ => throw new FileNotFoundException("no such file", path),
        };
        return bytes.Length <= mostBytes ? bytes : bytes[..(int)mostBytes];
    }

    // A mistake with a place, or text, or a refusal of the work.
    private static void Render(FileImage image, IBufferWriter<byte> output)
    {
        byte[] text = image.Bytes.AsSpan().ToArray();
        TemplateSet templates;
        try
        {
            templates = TemplateSet.Load("main.hbs", TemplateVocabulary.Of("show"), (path, _) => path switch
            {
                "main.hbs" => text,
                "part.hbs" => Encoding.UTF8.GetBytes(TextSeeds.TemplatePart),
                _ => null,
            });
        }
        catch (TemplateMistakeException e) when (e.Line > 0 && e.Column > 0 && !e.Message.Contains('\n', StringComparison.Ordinal))
        {
            throw new InvalidImageException(image.Path, "text", 0, e.Message);
        }

        try
        {
            new TemplateRun(templates, "show", [], s_templateLimits).Render(target => target.Write(TextSeeds.TemplateDocument), output);
        }
        catch (TemplateMistakeException e) when (!e.Message.Contains('\n', StringComparison.Ordinal))
        {
            throw new InvalidImageException(image.Path, "text", 0, e.Message);
        }
    }

    // What can be read can be written, and what was written is read again.
    private static void Rewrite(FileImage image, IBufferWriter<byte> output)
    {
        BaselineHeader header = BaselineReader.ReadHeader(image.Path, image.Bytes);
        TypeGraph graph = BaselineReader.Read(image.Path, image.Bytes, FuzzBudget.Limits((int)image.Bytes.Length));
        GraphWalk.Checksum(graph);
        BaselineWriter.Write(graph, header, output, null);
    }

    private static TypeGraph Made(BtfAssembler assembler) => BtfReader.Read(BtfFile.Parse("made", "BTF", ByteRegion.FromBytes(assembler.ToBytes())));

    private sealed class Target(string name, Action<FileImage, IBufferWriter<byte>> run, Func<int, long> allocatedBytes) : IFuzzTarget
    {
        public string Name => name;

        public long AllocatedBytes(int inputBytes) => allocatedBytes(inputBytes);

        public void Run(FileImage image, IBufferWriter<byte> output) => run(image, output);
    }
}
