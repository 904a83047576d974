using System.CommandLine;
using BtfTool.Core.Slabs;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary><c>--slabinfo</c>: what the machine holds of a type.</summary>
internal sealed class SlabOptions
{
    private readonly Option<string?> _slabinfo = new("--slabinfo")
    {
        Description = "Count live objects as FILE says, a copy of a machine's /proc/slabinfo [default: of the running kernel where it may be read]",
        HelpName = "FILE",
    };

    public IEnumerable<Option> All => [_slabinfo];

    /// <summary>The caches of the machine with the types that they hold; null where no machine is known.</summary>
    /// <exception cref="UnusableException">The file cannot be read.</exception>
    /// <exception cref="Core.Diagnostics.InvalidImageException">It is none of such a kind.</exception>
    public SlabJoin? Read(ParseResult r, CommonOptions common, TypeGraphSet set)
    {
        // What runs here says nothing of the kernel in a file.
        SlabInfo? info = r.GetValue(_slabinfo) is { } path ? SlabFiles.Read(path) : common.IsRunningKernel(r) ? SlabFiles.ReadLive() : null;
        return info is null ? null : new SlabJoin(info, set);
    }
}
