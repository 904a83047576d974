using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using BtfTool.Core.Compare;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Xunit;

namespace BtfTool.Core.Tests.Compare;

/// <summary>Compiles C at the time of the test and compares what compilers say of it.</summary>
public sealed class CompiledPairs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("btftool-pairs-").FullName;
    private readonly ConcurrentDictionary<string, TypeSource> _sources = [];
    private readonly ConcurrentDictionary<string, GraphDiffResult> _results = [];
    private readonly Lock _compiling = new();

    /// <summary>A compiler with the kind of debug information that it writes.</summary>
    public static IReadOnlyDictionary<string, string[]> Ways { get; } = new Dictionary<string, string[]>
    {
        ["gcc-dwarf"] = ["gcc", "-g"],
        ["clang-dwarf"] = ["clang", "-g"],
        ["gcc-btf"] = ["gcc", "-gbtf"],
        ["clang-btf"] = ["clang", "-target", "bpf", "-g"],
    };

    public static string Source => Fixtures.PathOf("diff/pairs.c");

    /// <summary>The types of one side of the pairs.</summary>
    public TypeGraph Side(string way, bool isNew) =>
        Compile(way + (isNew ? "-new" : "-old"), way, isNew ? ["-DNEW", "-c", Source] : ["-c", Source]);

    /// <summary>What a way finds in the pairs.</summary>
    public GraphDiffResult Differences(string way) => _results.GetOrAdd(way, key => Compare(Side(key, isNew: false), Side(key, isNew: true)));

    public static GraphDiffResult Compare(TypeGraph old, TypeGraph now) => GraphComparison.Of(new TypeGraphSet(old), new TypeGraphSet(now));

    /// <summary>The types of what a compiler makes; skips the test where it is not installed.</summary>
    public TypeGraph Compile(string name, string way, params string[] arguments)
    {
        lock (_compiling)
        {
            return _sources.GetOrAdd(name, _ =>
            {
                string output = PathOf(name + ".o");
                Run([.. Ways[way], "-w", .. arguments, "-o", output]);
                var format = way.EndsWith("btf", StringComparison.Ordinal) ? SourceFormat.Btf : SourceFormat.Dwarf;
                return SourceOpener.Open(output, new SourceOptions { Format = format });
            }).Graph;
        }
    }

    /// <summary>A file in the folder that is gone after the tests.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    public static void Run(params string[] command)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true })!;
            string messages = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, messages);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{command[0]} is not installed");
        }
    }

    public void Dispose()
    {
        foreach (TypeSource source in _sources.Values)
        {
            source.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
