using System.Buffers;
using BtfTool.Core.IO;

namespace BtfTool.Fuzz;

/// <summary>
/// Something that reads or prints any bytes whatever: it returns or throws
/// <see cref="BtfTool.Core.Diagnostics.InvalidImageException"/>, and nothing else, within the budgets of <see cref="FuzzBudget"/>.
/// Runs on several threads at once, so it keeps no state.
/// </summary>
internal interface IFuzzTarget
{
    /// <summary>What it is, for messages.</summary>
    string Name { get; }

    /// <summary>Bytes that it may allocate on its thread.</summary>
    long AllocatedBytes(int inputBytes) => FuzzBudget.AllocatedBytes(inputBytes);

    /// <summary>Reads the input and, if it prints, prints to the output.</summary>
    void Run(FileImage image, IBufferWriter<byte> output);
}
