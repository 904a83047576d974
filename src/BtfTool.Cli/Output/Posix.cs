using System.Runtime.InteropServices;

namespace BtfTool.Cli.Output;

/// <summary>
/// The few system calls that the output needs. <c>write</c> itself, because .NET's streams write to a redirected standard output at
/// offsets of their own: what another program of the same shell redirection writes would be overwritten.
/// </summary>
internal static unsafe partial class Posix
{
    public const int StandardInput = 0;
    public const int StandardOutput = 1;
    public const int StandardError = 2;
    public const int BrokenPipe = 32;

    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const short PollOut = 4;
    private const int GetDescriptorFlags = 1;

    // TIOCGWINSZ: mips, ppc, sparc and alpha count otherwise; .NET runs on ppc64le of these, where it fails and the default is taken.
    private const nuint GetWindowSize = 0x5413;
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int AtCurrentFolder = -100;
    private const uint StatXType = 1;
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>Writes all bytes; false with the error number in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    public static bool TryWriteAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint written = Write(descriptor, start + done, (nuint)(bytes.Length - done));
                if (written >= 0)
                {
                    done += (int)written;
                }
                else if (!CanGoOn(descriptor))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// Gives standard input, output and error something to be when the caller closed them; else a file that is opened later takes their
    /// number, and messages end in the output file. A closed input is empty, a closed output refuses what is written.
    /// </summary>
    public static void FillStandardDescriptors()
    {
        for (int descriptor = 0; descriptor <= StandardError; descriptor++)
        {
            // The system gives the lowest number that is free, which is this one: those below are open.
            if (FileControl(descriptor, GetDescriptorFlags) < 0)
            {
                _ = OpenFile("/dev/null", descriptor == StandardError ? WriteOnly : ReadOnly);
            }
        }
    }

    public static bool IsTerminal(int descriptor) => IsATty(descriptor) == 1;

    /// <summary>Columns of the terminal behind a descriptor; 0 where there is none or it does not say.</summary>
    public static int TerminalColumns(int descriptor)
    {
        // struct winsize: rows and columns first, 16 bits each.
        ushort* size = stackalloc ushort[4];
        return IsTerminal(descriptor) && DeviceControl(descriptor, GetWindowSize, size) == 0 ? size[1] : 0;
    }

    /// <summary>True for a regular file, links followed; false for devices, pipes and sockets, and when nobody can say.</summary>
    public static bool IsRegularFile(string path)
    {
        // struct statx is the same on every architecture; its mode is at byte 28.
        byte* status = stackalloc byte[256];
        return StatX(AtCurrentFolder, path, 0, StatXType, status) == 0 && (*(ushort*)(status + 28) & FileTypeMask) == RegularFile;
    }

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static bool CanGoOn(int descriptor)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error == TryAgain)
        {
            // The other end of a pipe made it non-blocking: wait for room.
            var poll = new PollDescriptor { Descriptor = descriptor, Events = PollOut };
            _ = Poll(&poll, 1, -1);
        }

        return error is Interrupted or TryAgain;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int DeviceControl(int descriptor, nuint request, ushort* size);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "isatty")]
    private static partial int IsATty(int descriptor);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);
}
