using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// The groups of all workers as one set, numbered by the place where each is met first, so that what follows does not depend on how
/// units were shared out.
/// </summary>
internal sealed class ProgramGroups
{
    private readonly UnitWorker[] _workers;
    private readonly UnitOutcome[] _outcomes;
    private readonly int[][] _groupOf;

    private ProgramGroups(UnitWorker[] workers, UnitOutcome[] outcomes, int capacity)
    {
        Rows = new TypeRows(capacity);
        _workers = workers;
        _outcomes = outcomes;
        _groupOf = new int[workers.Length][];
    }

    /// <summary>One row of each group; references are group numbers plus 1.</summary>
    internal TypeRows Rows { get; }

    /// <summary>Number of groups.</summary>
    internal int Count => Rows.Types.Count;

    internal int UnitCount => _outcomes.Length;

    /// <summary>Number of rows of all units.</summary>
    internal long RowCount => _workers.Sum(w => (long)w.Groups.Incidence.Count);

    /// <summary>Of each name that types are referred to by: the definitions and the declaration.</summary>
    internal Dictionary<ulong, NamedGroups> Names { get; } = [];

    /// <summary>Merges what the workers found. Cost: the sum of their groups, and a sort.</summary>
    /// <exception cref="InvalidImageException">There are more types than the limits allow.</exception>
    internal static ProgramGroups Merge(DwarfFile file, UnitWorker[] workers, UnitOutcome[] outcomes)
    {
        var groups = new ProgramGroups(workers, outcomes, file.RowCapacity);
        long most = workers.Sum(w => (long)w.Groups.Rows.Types.Count);
        if (most > file.Limits.MaxTypes)
        {
            InvalidImageException.Throw(file.Path, ".debug_info", -1, $"{most} types; at most {file.Limits.MaxTypes} are read");
        }

        groups.Number((int)most, new ShallowComparison(new DwarfNames(file)));
        groups.CopyElements();
        groups.CollectNames();
        groups.TakeForeignAddresses(file);
        return groups;
    }

    private void TakeForeignAddresses(DwarfFile file)
    {
        var addresses = new Dictionary<ulong, CodeAddress>();
        foreach (UnitWorker worker in _workers)
        {
            foreach ((long place, CodeAddress address) in worker.ForeignAddresses)
            {
                if (file.TryFindUnit(place, out DwarfUnit unit))
                {
                    ulong key = GroupTable.KeyOf(unit.Index, (uint)(place - unit.Offset), 0);
                    addresses[key] = addresses.TryGetValue(key, out CodeAddress known) && !address.IsBelow(known) ? known : address;
                }
            }
        }

        if (addresses.Count == 0)
        {
            return;
        }

        foreach (ref TypeRow type in Rows.Types.AsSpan())
        {
            if (type.Kind is TypeKind.Function or TypeKind.Variable && !type.Is(RowFlags.HasAddress)
                && addresses.TryGetValue(type.Key, out CodeAddress address))
            {
                type.SetAddress(address, type.Unit);
            }
        }
    }

    /// <summary>The groups of a unit's rows, as the worker that read it numbers them, and the numbers here.</summary>
    internal ReadOnlySpan<int> RowsOf(int unit, out ReadOnlySpan<int> groupOf)
    {
        ref readonly UnitOutcome outcome = ref _outcomes[unit];
        groupOf = default;
        if (outcome.Worker == 0)
        {
            return default;
        }

        groupOf = _groupOf[outcome.Worker - 1];
        return _workers[outcome.Worker - 1].Groups.Incidence.AsSpan(outcome.First, outcome.Count);
    }

    /// <summary>Number of units that have a type of a group. Cost: the rows of all units.</summary>
    internal int UnitsWith(int group)
    {
        int count = 0;
        for (int unit = 0; unit < UnitCount; unit++)
        {
            foreach (int slot in RowsOf(unit, out ReadOnlySpan<int> groupOf))
            {
                if (groupOf[slot] == group)
                {
                    count++;
                    break;
                }
            }
        }

        return count;
    }

    // Which group is which: the first of its fingerprint, at the least key of all workers.
    private void Number(int most, ShallowComparison comparison)
    {
        var byHash = new Dictionary<ulong, int>(most);
        var rows = new RowList<TypeRow>(most);
        var source = new RowList<long>(most);
        for (int w = 0; w < _workers.Length; w++)
        {
            Span<TypeRow> own = _workers[w].Groups.Rows.Types.AsSpan();
            _groupOf[w] = new int[own.Length];
            for (int slot = 0; slot < own.Length; slot++)
            {
                ulong hash = own[slot].Hash;
                ref int group = ref CollectionsMarshal.GetValueRefOrAddDefault(byHash, hash, out bool known);
                while (known && !comparison.AreAlike(rows[group], RowsOf(source[group]), own[slot], _workers[w].Groups.Rows))
                {
                    hash = Fingerprint.Last(hash, Fingerprint.Seed);
                    group = ref CollectionsMarshal.GetValueRefOrAddDefault(byHash, hash, out known);
                }

                if (!known)
                {
                    group = rows.Count;
                    rows.Add(own[slot]);
                    source.Add(((long)w << 32) | (uint)slot);
                }
                else
                {
                    rows[group].Key = Math.Min(rows[group].Key, own[slot].Key);
                    GroupTable.TakeAddress(ref rows[group], own[slot]);
                }

                _groupOf[w][slot] = group;
            }
        }

        Sort(rows, source);
    }

    private void Sort(RowList<TypeRow> rows, RowList<long> source)
    {
        var keys = new ulong[rows.Count];
        int[] order = new int[rows.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = rows[i].Key;
            order[i] = i;
        }

        Array.Sort(keys, order);
        int[] place = new int[rows.Count];
        for (int i = 0; i < order.Length; i++)
        {
            place[order[i]] = i;
            Rows.Types.Add(rows[order[i]]);
            Rows.Types[i].Slot = order[i];
        }

        foreach (int[] groupOf in _groupOf)
        {
            for (int slot = 0; slot < groupOf.Length; slot++)
            {
                groupOf[slot] = place[groupOf[slot]];
            }
        }

        _sources = source;
    }

    private TypeRows RowsOf(long source) => _workers[(int)(source >> 32)].Groups.Rows;

    private RowList<long> _sources;

    private void CopyElements()
    {
        foreach (ref TypeRow type in Rows.Types.AsSpan())
        {
            long source = _sources[type.Slot];
            int worker = (int)(source >> 32);
            TypeRows from = _workers[worker].Groups.Rows;
            int[] groupOf = _groupOf[worker];
            type.Target = Map(groupOf, type.Target);
            switch (type.Kind)
            {
                case TypeKind.Struct or TypeKind.Union:
                    type.First = Rows.Members.AddRange(from.Members, type.First, type.Count);
                    foreach (ref MemberEntry member in Rows.Members.AsSpan(type.First, type.Count))
                    {
                        member.Target = Map(groupOf, member.Target);
                    }

                    break;
                case TypeKind.Enum or TypeKind.Enum64:
                    type.First = Rows.Enumerators.AddRange(from.Enumerators, type.First, type.Count);
                    break;
                case TypeKind.FunctionPrototype:
                    type.First = Rows.Parameters.AddRange(from.Parameters, type.First, type.Count);
                    foreach (ref ParameterEntry parameter in Rows.Parameters.AsSpan(type.First, type.Count))
                    {
                        parameter.Target = Map(groupOf, parameter.Target);
                    }

                    break;
            }
        }

        _sources = default;
    }

    private static uint Map(int[] groupOf, uint target) => target == 0 ? 0 : (uint)groupOf[(int)target - 1] + 1;

    private void CollectNames()
    {
        Span<TypeRow> types = Rows.Types.AsSpan();
        for (int group = 0; group < types.Length; group++)
        {
            ref readonly TypeRow type = ref types[group];
            if (!type.IsByName)
            {
                continue;
            }

            ref NamedGroups named = ref CollectionsMarshal.GetValueRefOrAddDefault(Names, type.ReferenceHash, out bool known);
            if (!known)
            {
                named = new NamedGroups { FirstDefinition = -1, Declaration = -1 };
            }

            if (type.Is(RowFlags.Declaration))
            {
                named.Declaration = named.Declaration < 0 ? group : named.Declaration;
            }
            else
            {
                named.Definitions++;
                named.FirstDefinition = named.FirstDefinition < 0 ? group : named.FirstDefinition;
            }
        }
    }
}

/// <summary>What a program has of one name and kind.</summary>
internal struct NamedGroups
{
    /// <summary>Number of definitions that differ.</summary>
    internal int Definitions;

    /// <summary>The one met first, -1 for none.</summary>
    internal int FirstDefinition;

    /// <summary>A declaration, -1 for none.</summary>
    internal int Declaration;
}
