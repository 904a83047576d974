using System.Diagnostics.CodeAnalysis;
using BtfTool.Core.Diagnostics;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Goes over the DIEs of a unit once and makes a row of each type: the whole unit (<see cref="Scan"/>), or one DIE of this or of
/// another unit that a reference leads to (<see cref="Import"/>). One of these serves a worker for all its units.
/// </summary>
internal sealed partial class UnitScanner
{
    private const int MapGranularity = 4;
    private const long AbbreviationRepeats = 16;
    private const long AbbreviationSlackBytes = 1 << 20;

    // The least that compilers write are 3 bytes for an enumerator and 5 for a pointer; a row takes up to a hundred.
    private const int BytesPerRow = 2;
    private const int RowsAtLeast = 64;

    private readonly DwarfFile _file;
    private readonly DwarfNames _names;
    private readonly AbbreviationTable _ownTable;
    private readonly Dictionary<long, ForeignUnit> _foreignUnits = [];
    private readonly Dictionary<long, int> _imported = [];
    private readonly bool _wantsFunctions;
    private readonly bool _wantsVariables;
    private readonly ImportBudget _imports;

    private RowList<Context> _stack = new(64);
    private RowList<ulong> _dimensions = new(16);
    private RowList<ulong> _tags = new(16);
    private RowList<long> _foreign = new(16);
    private int[] _map = new int[256];
    private AbbreviationTable _table;
    private DieReader _reader;
    private DieRecord _die;
    private DwarfUnit _unit;
    private DwarfUnit _own;
    private ulong _stringOffsetsBase;
    private ulong _addressBase;
    private bool _behind;
    private long _abbreviationBytes;
    private long _rowsLeft;

    internal UnitScanner(DwarfFile file, bool wantsFunctions, bool wantsVariables, ImportBudget imports)
    {
        _imports = imports;
        Rows = new TypeRows(file.RowCapacity);
        _file = file;
        _names = new DwarfNames(file);
        _ownTable = _table = new AbbreviationTable(file.Path);
        _wantsFunctions = wantsFunctions;
        _wantsVariables = wantsVariables;
    }

    /// <summary>The rows of the unit read last.</summary>
    internal TypeRows Rows { get; }

    /// <summary>Definitions that say where what another DIE declares lies.</summary>
    internal List<Completion> Completions { get; } = [];

    /// <summary>Language of the unit read last.</summary>
    internal int Language { get; private set; }

    /// <summary>Name of the unit read last.</summary>
    internal ulong UnitName { get; private set; }

    /// <summary>Why the unit is of no use though it is not damaged; set before the exception that says so.</summary>
    internal string? Unsupported { get; private set; }

    /// <summary>DIEs read since the scanner was made.</summary>
    internal long DieCount { get; private set; }

    /// <summary>Reads the root DIE: name, language. False when there is nothing in the unit.</summary>
    /// <exception cref="InvalidImageException">The unit is damaged, or of a kind that is not supported.</exception>
    internal bool Open(in DwarfUnit unit)
    {
        Rows.Clear();
        Completions.Clear();
        OpaqueTypes.Clear();
        HasOpaqueRows = false;
        _imported.Clear();
        _foreign.Count = 0;
        _stack.Count = 0;
        _dimensions.Count = _tags.Count = 0;
        _openMembers.Count = _openEnumerators.Count = _openParameters.Count = 0;
        Unsupported = null;
        Language = 0;
        UnitName = 0;
        _own = _unit = unit;
        _table = _ownTable;
        _scanning = _behind = false;
        _scannedRows = 0;
        _stringOffsetsBase = _addressBase = 0;
        _rowsLeft = RowsAtLeast + (_file.Sections.Info.Length / BytesPerRow);
        ReadAbbreviations(_table, unit);
        _reader = new DieReader(_file, unit);
        bool hasChildren = ReadRoot();
        if (unit.UnitType is DW_UT_type or DW_UT_split_type)
        {
            RejectUnsupported("type units (-fdebug-types-section) are");
        }

        if (unit.UnitType is DW_UT_skeleton or DW_UT_split_compile || _die.Has(DieField.DwoName))
        {
            RejectUnsupported("split DWARF (types in a .dwo file) is");
        }

        return hasChildren;
    }

    /// <summary>What made the unit that was opened last, as DW_AT_producer says it; 0 where it does not. To be asked before anything is read.</summary>
    /// <exception cref="InvalidImageException">The text does not lie in its section.</exception>
    internal ulong ReadProducer() => _die.ClassOf(DieField.Producer) == ValueClass.Supplementary ? 0
        : _names.Of(_die, DieField.Producer, _unit, _stringOffsetsBase, out _);

    /// <summary>Reads all DIEs of the unit that was opened.</summary>
    /// <exception cref="InvalidImageException">The unit is damaged, or has what is not supported.</exception>
    internal void Scan()
    {
        long cells = (_unit.LengthBytes / MapGranularity) + 1;
        if (_map.Length < cells)
        {
            _map = new int[Math.Max(cells, _map.Length * 2L)];
        }

        _scanning = true;
        long others = _rowsLeft;
        _rowsLeft = RowsAtLeast + (_unit.LengthBytes / BytesPerRow);
        Push(DieAction.Unit, -1);
        ReadTree();
        _rowsLeft = others;
        _scanning = false;
    }

    // The rows of one DIE are told apart by a byte.
    private void CountSynthetic(int rows)
    {
        if (rows > byte.MaxValue)
        {
            _reader.Fail($"an array or pointer of more than {byte.MaxValue} dimensions or tags");
        }
    }

    // Each row and each element of one: what a unit takes in memory is bounded by its bytes, and what it imports by those of the section.
    private void CountRow()
    {
        if (--_rowsLeft < 0)
        {
            _reader.Fail("more types and members than the bytes of the section can describe");
        }
    }

    /// <summary>Reads one DIE and what is in it; returns its row, or -1 when it is no type.</summary>
    /// <param name="absolute">Where it is in the section.</param>
    /// <param name="behind">Whether a struct, union or enumeration with a name is read as a declaration, without what is in it.</param>
    internal int Import(long absolute, bool behind = false)
    {
        long key = (absolute << 1) | (behind ? 1L : 0);
        if (_imported.TryGetValue(key, out int known))
        {
            return known;
        }

        _imported[key] = -1;
        Enter(absolute);
        int before = Rows.Types.Count;
        _stack.Count = 0;
        _behind = behind;
        _reader.Seek((ulong)(absolute - _unit.Offset));
        uint start = _reader.Offset;
        try
        {
            ReadTree();
        }
        finally
        {
            _imports.Take(_reader.Offset - start);
        }

        _behind = false;
        int row = before < Rows.Types.Count && Rows.Types[before].Offset + _unit.Offset == absolute ? before : -1;
        _imported[key] = row;
        return row;
    }

    /// <summary>The row of a reference that is not void; -1 when what it leads to is no type.</summary>
    internal int RowOf(uint reference, bool behind = false)
    {
        if ((reference & TypeReference.ForeignBit) != 0)
        {
            return Import(_foreign[(int)(reference & ~TypeReference.ForeignBit)], behind);
        }

        if ((reference & TypeReference.DirectBit) != 0)
        {
            return (int)(reference & ~TypeReference.DirectBit);
        }

        // The map is not cleared between units: an entry counts when the row it names is one of this unit at that place.
        int count = _scannedRows;
        uint cell = reference / MapGranularity;
        if (cell < (uint)_map.Length)
        {
            for (int row = _map[cell]; row < count && row >= 0; row++)
            {
                ref readonly TypeRow type = ref Rows.Types[row];
                if (type.Offset == reference && !type.Is(RowFlags.Synthetic))
                {
                    return row;
                }

                if (type.Offset / MapGranularity != cell)
                {
                    break;
                }
            }
        }

        return Import(_own.Offset + reference, behind);
    }

    // Tables of units may overlap; each byte is read a few times at most, or many small units could make this quadratic.
    private void ReadAbbreviations(AbbreviationTable table, in DwarfUnit unit)
    {
        long most = (AbbreviationRepeats * _file.Sections.Abbreviations.Length) + AbbreviationSlackBytes;
        if (_abbreviationBytes > most)
        {
            InvalidImageException.Throw(_file.Path, ".debug_abbrev", (long)unit.AbbreviationOffset,
                $"the units' tables overlap: more than {most} bytes were read of {_file.Sections.Abbreviations.Length}");
        }

        long before = table.BytesRead;
        try
        {
            table.Read(_file.Sections.Abbreviations, unit);
        }
        finally
        {
            _abbreviationBytes += table.BytesRead - before;
        }
    }

    /// <summary>Where in the section a reference to another unit leads.</summary>
    internal long PlaceOf(uint foreign) => _foreign[(int)(foreign & ~TypeReference.ForeignBit)];

    private bool ReadRoot()
    {
        _die.Clear();
        uint offset = _reader.Offset;
        ulong code = _reader.ReadUleb();
        if (code == 0)
        {
            return false;
        }

        ref readonly Abbreviation a = ref Find(code);
        _reader.Decode(_table, a, ref _die);
        if (a.Action != DieAction.Unit)
        {
            _reader.Fail($"the first DIE has tag 0x{a.Tag:x}; a unit expected");
        }

        _stringOffsetsBase = _die.Has(DieField.StrOffsetsBase) ? _die[DieField.StrOffsetsBase] : _unit.Is64 ? 16u : 8u;
        _addressBase = _die[DieField.AddrBase];
        NoteBases(offset);
        Language = (int)Math.Min(_die[DieField.Language], 0xffff);
        UnitName = _die.ClassOf(DieField.Name) == ValueClass.Supplementary ? 0 : _names.Of(_die, DieField.Name, _unit, _stringOffsetsBase, out _);
        return a.HasChildren;
    }

    // Reads from here to the end of the tree that the stack, or the first DIE, opens.
    private void ReadTree()
    {
        long dies = 0;
        do
        {
            if (_reader.AtEnd)
            {
                _reader.Fail("the unit ends inside a list of children");
            }

            uint offset = _reader.Offset;
            ulong code = _reader.ReadUleb();
            if (code == 0)
            {
                Close();
                continue;
            }

            dies++;
            ref readonly Abbreviation a = ref Find(code);
            switch (a.Action)
            {
                case DieAction.Ignore:
                case DieAction.Scope:
                    Leave(a);
                    break;
                case DieAction.Namespace:
                    _reader.Skip(_table, a);
                    if (a.HasChildren)
                    {
                        Push(DieAction.Unit, -1);
                    }

                    break;
                case DieAction.SkipTree:
                    SkipTree(a);
                    break;
                case DieAction.Parameter when Parent() is not (DieAction.Prototype or DieAction.Subprogram):
                case DieAction.Variable when !_wantsVariables || Parent() != DieAction.Unit:
                case DieAction.Subprogram when !_wantsFunctions || Parent() != DieAction.Unit:
                    // Functions and static members of a struct take no room in it.
                    Leave(a);
                    break;
                default:
                    _reader.Decode(_table, a, ref _die);
                    Take(a, offset);
                    break;
            }
        }
        while (_stack.Count > 0);

        DieCount += dies;
    }

    private DieAction Parent() => _stack.Count > 0 ? _stack[_stack.Count - 1].Action : DieAction.Ignore;

    private void Leave(in Abbreviation a)
    {
        _reader.Skip(_table, a);
        if (a.HasChildren)
        {
            Push(DieAction.Scope, -1);
        }
    }

    private void SkipTree(in Abbreviation a)
    {
        if (!a.HasChildren)
        {
            _reader.Skip(_table, a);
            return;
        }

        _reader.Decode(_table, a, ref _die);
        if (_die.ClassOf(DieField.Sibling) == ValueClass.Reference && _die[DieField.Sibling] >= _reader.Offset)
        {
            _reader.Seek(_die[DieField.Sibling]);
            return;
        }

        int depth = 1;
        while (depth > 0)
        {
            ulong code = _reader.ReadUleb();
            if (code == 0)
            {
                depth--;
                continue;
            }

            ref readonly Abbreviation child = ref Find(code);
            _reader.Skip(_table, child);
            depth += child.HasChildren ? 1 : 0;
        }
    }

    private ref readonly Abbreviation Find(ulong code)
    {
        if (!_table.TryGet(code, out int index))
        {
            _reader.Fail($"abbreviation {code} is not in the unit's table");
        }

        return ref _table[index];
    }

    private void Push(DieAction action, int row)
    {
        ref Context context = ref _stack.Add();
        context.Action = action;
        context.Row = row;
        context.DimensionStart = _dimensions.Count;
        context.TagStart = _tags.Count;
        context.MemberStart = _openMembers.Count;
        context.EnumeratorStart = _openEnumerators.Count;
        context.ParameterStart = _openParameters.Count;
    }

    // Makes the reader stand in the unit that a byte of the section lies in.
    private void Enter(long absolute)
    {
        if (absolute >= _unit.Offset && absolute < _unit.Offset + _unit.LengthBytes)
        {
            return;
        }

        if (!_file.TryFindUnit(absolute, out DwarfUnit unit))
        {
            InvalidImageException.Throw(_file.Path, ".debug_info", absolute, "a reference leads to no unit");
        }

        if (unit.Index == _own.Index)
        {
            _table = _ownTable;
            _unit = _own;
            _reader = new DieReader(_file, _own);
            return;
        }

        if (!_foreignUnits.TryGetValue(unit.Offset, out ForeignUnit? known))
        {
            known = new ForeignUnit(new AbbreviationTable(_file.Path));
            ReadAbbreviations(known.Table, unit);
            _foreignUnits[unit.Offset] = known;
            (_table, _unit) = (known.Table, unit);
            _reader = new DieReader(_file, unit);
            (ulong strings, ulong addresses, int language, ulong name) = (_stringOffsetsBase, _addressBase, Language, UnitName);
            (CodeAddress unitBase, ulong rangeListsBase) = (_unitBase, _rangeListsBase);
            _ = ReadRoot();
            known.StringOffsetsBase = _stringOffsetsBase;
            (_stringOffsetsBase, _addressBase, Language, UnitName) = (strings, addresses, language, name);
            (_unitBase, _rangeListsBase) = (unitBase, rangeListsBase);
        }

        (_table, _unit) = (known.Table, unit);
        _reader = new DieReader(_file, unit);
    }

    private ulong NameOf(DieField field, out ulong hash)
    {
        if (_die.ClassOf(field) == ValueClass.Supplementary)
        {
            RejectUnsupported("names in a supplementary file (dwz) are");
        }

        return _names.Of(_die, field, _unit,
            _unit.Index == _own.Index ? _stringOffsetsBase : _foreignUnits[_unit.Offset].StringOffsetsBase, out hash);
    }

    [DoesNotReturn]
    private void RejectUnsupported(string what)
    {
        Unsupported = what;
        _reader.Fail(what + " not supported yet");
    }

    private struct Context
    {
        internal DieAction Action;
        internal int Row;
        internal int DimensionStart;
        internal int TagStart;
        internal int MemberStart;
        internal int EnumeratorStart;
        internal int ParameterStart;
    }

    private sealed class ForeignUnit(AbbreviationTable table)
    {
        internal AbbreviationTable Table { get; } = table;

        internal ulong StringOffsetsBase { get; set; }
    }
}

/// <summary>A DIE that completes another one (DW_AT_specification, DW_AT_abstract_origin): where the function or variable lies.</summary>
internal readonly record struct Completion(uint Origin, CodeAddress Address);
