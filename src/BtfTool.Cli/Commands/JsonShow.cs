using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;
using BtfTool.Emit.Json;
using BtfTool.Emit.Pahole;

namespace BtfTool.Cli.Commands;

/// <summary><c>show --json</c>.</summary>
internal static class JsonShow
{
    /// <summary>Refuses options that change how the listing is written and say nothing about types.</summary>
    public static void Validate(CommandResult result, Option<bool> json, params ReadOnlySpan<Option<bool>> textOnly)
    {
        foreach (Option<bool> option in textOnly)
        {
            if (result.GetValue(json) && result.GetValue(option))
            {
                result.AddError($"{option.Name} is about the listing: leave it out with --json.");
            }
        }
    }

    /// <summary>Writes one document with the types of all groups.</summary>
    /// <param name="groups">The types.</param>
    /// <param name="listing">How they are shown.</param>
    /// <param name="filter">Which of them; null for all.</param>
    /// <param name="output">Where to.</param>
    /// <param name="declarations">Whether members have their <c>declaration</c>, which templates ask for.</param>
    public static void Write(
        IEnumerable<FoundTypes> groups, PaholeOptions listing, NameFilter? filter, IBufferWriter<byte> output, bool declarations = false)
    {
        using var document = new JsonShowWriter(output, new JsonTypeOptions
        {
            Expand = listing.Expand,
            CachelineBytes = listing.CachelineBytes,
            RelativeOffsets = listing.RelativeOffsets,
            Declarations = declarations,
            Limits = listing.Limits,
        });
        foreach (FoundTypes group in groups)
        {
            JsonTypeWriter types = document.TypesOf(group.Graph);
            if (group.Types is null)
            {
                types.WriteAll(filter is null ? null : id => filter.Accepts(group.Graph, id), group.Module);
                continue;
            }

            foreach (TypeId id in group.Types)
            {
                if (filter?.Accepts(group.Graph, id) == false)
                {
                    continue;
                }

                DwarfFoundType? found = group.FoundOf(id);
                types.Write(id, found?.UnitCount ?? 0, found?.FirstUnit, group.Module);
            }
        }

        document.Finish();
    }
}
