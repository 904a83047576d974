using System.Text;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Pictures;

/// <summary>The looks of pictures, from files that are part of this assembly.</summary>
internal static class PictureStyle
{
    /// <summary>Hatching of what nothing uses; once in a document.</summary>
    public static ReadOnlySpan<byte> Patterns =>
        """
        <defs><pattern id="btf-hole" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" style="fill:var(--holebg);stroke:none"/><rect width="2" height="8" style="fill:var(--hole);fill-opacity:.55;stroke:none"/></pattern><pattern id="btf-pad" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="8" height="8" style="fill:var(--padbg);stroke:none"/><rect width="1.5" height="8" style="fill:var(--pad);fill-opacity:.6;stroke:none"/></pattern></defs>

        """u8;

    /// <summary>The style of a document that is a picture alone.</summary>
    public static string Alone => Read("picture.css") + "@media(prefers-color-scheme:dark){.picture{" + Read("picture-dark.css") + "}}\n"
        + ".alone{max-width:100%;height:auto}.paper{fill:var(--paper)}.heading{font-size:17px;font-weight:700}\n"
        + "@media(max-width:600px){.picture{font-size:21px}.picture .wide{display:none}.picture .small{display:inline}"
        + ".picture .line{display:none}.picture .at,.picture .group text{font-size:19px}.heading{font-size:20px}}\n";

    /// <summary>Says what the signs of pictures mean, as a list; once in a page.</summary>
    public static void WriteLegend(Utf8Writer output) => output.Write(
        """
        <ul class="legend" aria-label="Signs"><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="hole"><rect width="38" height="20"/></g></svg>hole</li><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="pad"><rect width="38" height="20"/></g></svg>padding</li><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="piece k0"><rect width="36" height="20"/><rect class="torn" x="32" width="6" height="20"/></g></svg>on two cache lines, though it would fit one</li><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="group"><path d="M2 19V2H36V19Z"/></g></svg>cache line group</li><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="piece k1 moved"><rect x="2" y="2" width="34" height="16"/></g></svg>moves in the better order</li></ul>

        """u8);

    /// <summary>The same for pictures of a comparison.</summary>
    public static void WriteDiffLegend(Utf8Writer output) => output.Write(
        """
        <ul class="legend" aria-label="Signs"><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="piece k1 added"><rect x="2" y="2" width="34" height="16"/></g></svg>new</li><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="piece k3 removed"><rect x="2" y="2" width="34" height="16"/></g></svg>removed</li><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="piece k5 changed"><rect x="2" y="2" width="34" height="16"/></g></svg>another type or size</li><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="hole"><rect width="38" height="20"/></g></svg>hole</li><li><svg class="picture" viewBox="0 0 38 20" aria-hidden="true"><g class="pad"><rect width="38" height="20"/></g></svg>padding</li></ul>

        """u8);

    /// <summary>The text of an asset, such as <c>report.css</c>.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(PictureStyle).Assembly.GetManifestResourceStream("pictures/" + name)
            ?? throw new FileNotFoundException("no asset has this name", name);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
