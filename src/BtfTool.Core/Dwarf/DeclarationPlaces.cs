using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Says where types are declared: of those that are left after deduplication alone, their DIEs are looked at once more. A damaged line
/// table costs the names of its files and nothing else. Types are to be asked for in the order of their units.
/// </summary>
internal sealed class DeclarationPlaces
{
    private const int MostSaid = 20;
    private const long MostPathBytes = 64 << 20;

    private readonly DwarfFile _file;
    private readonly NameInterner _interner;
    private readonly DwarfNames _names;
    private readonly AbbreviationTable _table;
    private readonly LineFiles _lines;
    private readonly List<Diagnostic> _diagnostics;
    private readonly Dictionary<ulong, NameId> _paths = [];
    private readonly Dictionary<(ulong Name, TypeKind Kind), uint> _offsets = [];
    private UnitScanner? _scanner;
    private DieReader _reader;
    private DieRecord _die;
    private DwarfUnit _unit;
    private byte[] _compilationDirectory = [];
    private ulong _stringOffsetsBase;
    private ulong? _lineTable;
    private bool _hasTable;
    private bool _isReported;
    private int _offsetsUnit = -1;
    private int _damaged;
    private long _pathBytes;

    internal DeclarationPlaces(DwarfFile file, NameInterner interner, List<Diagnostic> diagnostics)
    {
        _file = file;
        _interner = interner;
        _diagnostics = diagnostics;
        _names = new DwarfNames(file);
        _table = new AbbreviationTable(file.Path, DieFields.Places);
        _lines = new LineFiles(file);
        _unit = new DwarfUnit { Index = -1 };
    }

    /// <summary>Where a type is declared: no file and line 0 where that is not known.</summary>
    /// <param name="type">The type.</param>
    /// <param name="variantUnit">
    /// For one of several types that fingerprints do not tell apart, the unit that it is from; -1 for others.
    /// </param>
    internal (NameId File, uint Line) Of(in TypeRow type, int variantUnit)
    {
        bool canHave = type.Kind is TypeKind.Struct or TypeKind.Union or TypeKind.Enum or TypeKind.Enum64 or TypeKind.Typedef
            or TypeKind.Function or TypeKind.Variable;
        (int unit, uint offset, int synthetic) = GroupTable.PlaceOf(type.Key);
        if (!canHave || synthetic != 0)
        {
            return default;
        }

        try
        {
            if (variantUnit >= 0 && variantUnit != unit)
            {
                unit = variantUnit;
                if (!TryFindIn(unit, type, out offset))
                {
                    return default;
                }
            }

            Enter(unit);
            return Read(offset);
        }
        catch (InvalidImageException e)
        {
            Report(e);
            return default;
        }
    }

    /// <summary>Says how many line tables could not be used besides those said already.</summary>
    internal void Finish()
    {
        if (_damaged > MostSaid)
        {
            _diagnostics.Add(new(DiagnosticSeverity.Warning,
                $"{_file.Path}: the source files of {_damaged - MostSaid} more units are not known in full"));
        }
    }

    private (NameId File, uint Line) Read(uint offset)
    {
        Decode(offset);
        _ = _die.TryConstant(DieField.DeclLine, out ulong line);
        uint lineNumber = (uint)Math.Min(line, uint.MaxValue);
        return _die.TryConstant(DieField.DeclFile, out ulong file) ? (FileOf(file), lineNumber) : (default, lineNumber);
    }

    private void Decode(uint offset)
    {
        _reader.Seek(offset);
        _die.Clear();
        if (_table.TryGet(_reader.ReadUleb(), out int index))
        {
            _reader.Decode(_table, _table[index], ref _die);
        }
    }

    private void Enter(int unit)
    {
        if (unit == _unit.Index)
        {
            return;
        }

        _unit = _file.Units[unit];
        _paths.Clear();
        _hasTable = _isReported = false;
        _compilationDirectory = [];
        _lineTable = null;
        _table.Read(_file.Sections.Abbreviations, _unit);
        _reader = new DieReader(_file, _unit);
        Decode((uint)_unit.HeaderBytes);
        _stringOffsetsBase = _die.Has(DieField.StrOffsetsBase) ? _die[DieField.StrOffsetsBase] : _unit.Is64 ? 16u : 8u;
        if (_die.Has(DieField.StmtList))
        {
            _lineTable = _die[DieField.StmtList];
        }

        ulong directory = _names.Of(_die, DieField.CompDir, _unit, _stringOffsetsBase, out _);
        _compilationDirectory = _names.BytesOf(directory).ToArray();
    }

    private NameId FileOf(ulong file)
    {
        ref NameId known = ref CollectionsMarshal.GetValueRefOrAddDefault(_paths, file, out bool isKnown);
        if (isKnown || _lineTable is not { } table)
        {
            return known;
        }

        try
        {
            if (!_hasTable)
            {
                _hasTable = true;
                _lines.Read(_unit, table, _stringOffsetsBase);
            }

            // A table that could not be read has been reported.
            known = _isReported ? default : Intern(_lines.PathOf(file, _compilationDirectory));
        }
        catch (InvalidImageException e)
        {
            Report(e);
        }

        return known;
    }

    private NameId Intern(byte[] path)
    {
        _pathBytes += path.Length;
        if (path.Length > _file.Limits.MaxNameBytes || _pathBytes > MostPathBytes)
        {
            InvalidImageException.Throw(_file.Path, ".debug_line", -1, "the names of source files are longer than any that are real");
        }

        return _interner.Intern(path);
    }

    // What a variant is called in its unit; types of one name at two places of a unit are not told apart.
    private bool TryFindIn(int unit, in TypeRow type, out uint offset)
    {
        if (_offsetsUnit != unit)
        {
            _offsetsUnit = unit;
            _offsets.Clear();
            _scanner ??= new UnitScanner(_file, wantsFunctions: true, wantsVariables: true, new ImportBudget(_file));
            if (_scanner.Open(_file.Units[unit]))
            {
                _scanner.Scan();
            }

            foreach (ref readonly TypeRow row in _scanner.Rows.Types.AsSpan())
            {
                if (row.NameHash != 0 && !row.Is(RowFlags.Declaration | RowFlags.Synthetic))
                {
                    ref uint known = ref CollectionsMarshal.GetValueRefOrAddDefault(_offsets, KeyOf(row), out bool isKnown);
                    known = isKnown ? 0 : row.Offset;
                }
            }
        }

        return _offsets.TryGetValue(KeyOf(type), out offset) && offset != 0;
    }

    private static (ulong Name, TypeKind Kind) KeyOf(in TypeRow type) =>
        (type.NameHash, type.Kind == TypeKind.Enum64 ? TypeKind.Enum : type.Kind);

    private void Report(InvalidImageException error)
    {
        if (_isReported)
        {
            return;
        }

        _isReported = true;
        if (_damaged++ < MostSaid)
        {
            _diagnostics.Add(new(DiagnosticSeverity.Warning, $"source files of a unit are not known: {error.Message}"));
        }
    }
}
