using BtfTool.Core.Elf;
using BtfTool.Core.IO;

namespace BtfTool.Core.Sources;

/// <summary>An opened separate debug file that belongs to another file. Keeps the bytes until it is disposed.</summary>
internal sealed class DebugFile : IDisposable
{
    internal DebugFile(FileImage image, ElfFile elf)
    {
        Image = image;
        Elf = elf;
    }

    /// <summary>Where it was found.</summary>
    public string Path => Image.Path;

    /// <summary>Its bytes.</summary>
    public FileImage Image { get; }

    /// <summary>Its sections; those of the program have no bytes here (SHT_NOBITS).</summary>
    public ElfFile Elf { get; }

    /// <summary>Lets the bytes go.</summary>
    public void Dispose() => Image.Dispose();
}
