using System.Text.Json;
using BtfTool.Core.Slabs;
using BtfTool.Emit.Text;

namespace BtfTool.Emit.Layouts;

/// <summary>Writes what a type's objects take on a machine.</summary>
internal static class LiveObjects
{
    /// <summary>A section of one row: <c>dentry  287427 objects of 192 bytes, 21 in a slab of 4096: 13687 slabs, 56061952 bytes</c>.</summary>
    /// <param name="cache">The cache of the type.</param>
    /// <param name="output">Where to.</param>
    public static void Write(SlabCache cache, Utf8Writer output)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(output);
        var rows = new TextRows(output, new(""), new(""));
        rows.Add(TextRows.Harmless(cache.Name), FormattableString.Invariant(
            $"{cache.ActiveObjects} objects of {cache.ObjectBytes} bytes, {cache.ObjectsPerSlab} in a slab of {cache.SlabBytes}: {cache.Slabs} slabs, {cache.TotalBytes} bytes"));
        rows.Write("Live objects by cache");
    }

    /// <summary>The object <c>live</c> of JSON documents.</summary>
    /// <param name="cache">The cache of the type.</param>
    /// <param name="change">What the cache would come to; null where nothing changes.</param>
    /// <param name="json">Where to; an object is open.</param>
    public static void Write(SlabCache cache, SlabChange? change, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject("live"u8);
        json.WriteString("cache"u8, cache.Name);
        json.WriteNumber("active_objects"u8, cache.ActiveObjects);
        json.WriteNumber("objects"u8, cache.Objects);
        json.WriteNumber("object_bytes"u8, cache.ObjectBytes);
        json.WriteNumber("objects_per_slab"u8, cache.ObjectsPerSlab);
        json.WriteNumber("slab_bytes"u8, cache.SlabBytes);
        json.WriteNumber("slabs"u8, cache.Slabs);
        json.WriteNumber("total_bytes"u8, cache.TotalBytes);
        if (change is { } then)
        {
            json.WriteNumber("new_object_bytes"u8, then.ObjectBytes);
            json.WriteNumber("new_objects_per_slab"u8, then.ObjectsPerSlab);
            json.WriteNumber("new_slabs"u8, then.Slabs);
            json.WriteNumber("saved_slabs"u8, then.SavedSlabs);
            json.WriteNumber("saved_pages"u8, then.SavedSlabs * cache.PagesPerSlab);
            json.WriteNumber("saved_bytes"u8, then.SavedBytes);
        }

        json.WriteEndObject();
    }
}
