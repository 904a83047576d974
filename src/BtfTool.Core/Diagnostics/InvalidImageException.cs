using System.Diagnostics.CodeAnalysis;

namespace BtfTool.Core.Diagnostics;

/// <summary>
/// An input that cannot be used as what it claims to be: truncated, inconsistent or beyond a <see cref="ReaderLimits"/>.
/// <see cref="Exception.Message"/> is one line that names the file, the section, the offset and the rule that was broken.
/// </summary>
public sealed class InvalidImageException : Exception
{
    /// <summary>Makes the exception; readers call <see cref="Throw"/> instead so that their hot paths stay small.</summary>
    /// <param name="file">Path or description of the input; empty when the bytes have no name.</param>
    /// <param name="section">Section inside the file (<c>.BTF</c>, <c>header</c>), or empty.</param>
    /// <param name="fileOffset">Byte offset inside the section, or inside the file when there is none; -1 when no single place is at fault.</param>
    /// <param name="rule">What was expected and what was found, without a full stop.</param>
    public InvalidImageException(string file, string section, long fileOffset, string rule)
        : base(Compose(file, section, fileOffset, rule))
    {
        File = file;
        Section = section;
        FileOffset = fileOffset;
        Rule = rule;
    }

    /// <summary>Path or description of the input; empty when the bytes have no name.</summary>
    public string File { get; }

    /// <summary>Section inside the file, or empty.</summary>
    public string Section { get; }

    /// <summary>Byte offset of the value at fault, relative to <see cref="Section"/> when there is one; -1 when unknown.</summary>
    public long FileOffset { get; }

    /// <summary>What was expected and what was found.</summary>
    public string Rule { get; }

    /// <summary>Throws; the one way readers report a broken input.</summary>
    /// <exception cref="InvalidImageException">Always.</exception>
    [DoesNotReturn]
    internal static void Throw(string file, string section, long fileOffset, string rule) =>
        throw new InvalidImageException(file, section, fileOffset, rule);

    private static string Compose(string file, string section, long fileOffset, string rule)
    {
        string place = section;
        if (fileOffset >= 0)
        {
            string at = "0x" + fileOffset.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
            place = place.Length == 0 ? "at " + at : place + " at " + at;
        }

        string prefix = (file.Length, place.Length) switch
        {
            (0, 0) => "",
            (0, _) => place + ": ",
            (_, 0) => file + ": ",
            _ => file + ": " + place + ": ",
        };
        return prefix + rule;
    }
}
