using BtfTool.Cli.Output;

namespace BtfTool.Cli;

/// <summary>
/// Why a file could not be used, in the system's words. The framework's own messages are not in the native program
/// (<c>UseSystemResourceKeys</c>).
/// </summary>
internal static class FileErrors
{
    public static string Describe(Exception error, string path) => error switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
        PathTooLongException => "the name is too long",
        UnauthorizedAccessException => Directory.Exists(path) ? "is a directory" : "permission denied",
        // The error number of the system, where there is one, is the HResult.
        IOException { HResult: > 0 and < 4096 } => Posix.Describe(error.HResult),
        _ => error.GetType().Name + ": " + error.Message,
    };
}
