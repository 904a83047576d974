using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.IO;

/// <summary>A shared library of the system that need not be installed: it is loaded here, and missed only where an input needs it.</summary>
/// <param name="name">File name with the version of its binary interface (<c>libzstd.so.1</c>).</param>
/// <param name="format">What it decompresses, for messages.</param>
/// <param name="package">What to install, for messages.</param>
internal sealed class SystemLibrary(string name, string format, string package)
{
    private readonly nint _handle = NativeLibrary.TryLoad(name, out nint handle) ? handle : 0;

    /// <summary>Makes sure that the library is there.</summary>
    /// <exception cref="InvalidImageException">It is not.</exception>
    internal void Require(string file, string section)
    {
        if (_handle == 0)
        {
            InvalidImageException.Throw(file, section, -1, $"compressed with {format}, and {name} cannot be loaded: install {package}");
        }
    }

    /// <summary>The address of a function; call <see cref="Require"/> before.</summary>
    internal nint Export(string function) => NativeLibrary.GetExport(_handle, function);
}
