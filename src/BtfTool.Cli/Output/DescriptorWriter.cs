using System.Buffers;
using System.Runtime.InteropServices;

namespace BtfTool.Cli.Output;

/// <summary>One large block that is written to a file descriptor when it is full, and at <see cref="Flush"/>.</summary>
/// <param name="descriptor">Where to write; stays open.</param>
/// <param name="name">Name of the target, for messages.</param>
internal sealed class DescriptorWriter(int descriptor, string name) : IBufferWriter<byte>
{
    private const int BlockBytes = 256 * 1024;

    private byte[] _block = GC.AllocateUninitializedArray<byte>(BlockBytes);
    private int _used;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_block.Length - _used));
        _used += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (Math.Max(sizeHint, 1) > _block.Length - _used)
        {
            Flush();
            if (sizeHint > _block.Length)
            {
                _block = GC.AllocateUninitializedArray<byte>(sizeHint);
            }
        }

        return _block.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Writes what is in the block.</summary>
    /// <exception cref="BrokenPipeException">Nobody reads any more.</exception>
    /// <exception cref="UnusableException">The target does not take it: the disk is full, for one.</exception>
    public void Flush()
    {
        ReadOnlySpan<byte> bytes = _block.AsSpan(0, _used);
        _used = 0;
        if (Posix.TryWriteAll(descriptor, bytes))
        {
            return;
        }

        int error = Marshal.GetLastPInvokeError();
        throw error == Posix.BrokenPipe
            ? new BrokenPipeException()
            : new UnusableException($"cannot write {name}: {Posix.Describe(error)}");
    }
}
