using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Dwarf;

/// <summary>Says which units were left out: damaged ones one by one, up to a number; what is not supported by language and construct.</summary>
internal static class UnitReport
{
    private const int MostSaid = 20;

    /// <summary>Says which types were left out of units that were used otherwise: how many for each reason, and the first.</summary>
    internal static void AddLeftOut(DwarfFile file, UnitWorker[] workers, List<Diagnostic> diagnostics)
    {
        var reasons = new Dictionary<(string Why, int Language), Dictionary<ulong, LeftOutType>>();
        foreach (UnitWorker worker in workers)
        {
            foreach ((LeftOutKey key, LeftOutType type) in worker.LeftOut)
            {
                if (!reasons.TryGetValue((key.Why, key.Language), out Dictionary<ulong, LeftOutType>? types))
                {
                    reasons[(key.Why, key.Language)] = types = [];
                }

                if (!types.TryGetValue(key.NameHash, out LeftOutType? known) || known.Unit > type.Unit)
                {
                    types[key.NameHash] = type;
                }
            }
        }

        foreach (((string why, int language), Dictionary<ulong, LeftOutType> types) in reasons.OrderBy(r => r.Key.Language)
            .ThenBy(r => r.Key.Why, StringComparer.Ordinal))
        {
            LeftOutType first = types.Values.OrderBy(t => t.Unit).ThenBy(t => t.Name, StringComparer.Ordinal).First();
            string count = types.Count == 1 ? "1 type was" : $"{types.Count} types were";
            string name = first.Name.Length == 0 ? "one without a name" : first.Name;
            string which = types.Count == 1 ? name : $"the first is {name}";
            string of = language == 0 ? "" : DwarfLanguages.NameOf(language) + ", ";
            diagnostics.Add(new(DiagnosticSeverity.Warning,
                $"{file.Path}: {count} left out ({which}, in {first.UnitName}): {of}{why} not supported yet"));
        }
    }

    /// <summary>Says that types which differ only in what they refer to may be one in the graph.</summary>
    internal static void Add(DwarfFile file, DwarfReadOptions options, VariantResolver variants, List<Diagnostic> diagnostics)
    {
        if (variants.IsComplete)
        {
            return;
        }

        string rule = $"{variants.AmbiguousNames} names have several definitions: not all types that refer to them were told apart";
        if (options.Strict)
        {
            InvalidImageException.Throw(file.Path, ".debug_info", -1, rule);
        }

        diagnostics.Add(new(DiagnosticSeverity.Warning, $"{file.Path}: {rule}"));
    }

    internal static void Add(DwarfFile file, DwarfReadOptions options, UnitOutcome[] outcomes, List<Diagnostic> diagnostics)
    {
        var unsupported = new Dictionary<(string, int), (int Count, string First)>();
        int damaged = 0, filtered = 0, read = 0;
        foreach (ref readonly UnitOutcome outcome in outcomes.AsSpan())
        {
            filtered += outcome.IsFiltered ? 1 : 0;
            read += outcome.Worker != 0 ? 1 : 0;
            if (outcome.Unsupported is { } what)
            {
                (int Count, string First) known = unsupported.GetValueOrDefault((what, outcome.Language), (0, outcome.Name ?? ""));
                unsupported[(what, outcome.Language)] = (known.Count + 1, known.First);
            }
            else if (outcome.Error is { } error)
            {
                if (options.Strict)
                {
                    InvalidImageException.Throw(error.File, error.Section, error.FileOffset, error.Rule);
                }

                if (damaged++ < MostSaid)
                {
                    string name = string.IsNullOrEmpty(outcome.Name) ? "a unit" : $"unit {outcome.Name}";
                    diagnostics.Add(new(DiagnosticSeverity.Warning, $"{name} was left out: {error.Message}"));
                }
            }
        }

        if (filtered > 0 && read == 0)
        {
            string what = options.UnitFilter is null ? "language" : options.LanguageFilter is null ? "name" : "name and language";
            diagnostics.Add(new(DiagnosticSeverity.Warning, $"{file.Path}: no unit that was looked at has the {what} that is asked for"));
        }

        if (damaged > MostSaid)
        {
            diagnostics.Add(new(DiagnosticSeverity.Warning, $"{file.Path}: {damaged - MostSaid} more units were left out"));
        }

        foreach (((string what, int language), (int count, string first)) in unsupported)
        {
            string units = count == 1 ? "1 unit was" : $"{count} units were";
            string name = first.Length == 0 ? "" : count == 1 ? $" ({first})" : $" (the first is {first})";
            string of = language == 0 ? "" : DwarfLanguages.NameOf(language) + ", ";
            diagnostics.Add(new(DiagnosticSeverity.Warning, $"{file.Path}: {units} left out{name}: {of}{what} not supported yet"));
        }
    }
}
