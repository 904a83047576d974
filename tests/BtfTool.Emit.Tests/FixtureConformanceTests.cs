using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Dump;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Pahole;
using BtfTool.TestKit;
using Xunit;
using System.Text;

namespace BtfTool.Emit.Tests;

public class FixtureConformanceTests
{
    [Fact]
    public void Diff()
    {
        Directory.CreateDirectory("/tmp/conf");
        foreach (string path in Directory.EnumerateFiles(Fixtures.PathOf("bin"), "*.o"))
        {
            string stem = Path.GetFileNameWithoutExtension(path);
            BtfFile file = BtfFile.Parse(stem, ".BTF", ByteRegion.FromBytes(ElfSections.Find(File.ReadAllBytes(path), ".BTF")!));
            TypeGraph graph = BtfReader.Read(file);
            Put(stem, ".bpftool-7.1.raw.txt", () => Encoding.UTF8.GetString(Inputs.Write(w => new BtfDumpWriter(file, w).WriteAll())));
            Put(stem, ".bpftool-7.1.h", () => HeadersFixture.Body(graph, new HeaderOptions { BpftoolCompat = true, Unsorted = true }));
            Put(stem, ".pahole-1.24.txt", () => Encoding.UTF8.GetString(Inputs.Write(w => new PaholeEmitter(graph, new PaholeOptions { Compat = true }, w).WriteAll())));
        }

        static void Put(string stem, string ext, Func<string> text)
        {
            string answer = Fixtures.PathOf("bin/" + stem + ext);
            if (File.Exists(answer))
            {
                string t; try { t = text(); } catch (Exception e) { t = e.ToString(); }
                File.WriteAllText("/tmp/conf/" + stem + ext, t);
            }
        }
    }
}
