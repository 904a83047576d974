using BtfTool.Core.Diagnostics;
using BtfTool.Core.Profiles;

namespace BtfTool.Cli;

/// <summary>Reads samples.</summary>
internal static class SampleFiles
{
    /// <summary>Reads the samples of some types from a file that the user names.</summary>
    /// <exception cref="UnusableException">It cannot be read.</exception>
    /// <exception cref="InvalidImageException">It is none of such a kind.</exception>
    public static SampleProfile Read(string path, IEnumerable<string> types)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return SampleFile.Read(path, file, types);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UnusableException($"cannot read {path}: {FileErrors.Describe(e, path)}");
        }
    }
}
