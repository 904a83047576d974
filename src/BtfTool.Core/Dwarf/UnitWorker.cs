using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Dwarf;

/// <summary>What became of a unit.</summary>
internal struct UnitOutcome
{
    /// <summary>Worker that read it, plus 1; 0 when it contributed nothing.</summary>
    internal int Worker;

    /// <summary>Where its groups begin in the worker's <see cref="GroupTable.Incidence"/>.</summary>
    internal int First;

    internal int Count;

    internal int Language;

    /// <summary>What it has that is not supported; null otherwise.</summary>
    internal string? Unsupported;

    /// <summary>Why it was left out; null otherwise.</summary>
    internal InvalidImageException? Error;

    internal string? Name;

    /// <summary>Left out because other units are asked for.</summary>
    internal bool IsFiltered;

    /// <summary>Number of further units that say the same and were not read for that reason.</summary>
    internal int Alike;
}

/// <summary>Where a unit seems to define a name.</summary>
internal struct UnitFinding
{
    /// <summary>Offsets of the definitions in the unit, ascending; null for none.</summary>
    internal uint[]? Roots;

    /// <summary>Fingerprint of all that they contain, where there is one.</summary>
    internal ulong Digest;

    internal bool IsDigested;

    /// <summary>False as long as the offsets may be no DIEs.</summary>
    internal bool IsSure;
}

/// <summary>What became of the guesses where DIEs are.</summary>
internal enum FindingTruth
{
    Wrong,
    Partial,
    Right,
}

/// <summary>What a type that is left out is told by: the reason, the language, the fingerprint of the name.</summary>
internal readonly record struct LeftOutKey(string Why, int Language, ulong NameHash);

/// <summary>A type that is left out, and the first unit that has it.</summary>
internal sealed record LeftOutType(int Unit, string Name, string UnitName);

/// <summary>Reads units one after the other into groups; each thread has one.</summary>
internal sealed class UnitWorker
{
    private readonly DwarfFile _file;
    private readonly DwarfReadOptions _options;
    private readonly UnitScanner _scanner;
    private readonly UnitLinker _linker;
    private readonly UnitHasher _hasher;
    private readonly DwarfNames _names;
    private readonly int _number;
    private readonly List<uint> _roots = [];

    internal UnitWorker(DwarfFile file, DwarfReadOptions options, int number, ImportBudget imports)
    {
        _file = file;
        _options = options;
        _number = number;
        _names = new DwarfNames(file);
        Groups = new GroupTable(file.RowCapacity);
        _scanner = new UnitScanner(file, options.Functions, options.Variables, imports);
        _linker = new UnitLinker(file, _scanner);
        _hasher = new UnitHasher(file, _scanner.Rows);
    }

    internal GroupTable Groups { get; }

    internal List<(long Place, CodeAddress Address)> ForeignAddresses => _linker.ForeignAddresses;

    /// <summary>The types that were left out of units that were used.</summary>
    internal Dictionary<LeftOutKey, LeftOutType> LeftOut { get; } = [];

    internal long DieCount => _scanner.DieCount;

    internal long RowCount { get; private set; }

    /// <summary>Reads a unit; a damaged one leaves no trace but its outcome.</summary>
    internal void Read(in DwarfUnit unit, ref UnitOutcome outcome)
    {
        try
        {
            if (!_scanner.Open(unit) || !IsWanted(ref outcome))
            {
                return;
            }

            _scanner.Scan();
            _linker.Link();
            Group(unit, ref outcome);
        }
        catch (InvalidImageException e)
        {
            Report(e, ref outcome);
        }
    }

    /// <summary>
    /// Notes where a unit defines a name, and a fingerprint of all that the definitions contain. Where they are is a guess until
    /// <see cref="ReadRoots"/> has looked.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="hits">Where the name may be mentioned.</param>
    /// <param name="nameHash">Fingerprint of the name.</param>
    /// <param name="finding">Takes what was found.</param>
    /// <param name="outcome">What became of the unit.</param>
    internal void Survey(in DwarfUnit unit, NameHits hits, ulong nameHash, ref UnitFinding finding, ref UnitOutcome outcome)
    {
        try
        {
            if (!_scanner.Open(unit) || !IsWanted(ref outcome))
            {
                return;
            }

            List<uint>? places = hits.In(unit.Index);
            bool isIndexed = hits.MayBeIndexed(_scanner.StringOffsetsBase);
            if (places is null && !isIndexed)
            {
                return;
            }

            _roots.Clear();
            uint start = _scanner.Offset;
            if (isIndexed || !_scanner.TryGuessRoots(places!, nameHash, _roots))
            {
                _roots.Clear();
                _scanner.Seek(start);
                _scanner.FindRoots(isIndexed ? null : places, nameHash, _roots);
                finding.IsSure = true;
            }

            if (_roots.Count > 0)
            {
                finding.Roots = [.. _roots];
                finding.IsDigested = _scanner.TryDigest(_roots, out finding.Digest);
            }
        }
        catch (InvalidImageException e)
        {
            Report(e, ref outcome);
        }
    }

    /// <summary>Reads the definitions of a name in a unit and what they contain.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="finding">What <see cref="Survey"/> found.</param>
    /// <param name="nameHash">Fingerprint of the name.</param>
    /// <param name="outcome">What became of the unit.</param>
    /// <returns>Whether all of the guesses were right, some, or none.</returns>
    internal FindingTruth ReadRoots(in DwarfUnit unit, in UnitFinding finding, ulong nameHash, ref UnitOutcome outcome)
    {
        try
        {
            _ = _scanner.Open(unit);
            _roots.Clear();
            _roots.AddRange(finding.Roots!);
            if (!finding.IsSure)
            {
                var guesses = new List<uint>(_roots);
                _roots.Clear();
                _scanner.FindRoots(guesses, nameHash, _roots);
            }

            if (_roots.Count == 0)
            {
                return FindingTruth.Wrong;
            }

            foreach (uint root in _roots)
            {
                _ = _scanner.Import(unit.Offset + root);
            }

            _linker.LinkRoots();
            Group(unit, ref outcome);
            outcome.Name = NameOfUnit();
            return _roots.Count == finding.Roots!.Length ? FindingTruth.Right : FindingTruth.Partial;
        }
        catch (InvalidImageException e)
        {
            Report(e, ref outcome);
            return FindingTruth.Wrong;
        }
    }

    /// <summary>Hands the names of a unit to a collector; those in front of any damage have been taken then.</summary>
    internal void CollectNames(in DwarfUnit unit, NameCollector names, DwarfNameOptions options, ref UnitOutcome outcome)
    {
        try
        {
            if (_scanner.Open(unit) && IsWanted(ref outcome))
            {
                _scanner.CollectNames(names, options);
            }
        }
        catch (InvalidImageException e)
        {
            Report(e, ref outcome);
        }
    }

    /// <summary>Notes which names a unit gives to types that it defines; one that cannot be read defines none.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="places">Where any of the names may be mentioned.</param>
    /// <param name="nameHashes">Fingerprints of the names.</param>
    /// <param name="areKnown">Takes what was found; names that are known already are not looked for.</param>
    internal void Confirm(in DwarfUnit unit, List<uint> places, ulong[] nameHashes, bool[] areKnown)
    {
        try
        {
            UnitOutcome unused = default;
            if (!_scanner.Open(unit) || !IsWanted(ref unused))
            {
                return;
            }

            uint start = _scanner.Offset;
            for (int i = 0; i < nameHashes.Length; i++)
            {
                areKnown[i] = areKnown[i] || Defines(places, nameHashes[i], start);
            }
        }
        catch (InvalidImageException)
        {
            // Who reads the unit in earnest hears of it.
        }
    }

    // A guess may be wrong, and then the unit defines nothing of the name.
    private bool Defines(List<uint> places, ulong nameHash, uint start)
    {
        _roots.Clear();
        if (_scanner.TryGuessRoots(places, nameHash, _roots) && _roots.Count == 0)
        {
            return false;
        }

        _roots.Clear();
        _scanner.Seek(start);
        _scanner.FindRoots(places, nameHash, _roots);
        return _roots.Count > 0;
    }

    private void Group(in DwarfUnit unit, ref UnitOutcome outcome)
    {
        _hasher.HashAll();
        outcome.First = Groups.Incidence.Count;
        Groups.Add(_scanner.Rows);
        outcome.Count = Groups.Incidence.Count - outcome.First;
        outcome.Worker = _number + 1;
        RowCount += _scanner.Rows.Types.Count;
        foreach (OpaqueType type in _scanner.OpaqueTypes)
        {
            // Each unit that includes a header has the type again.
            LeftOutKey key = new(type.Why, _scanner.Language, type.NameHash);
            if (!LeftOut.TryGetValue(key, out LeftOutType? known) || known.Unit > unit.Index)
            {
                LeftOut[key] = new LeftOutType(unit.Index, System.Text.Encoding.UTF8.GetString(_names.BytesOf(type.Name)), NameOfUnit());
            }
        }
    }

    private void Report(InvalidImageException error, ref UnitOutcome outcome)
    {
        outcome.Error = error;
        outcome.Unsupported = _scanner.Unsupported;
        outcome.Language = _scanner.Language;
        outcome.Name = NameOfUnit();
    }

    private bool IsWanted(ref UnitOutcome outcome)
    {
        int language = _scanner.Language;
        outcome.Language = language;
        if (DwarfLanguages.IsAssembler(language))
        {
            return false;
        }

        if (_options.LanguageFilter is { } languages && !languages(language))
        {
            outcome.IsFiltered = true;
            return false;
        }

        if (_options.UnitFilter is { } units && !units(NameOfUnit()))
        {
            outcome.IsFiltered = true;
            return false;
        }

        if (!DwarfLanguages.IsC(language) && !DwarfLanguages.IsCPlusPlus(language) && language != 0)
        {
            outcome.Unsupported = "its types are";
            outcome.Name = NameOfUnit();
            return false;
        }

        return true;
    }

    private string NameOfUnit() => System.Text.Encoding.UTF8.GetString(_names.BytesOf(_scanner.UnitName));
}
