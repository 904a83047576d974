using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BtfTool.Cli.Output;

/// <summary>
/// Where a command writes: standard output, or the file of <c>-o</c>. A regular file appears whole or not at all: the text goes to a
/// file beside it, which takes its name when all is written, and is removed when anything fails.
/// </summary>
internal sealed class OutputTarget : IDisposable
{
    private readonly SafeFileHandle? _file;
    private readonly DescriptorWriter _writer;
    private readonly string? _finalPath;
    private readonly List<PosixSignalRegistration> _signals = [];
    private string? _temporaryPath;

    private OutputTarget(int descriptor, string name) => _writer = new DescriptorWriter(descriptor, name);

    private OutputTarget(SafeFileHandle file, string name, string? temporaryPath, string? finalPath)
        : this((int)file.DangerousGetHandle(), name)
    {
        _file = file;
        _temporaryPath = temporaryPath;
        _finalPath = finalPath;
        if (temporaryPath is not null)
        {
            RemoveOn(PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP);
        }
    }

    /// <summary>Takes the text.</summary>
    public IBufferWriter<byte> Writer => _writer;

    /// <summary>Opens the target; null and <c>-</c> mean standard output.</summary>
    /// <exception cref="UnusableException">The file cannot be made.</exception>
    public static OutputTarget Open(string? path)
    {
        if (path is null or "-")
        {
            return new OutputTarget(Posix.StandardOutput, "standard output");
        }

        if (path.Length == 0)
        {
            throw new UnusableException("cannot write a file without a name");
        }

        if (DescriptorOf(path) is { } descriptor)
        {
            return new OutputTarget(descriptor, path);
        }

        try
        {
            return IsReplaceable(path, out string target) ? OpenBeside(path, target) : OpenDirectly(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnusableException($"cannot write {path}: {FileErrors.Describe(e, path)}");
        }
    }

    /// <summary>Writes the rest and gives the file its name.</summary>
    /// <exception cref="BrokenPipeException">Nobody reads any more.</exception>
    /// <exception cref="UnusableException">The target does not take it.</exception>
    public void Commit()
    {
        _writer.Flush();
        _file?.Dispose();
        if (_temporaryPath is null)
        {
            return;
        }

        try
        {
            File.Move(_temporaryPath, _finalPath!, overwrite: true);
            _temporaryPath = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnusableException($"cannot write {_finalPath}: {FileErrors.Describe(e, _finalPath!)}");
        }
    }

    /// <summary>Removes the unfinished file, if there is one.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        RemoveTemporary();
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }
    }

    // An open file under its name in /dev is used as it is: opened anew it would be written from its start, whatever stands there
    // (`echo first >>x; btftool ... -o /dev/stdout >>x`).
    private static int? DescriptorOf(string path)
    {
        const string Numbered = "/dev/fd/";
        return path switch
        {
            "/dev/stdout" => Posix.StandardOutput,
            "/dev/stderr" => Posix.StandardError,
            _ when path.StartsWith(Numbered, StringComparison.Ordinal)
                && int.TryParse(path.AsSpan(Numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) => number,
            _ => null,
        };
    }

    // Devices, pipes and what hangs under /proc cannot be renamed over; links keep pointing to where they do.
    private static bool IsReplaceable(string path, out string target)
    {
        target = Path.GetFullPath(path);
        if (new FileInfo(target).LinkTarget is not null)
        {
            target = FinalTarget(target, path);
        }

        return !target.StartsWith("/proc/", StringComparison.Ordinal) && (!Path.Exists(target) || IsRegular(target));
    }

    // The framework's exception for links that go in a circle has neither a text nor the number of the system's error.
    private static string FinalTarget(string link, string path)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: true)!.FullName;
        }
        catch (IOException)
        {
            throw new UnusableException($"cannot write {path}: its symbolic links lead nowhere");
        }
    }

    private static bool IsRegular(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UnusableException($"cannot write {path}: is a directory");
        }

        return Posix.IsRegularFile(path);
    }

    private static OutputTarget OpenBeside(string name, string target)
    {
        string folder = Path.GetDirectoryName(target)!;
        string suffix = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Environment.TickCount64:x}");

        // Without the target's name, which may be as long as names can be.
        string temporary = Path.Combine(folder, $".btftool-{suffix}.tmp");
        SafeFileHandle file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        var opened = new OutputTarget(file, name, temporary, target);
        try
        {
            KeepRights(file, target);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    // What is replaced keeps who may read it; its owner becomes who runs the program.
    private static void KeepRights(SafeFileHandle file, string target)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            File.SetUnixFileMode(file, File.GetUnixFileMode(target));
        }
    }

    private static OutputTarget OpenDirectly(string path) =>
        new(File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete), path, null, null);

    private void RemoveOn(params ReadOnlySpan<PosixSignal> signals)
    {
        foreach (PosixSignal signal in signals)
        {
            _signals.Add(PosixSignalRegistration.Create(signal, _ => RemoveTemporary()));
        }
    }

    private void RemoveTemporary()
    {
        if (Interlocked.Exchange(ref _temporaryPath, null) is not { } path)
        {
            return;
        }

        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Messages.Warning($"cannot remove {path}: {FileErrors.Describe(e, path)}");
        }
    }
}
