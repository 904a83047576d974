using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>Collecting the names of a unit.</summary>
internal sealed partial class UnitScanner
{
    private const byte NotNamed = 0xff;

    private NamePlan[] _plans = [];

    /// <summary>Hands all names of the unit that was opened to a collector. Cost: a step for each DIE that is not stepped over.</summary>
    internal void CollectNames(NameCollector names, DwarfNameOptions options)
    {
        MakePlans(options);
        int depth = 1;
        int closed = int.MaxValue;
        while (depth > 0)
        {
            uint offset = _reader.Offset;
            ulong code = _reader.ReadUleb();
            if (code == 0)
            {
                depth--;
                closed = depth < closed ? int.MaxValue : closed;
                continue;
            }

            ref readonly Abbreviation a = ref Find(code, out int index);
            ref readonly NamePlan plan = ref _plans[index];
            bool isWanted = plan.Kind != NotNamed && depth < closed && (!plan.IsFileScope || depth == 1);
            ulong sibling = 0;
            if (plan.IsPlain)
            {
                _reader.Need(a.FixedBytes);
                sibling = plan.SiblingAt >= 0 ? _reader.PeekU32(plan.SiblingAt) : 0;
                if (isWanted && plan.NameAt >= 0)
                {
                    names.Add(_reader.PeekU32(plan.NameAt), (DwarfNameKind)plan.Kind, plan.IsDeclaration, _unit, offset);
                }

                _reader.Advance(a.FixedBytes);
            }
            else if (isWanted || plan.StepsOver)
            {
                _reader.Decode(_table, a, ref _die);
                sibling = plan.StepsOver && _die.ClassOf(DieField.Sibling) == ValueClass.Reference ? _die[DieField.Sibling] : 0;
                if (isWanted)
                {
                    CollectName(names, plan, offset);
                }
            }
            else
            {
                _reader.Skip(_table, a);
            }

            if (!a.HasChildren)
            {
                continue;
            }

            if (sibling >= _reader.Offset)
            {
                _reader.Seek(sibling);
                continue;
            }

            closed = plan.ClosesScope && depth < closed ? depth + 1 : closed;
            depth++;
        }
    }

    private void CollectName(NameCollector names, in NamePlan plan, uint offset)
    {
        bool isDeclaration = _die.Flag(DieField.Declaration) && plan.Kind <= (byte)DwarfNameKind.Enum;
        ValueClass form = _die.ClassOf(DieField.Name);
        if (form is ValueClass.String or ValueClass.StringIndex)
        {
            ulong place = form == ValueClass.String ? _die[DieField.Name]
                : _names.OffsetOfIndex(_die[DieField.Name], _unit, _stringOffsetsBase);
            names.Add(place, (DwarfNameKind)plan.Kind, isDeclaration, _unit, offset);
        }
        else if (form != ValueClass.None)
        {
            ulong name = NameOf(DieField.Name, out ulong hash);
            names.AddOther(name, hash, (DwarfNameKind)plan.Kind, isDeclaration, _unit, offset);
        }
    }

    private ref readonly Abbreviation Find(ulong code, out int index)
    {
        if (!_table.TryGet(code, out index))
        {
            _reader.Fail($"abbreviation {code} is not in the unit's table");
        }

        return ref _table[index];
    }

    private void MakePlans(DwarfNameOptions options)
    {
        if (_plans.Length < _table.Count)
        {
            _plans = new NamePlan[Math.Max(256, _table.Count * 2)];
        }

        bool isC = DwarfLanguages.IsC(Language);
        for (int i = 1; i < _table.Count; i++)
        {
            _plans[i] = PlanOf(_table[i], options, isC);
        }
    }

    private NamePlan PlanOf(in Abbreviation a, DwarfNameOptions options, bool isC)
    {
        var plan = new NamePlan
        {
            Kind = KindOf(a, options.Code),
            NameAt = -1,
            SiblingAt = -1,
            IsFileScope = a.Action is DieAction.Subprogram or DieAction.Variable,
            ClosesScope = !options.Local && a.Action is DieAction.Subprogram or DieAction.Scope,

            // In C no type stands inside a struct where DW_AT_sibling is written (gcc); elsewhere one may.
            StepsOver = a.HasChildren && a.Action switch
            {
                DieAction.SkipTree or DieAction.Array or DieAction.Prototype => true,
                DieAction.Composite => isC,
                DieAction.Subprogram or DieAction.Scope => !options.Local,
                _ => false,
            },
        };
        plan.IsPlain = a.FixedBytes >= 0 && TryPlace(a, ref plan);
        return plan;
    }

    // Where name and sibling are, when each has four bytes at a fixed place of a DIE in this machine's byte order.
    private bool TryPlace(in Abbreviation a, ref NamePlan plan)
    {
        int at = 0;
        foreach (ref readonly AbbreviationStep step in _table.Steps.Slice(a.FirstStep, a.StepCount))
        {
            at += step.SkipBytes;
            bool isWord = step.Op == StepOp.Fixed4 && _file.IsBigEndian != BitConverter.IsLittleEndian;
            switch (step.Field)
            {
                case DieField.Name when plan.Kind != NotNamed:
                    if (!isWord || step.Class != ValueClass.String)
                    {
                        return false;
                    }

                    plan.NameAt = at;
                    break;
                case DieField.Sibling when plan.StepsOver:
                    if (!isWord || step.Class != ValueClass.Reference)
                    {
                        return false;
                    }

                    plan.SiblingAt = at;
                    break;
                case DieField.Declaration when plan.Kind <= (byte)DwarfNameKind.Enum:
                    if (step.Op != StepOp.Implicit)
                    {
                        return false;
                    }

                    plan.IsDeclaration = _table.ConstantAt(step.Constant) != 0;
                    break;
            }

            at += step.Op switch
            {
                StepOp.Fixed1 => 1,
                StepOp.Fixed2 => 2,
                StepOp.Fixed3 => 3,
                StepOp.Fixed4 => 4,
                StepOp.Fixed8 => 8,
                _ => 0,
            };
        }

        return true;
    }

    private static byte KindOf(in Abbreviation a, bool code) => a.Action switch
    {
        DieAction.Composite => (byte)(a.Tag == DW_TAG_union_type ? DwarfNameKind.Union : DwarfNameKind.Struct),
        DieAction.Enumeration => (byte)DwarfNameKind.Enum,
        DieAction.Reference when a.Tag == DW_TAG_typedef => (byte)DwarfNameKind.Typedef,
        DieAction.BaseType => (byte)DwarfNameKind.BaseType,
        DieAction.Enumerator => (byte)DwarfNameKind.Enumerator,
        DieAction.Subprogram when code => (byte)DwarfNameKind.Function,
        DieAction.Variable when code => (byte)DwarfNameKind.Variable,
        _ => NotNamed,
    };

    /// <summary>How the DIEs of an abbreviation are gone over for their names.</summary>
    private struct NamePlan
    {
        internal int NameAt;
        internal int SiblingAt;
        internal byte Kind;
        internal bool IsPlain;
        internal bool IsDeclaration;
        internal bool IsFileScope;
        internal bool StepsOver;
        internal bool ClosesScope;
    }
}
