using System.Buffers;
using System.Runtime.ExceptionServices;

namespace BtfTool.Emit.Templates;

/// <summary>
/// A document that is pushed by who writes it and pulled by who reads it: the writer runs on a thread of its own and waits where the
/// reader is some blocks behind, so that a document of any length takes the memory of these blocks.
/// </summary>
internal sealed class DocumentPipe : IBufferWriter<byte>, IDisposable
{
    private const int BlockBytes = 64 * 1024;
    private const int LeastFreeBytes = 4 * 1024;
    private const int MostBlocks = 4;

    // Types nest as deep as readers allow, which takes the stack of a main thread.
    private const int StackBytes = 16 << 20;

    private readonly Queue<ReadOnlyMemory<byte>> _blocks = new();
    private readonly Thread _thread;
    private byte[] _block = [];
    private int _used;
    private bool _isDone;
    private bool _isClosed;
    private ExceptionDispatchInfo? _failure;

    private sealed class ClosedException : Exception;

    /// <summary>Begins to write a document.</summary>
    /// <param name="write">Writes it; what it throws is thrown by <see cref="Read"/>.</param>
    public DocumentPipe(Action<IBufferWriter<byte>> write)
    {
        _thread = new Thread(() => Run(write), StackBytes) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The next bytes; empty at the end. Waits for them.</summary>
    public ReadOnlyMemory<byte> Read()
    {
        lock (_blocks)
        {
            while (_blocks.Count == 0 && !_isDone)
            {
                Monitor.Wait(_blocks);
            }

            if (_blocks.TryDequeue(out ReadOnlyMemory<byte> block))
            {
                Monitor.PulseAll(_blocks);
                return block;
            }
        }

        _failure?.Throw();
        return default;
    }

    /// <summary>Stops the writer, which may be in the middle of it, and waits until it has stopped.</summary>
    public void Dispose()
    {
        lock (_blocks)
        {
            _isClosed = true;
            _blocks.Clear();
            Monitor.PulseAll(_blocks);
        }

        _thread.Join();
    }

    void IBufferWriter<byte>.Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_block.Length - _used));
        _used += count;
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        if (_block.Length - _used < Math.Max(sizeHint, LeastFreeBytes))
        {
            HandOver();
            _block = GC.AllocateUninitializedArray<byte>(Math.Max(sizeHint, BlockBytes));
        }

        return _block.AsMemory(_used);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => ((IBufferWriter<byte>)this).GetMemory(sizeHint).Span;

    private void Run(Action<IBufferWriter<byte>> write)
    {
        try
        {
            write(this);
            HandOver();
        }
        catch (ClosedException)
        {
            // Nobody reads the rest.
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }

        lock (_blocks)
        {
            _isDone = true;
            Monitor.PulseAll(_blocks);
        }
    }

    private void HandOver()
    {
        lock (_blocks)
        {
            while (_blocks.Count >= MostBlocks && !_isClosed)
            {
                Monitor.Wait(_blocks);
            }

            if (_isClosed)
            {
                throw new ClosedException();
            }

            if (_used > 0)
            {
                _blocks.Enqueue(_block.AsMemory(0, _used));
                Monitor.PulseAll(_blocks);
            }
        }

        (_block, _used) = ([], 0);
    }
}
