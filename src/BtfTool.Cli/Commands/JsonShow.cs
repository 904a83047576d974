using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
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
    public static int Write(IEnumerable<FoundTypes> groups, PaholeOptions listing, NameFilter? filter, OutputTarget target)
    {
        using var document = new JsonShowWriter(target.Writer, new JsonTypeOptions
        {
            Expand = listing.Expand,
            CachelineBytes = listing.CachelineBytes,
            RelativeOffsets = listing.RelativeOffsets,
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
        target.Commit();
        return ExitCode.Done;
    }
}
