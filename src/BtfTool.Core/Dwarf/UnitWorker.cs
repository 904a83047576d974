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
    /// Reads the definitions of a name in a unit and what they contain; false when there are none.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="hits">Where the name may be mentioned, ascending; null for anywhere.</param>
    /// <param name="nameHash">Fingerprint of the name.</param>
    /// <param name="outcome">What became of the unit.</param>
    internal bool ReadRoots(in DwarfUnit unit, List<uint>? hits, ulong nameHash, ref UnitOutcome outcome)
    {
        try
        {
            if (!_scanner.Open(unit) || !IsWanted(ref outcome))
            {
                return false;
            }

            _roots.Clear();
            _scanner.FindRoots(hits, nameHash, _roots);
            if (_roots.Count == 0)
            {
                return false;
            }

            foreach (uint root in _roots)
            {
                _ = _scanner.Import(unit.Offset + root);
            }

            _linker.LinkRoots();
            Group(unit, ref outcome);
            outcome.Name = NameOfUnit();
            return true;
        }
        catch (InvalidImageException e)
        {
            Report(e, ref outcome);
            return false;
        }
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
            return false;
        }

        if (_options.UnitFilter is { } units && !units(NameOfUnit()))
        {
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
