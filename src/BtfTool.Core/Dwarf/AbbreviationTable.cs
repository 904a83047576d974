using System.Diagnostics.CodeAnalysis;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>How the bytes of a value lie in the DIE.</summary>
internal enum StepOp : byte
{
    Fixed1,
    Fixed2,
    Fixed3,
    Fixed4,
    Fixed8,
    Uleb,
    Sleb,
    InlineString,
    Block1,
    Block2,
    Block4,
    BlockUleb,
    Implicit,
    Indirect,

    /// <summary>A form that is not known: the DIE cannot be read, nor what follows it.</summary>
    Unknown,
}

/// <summary>One step of reading a DIE: bytes to go over, then a value to take or, without a field, to go over too.</summary>
internal struct AbbreviationStep
{
    internal int SkipBytes;
    internal int Constant;
    internal StepOp Op;
    internal DieField Field;
    internal ValueClass Class;
}

/// <summary>One abbreviation, compiled: runs of fixed size that nobody reads are one number.</summary>
internal struct Abbreviation
{
    /// <summary>Size of the whole DIE behind its code when all forms have a fixed one, else -1.</summary>
    internal int FixedBytes;

    internal int FirstStep;
    internal int StepCount;
    internal int TailBytes;
    internal ushort Tag;
    internal DieAction Action;
    internal bool HasChildren;
}

/// <summary>
/// The abbreviations of a unit (DWARF 5 §7.5.3), compiled for its address and offset size. Reused from unit to unit: nothing is
/// allocated once it has grown.
/// </summary>
internal sealed class AbbreviationTable
{
    private const int DenseLimit = 1 << 16;
    private const int CachedForms = 0x40;

    private static readonly DieField[] s_fields = [.. Enumerable.Range(0, 0x90).Select(attribute => DieFields.Of((ulong)attribute))];

    private readonly string _file;
    private readonly ulong _alsoWanted;
    private Abbreviation[] _abbreviations = new Abbreviation[256];
    private AbbreviationStep[] _steps = new AbbreviationStep[1024];
    private long[] _constants = new long[64];
    private Dictionary<ulong, int>? _sparse;
    private int[] _byCode = new int[256];
    private int _count;
    private int _stepCount;
    private int _constantCount;
    private ulong _key = ulong.MaxValue;

    private readonly (AbbreviationStep Step, int Bytes, bool IsKnown)[] _forms = new (AbbreviationStep, int, bool)[CachedForms];
    private ulong _formsKey = ulong.MaxValue;

    /// <param name="file">The input, for messages.</param>
    /// <param name="alsoWanted">Fields to read of every tag besides those that types are made of, one bit each.</param>
    internal AbbreviationTable(string file, ulong alsoWanted = 0)
    {
        _file = file;
        _alsoWanted = alsoWanted;
    }

    /// <summary>Bytes of the section that were read since the object was made, each time they were.</summary>
    internal long BytesRead { get; private set; }

    internal ReadOnlySpan<AbbreviationStep> Steps => _steps;

    /// <summary>Number of abbreviations, plus 1: they are numbered from 1.</summary>
    internal int Count => _count;

    internal long ConstantAt(int index) => _constants[index];

    /// <summary>Reads the table of a unit, unless it is the one read last. Cost: its bytes.</summary>
    /// <exception cref="InvalidImageException">The table does not end, or has a form that is not known.</exception>
    internal void Read(ByteRegion section, in DwarfUnit unit)
    {
        ulong key = (unit.AbbreviationOffset << 8) | ((ulong)unit.AddressBytes << 3) | (unit.Is64 ? 4ul : 0) | (unit.Version < 3 ? 2ul : 0);
        if (key == _key)
        {
            return;
        }

        _key = ulong.MaxValue;
        if (_formsKey != (key & 0xff))
        {
            Array.Clear(_forms);
            _formsKey = key & 0xff;
        }

        _count = _stepCount = _constantCount = 0;
        _sparse = null;
        Array.Clear(_byCode);
        _count = 1;
        if (unit.AbbreviationOffset >= (ulong)section.Length)
        {
            Fail((long)unit.AbbreviationOffset, $"the unit's abbreviations begin at {unit.AbbreviationOffset}, the section has {section.Length} bytes");
        }

        long start = (long)unit.AbbreviationOffset;
        var reader = new LebReader(section.Span(start, (int)Math.Min(section.Length - start, int.MaxValue)), _file, ".debug_abbrev", start);
        try
        {
            while (reader.ReadUleb() is var code and not 0)
            {
                AddOne(ref reader, code, unit);
            }
        }
        finally
        {
            BytesRead += reader.Offset - start;
        }

        _key = key;
    }

    /// <summary>The abbreviation of a code; false when the table has none.</summary>
    internal bool TryGet(ulong code, out int index)
    {
        index = code < (ulong)_byCode.Length ? _byCode[code] : 0;
        if (index == 0 && _sparse is not null)
        {
            _ = _sparse.TryGetValue(code, out index);
        }

        return index != 0;
    }

    internal ref readonly Abbreviation this[int index] => ref _abbreviations[index];

    private void AddOne(ref LebReader reader, ulong code, in DwarfUnit unit)
    {
        Enlarge(ref _abbreviations, _count);
        ulong tag = reader.ReadUleb();
        byte children = reader.ReadU8();
        ref Abbreviation a = ref _abbreviations[_count];
        a = new Abbreviation
        {
            Tag = tag > ushort.MaxValue ? (ushort)0 : (ushort)tag,
            HasChildren = children != 0,
            FirstStep = _stepCount,
        };
        a.Action = DieActions.Of(a.Tag);
        AddSteps(ref reader, ref a, DieFields.WantedOf(a.Action, a.HasChildren) | _alsoWanted, unit);
        if (code < DenseLimit)
        {
            if (code >= (ulong)_byCode.Length)
            {
                Array.Resize(ref _byCode, (int)Math.Min(DenseLimit, Math.Max((long)code + 1, _byCode.Length * 2L)));
            }

            _byCode[code] = _count++;
        }
        else
        {
            (_sparse ??= [])[code] = _count++;
        }
    }

    private void AddSteps(ref LebReader reader, ref Abbreviation a, ulong wanted, in DwarfUnit unit)
    {
        int skip = 0;
        bool isFixed = true;
        int total = 0;
        while (true)
        {
            ulong attribute = reader.ReadUleb();
            ulong form = reader.ReadUleb();
            if (attribute == 0 && form == 0)
            {
                break;
            }

            DieField field = attribute < (ulong)s_fields.Length ? s_fields[attribute] : DieFields.Of(attribute);
            if (((wanted >> (int)field) & 1) == 0)
            {
                field = DieField.None;
            }

            var step = new AbbreviationStep { Field = field };
            int bytes = Describe(form, unit, ref step);
            if (bytes == DwarfForms.Unknown)
            {
                step.Op = StepOp.Unknown;
                step.Constant = (int)Math.Min(form, int.MaxValue);
            }

            if (step.Op == StepOp.Implicit)
            {
                step.Constant = AddConstant(form == DW_FORM_implicit_const ? reader.ReadSleb() : 1);
            }

            isFixed &= bytes >= 0;
            total += Math.Max(bytes, 0);
            if (field == DieField.None && bytes >= 0)
            {
                skip += bytes;
                continue;
            }

            step.SkipBytes = skip;
            skip = 0;
            Enlarge(ref _steps, _stepCount);
            _steps[_stepCount++] = step;
        }

        a.StepCount = _stepCount - a.FirstStep;
        a.TailBytes = skip;
        a.FixedBytes = isFixed ? total : -1;
    }

    // What a form is depends on the unit's sizes only, and those hardly ever change.
    private int Describe(ulong form, in DwarfUnit unit, ref AbbreviationStep step)
    {
        if (form >= (ulong)_forms.Length)
        {
            return DwarfForms.Describe(form, unit, ref step);
        }

        ref (AbbreviationStep Step, int Bytes, bool IsKnown) known = ref _forms[form];
        if (!known.IsKnown)
        {
            // Where a form has no value that anyone could want, it takes the field away.
            var described = new AbbreviationStep { Field = DieField.Limit };
            known = (described, 0, true);
            known.Bytes = DwarfForms.Describe(form, unit, ref known.Step);
        }

        step.Op = known.Step.Op;
        step.Class = known.Step.Class;
        step.Field = known.Step.Field == DieField.None ? DieField.None : step.Field;
        return known.Bytes;
    }

    private int AddConstant(long value)
    {
        Enlarge(ref _constants, _constantCount);
        _constants[_constantCount] = value;
        return _constantCount++;
    }

    private static void Enlarge<T>(ref T[] array, int index)
    {
        if (index >= array.Length)
        {
            Array.Resize(ref array, Math.Max(index + 1, array.Length * 2));
        }
    }

    [DoesNotReturn]
    private void Fail(long at, string rule) => InvalidImageException.Throw(_file, ".debug_abbrev", at, rule);
}
