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

    // Devices, pipes and what hangs under /proc (/dev/stdout) cannot be renamed over; links keep pointing to where they do.
    private static bool IsReplaceable(string path, out string target)
    {
        target = Path.GetFullPath(path);
        if (new FileInfo(target).LinkTarget is not null)
        {
            target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
        }

        bool special = target.StartsWith("/dev/", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal)
            || path.StartsWith("/dev/", StringComparison.Ordinal);
        return !special && (!Path.Exists(target) || IsRegular(target));
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
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{suffix}.tmp");
        SafeFileHandle file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        return new OutputTarget(file, name, temporary, target);
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
