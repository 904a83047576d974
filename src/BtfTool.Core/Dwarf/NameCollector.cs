using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;

namespace BtfTool.Core.Dwarf;

/// <summary>A name where it is met first.</summary>
internal struct NameRow
{
    internal ulong Name;
    internal uint Offset;
    internal int Unit;
    internal DwarfNameKind Kind;
    internal bool IsDeclaration;

    internal readonly ulong Place => ((ulong)(uint)Unit << 32) | Offset;
}

/// <summary>
/// Takes names, each once for each kind. Nearly all lie in <c>.debug_str</c>, each string once: a byte for each place there says which
/// kinds are known, so that one that was met before costs a look.
/// </summary>
internal sealed class NameCollector
{
    private readonly DwarfFile _file;
    private readonly DwarfNames _names;
    private readonly byte[] _defined;
    private readonly byte[] _declared;
    private readonly HashSet<(ulong Hash, DwarfNameKind Kind, bool IsDeclaration)> _others = [];
    private RowList<NameRow> _rows = new(1 << 14);

    internal NameCollector(DwarfFile file)
    {
        _file = file;
        _names = new DwarfNames(file);
        long strings = Math.Min(file.Sections.Strings.Length, Array.MaxLength);
        _defined = new byte[strings];
        _declared = new byte[strings];
    }

    /// <summary>Takes a name that is an offset in <c>.debug_str</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(ulong offset, DwarfNameKind kind, bool isDeclaration, in DwarfUnit unit, uint die)
    {
        byte[] known = isDeclaration ? _declared : _defined;
        if (offset < (ulong)known.Length && (known[offset] >> (int)kind & 1) != 0)
        {
            return;
        }

        AddNew(known, offset, kind, isDeclaration, unit, die);
    }

    /// <summary>Takes a name that lies anywhere.</summary>
    /// <param name="name">The name; 0 for none.</param>
    /// <param name="hash">Its fingerprint.</param>
    /// <param name="kind">What it names.</param>
    /// <param name="isDeclaration">Whether that is only declared.</param>
    /// <param name="unit">Where it is.</param>
    /// <param name="die">Offset of the DIE in the unit.</param>
    internal void AddOther(ulong name, ulong hash, DwarfNameKind kind, bool isDeclaration, in DwarfUnit unit, uint die)
    {
        if (name != 0 && _others.Add((hash, kind, isDeclaration)))
        {
            AddRow(name, kind, isDeclaration, unit, die);
        }
    }

    /// <summary>The names of all, each once, in the order of their places.</summary>
    /// <exception cref="InvalidImageException">There are more than types are allowed.</exception>
    internal static NameRow[] Merge(DwarfFile file, NameCollector[] collectors)
    {
        var names = new DwarfNames(file);
        long most = collectors.Sum(c => (long)c._rows.Count);
        if (most > file.Limits.MaxTypes)
        {
            InvalidImageException.Throw(file.Path, ".debug_info", -1, $"{most} names; at most {file.Limits.MaxTypes} are read");
        }

        var index = new Dictionary<ulong, int>((int)most);
        var rows = new RowList<NameRow>((int)most);
        foreach (NameCollector collector in collectors)
        {
            foreach (ref readonly NameRow row in collector._rows.AsSpan())
            {
                ulong hash = names.HashOf(row.Name);
                ref int known = ref CollectionsMarshal.GetValueRefOrAddDefault(index, Fingerprint.Last(hash, (ulong)row.Kind), out bool exists);
                if (!exists)
                {
                    known = rows.Count;
                    rows.Add(row);
                }
                else if (IsBetter(row, rows[known]))
                {
                    rows[known] = row;
                }
            }
        }

        NameRow[] merged = rows.AsSpan().ToArray();
        ulong[] places = Array.ConvertAll(merged, row => row.Place);
        Array.Sort(places, merged);
        return merged;
    }

    // A definition counts more than a declaration, an earlier one more than a later one.
    private static bool IsBetter(in NameRow row, in NameRow known) =>
        row.IsDeclaration != known.IsDeclaration ? known.IsDeclaration : row.Place < known.Place;

    private void AddNew(byte[] known, ulong offset, DwarfNameKind kind, bool isDeclaration, in DwarfUnit unit, uint die)
    {
        ulong name = DwarfNames.OfString(offset);
        if (_names.HashOf(name) == 0)
        {
            return;
        }

        if (offset < (ulong)known.Length)
        {
            known[offset] |= (byte)(1 << (int)kind);
        }

        AddRow(name, kind, isDeclaration, unit, die);
    }

    private void AddRow(ulong name, DwarfNameKind kind, bool isDeclaration, in DwarfUnit unit, uint die)
    {
        if (_rows.Count >= _file.Limits.MaxTypes)
        {
            InvalidImageException.Throw(_file.Path, ".debug_info", unit.Offset + die, $"more than {_file.Limits.MaxTypes} names");
        }

        ref NameRow row = ref _rows.Add();
        row.Name = name;
        row.Kind = kind;
        row.IsDeclaration = isDeclaration;
        row.Unit = unit.Index;
        row.Offset = die;
    }
}
