using System.Buffers;
using System.Text;

namespace BtfTool.Cli.Output;

/// <summary>Short texts that are made in memory.</summary>
internal static class TextOutput
{
    /// <summary>Writes a text to standard output, or to a file, whole or not at all.</summary>
    /// <exception cref="BrokenPipeException">Nobody reads any more.</exception>
    /// <exception cref="UnusableException">The target does not take it.</exception>
    public static void Write(string text, string? path = null)
    {
        using OutputTarget target = OutputTarget.Open(path);
        target.Writer.Write(Encoding.UTF8.GetBytes(text));
        target.Commit();
    }
}
