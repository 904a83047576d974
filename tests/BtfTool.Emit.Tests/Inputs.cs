using System.Buffers;
using System.Text;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;
using BtfTool.TestKit;

namespace BtfTool.Emit.Tests;

/// <summary>Graphs of fixtures, each read once.</summary>
internal static class Inputs
{
    private static readonly Dictionary<string, (BtfFile File, TypeGraph Graph)> Read = [];

    public static TypeGraph Graph(string fixture, string? baseFixture = null) => Load(fixture, baseFixture).Graph;

    public static BtfFile File(string fixture, string? baseFixture = null) => Load(fixture, baseFixture).File;

    /// <summary>Runs an emitter into memory.</summary>
    public static byte[] Write(Action<Utf8Writer> emit)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new Utf8Writer(buffer);
        emit(writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Fails at the first line that differs, with its number: a dump of six megabytes helps nobody.</summary>
    public static void ShouldBeSameText(ReadOnlySpan<byte> actual, ReadOnlySpan<byte> expected)
    {
        if (actual.SequenceEqual(expected))
        {
            return;
        }

        string[] left = Encoding.UTF8.GetString(actual).Split('\n'), right = Encoding.UTF8.GetString(expected).Split('\n');
        for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            string a = i < left.Length ? left[i] : "(end)", b = i < right.Length ? right[i] : "(end)";
            if (a != b)
            {
                Xunit.Assert.Fail($"line {i + 1}:\n  written:  {a}\n  expected: {b}");
            }
        }
    }

    private static (BtfFile File, TypeGraph Graph) Load(string fixture, string? baseFixture)
    {
        lock (Read)
        {
            string key = fixture + "|" + baseFixture;
            if (!Read.TryGetValue(key, out (BtfFile, TypeGraph) found))
            {
                (BtfFile File, TypeGraph Graph)? below = baseFixture is null ? null : Load(baseFixture, null);
                BtfFile file = BtfFile.Parse(fixture, "BTF", ByteRegion.FromBytes(Fixtures.Read(fixture)), below?.File);
                Read[key] = found = (file, BtfReader.Read(file, below?.Graph));
            }

            return found;
        }
    }
}
