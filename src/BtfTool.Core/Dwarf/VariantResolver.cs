using System.Runtime.InteropServices;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Tells apart what fingerprints do not. Where a program has several definitions of one name, types that refer to that name are of one
/// group though they mean different things: <c>struct list { struct item *first; }</c> in units with different items. Which definition
/// a name has is a matter of the unit, so a group splits by the units that it occurs in: two units go together when they agree on all
/// names that the type refers to. When that splits a definition, its name has become ambiguous too, and so on until nothing changes.
/// Only groups that refer to an ambiguous name are touched. A unit that only declares a name goes with the first that defines it; where
/// several would do, that is a guess, which tells nothing of what refers to the type.
/// What each group refers to can grow with the product of names and groups, so all steps are counted against a budget that is linear
/// in the rows; where it ends, types that differ in that way only stay one (<see cref="IsComplete"/>).
/// </summary>
internal sealed class VariantResolver
{
    private const int MostRounds = 200;

    // A kernel of 14 million DIEs, with 9 ambiguous names in the end, takes 0.14 (measured).
    private const long StepsPerRow = 16;
    private const long StepsAtLeast = 1 << 16;

    // A round looks at every row, most of them in vain.
    private const int RowsPerStep = 16;

    private readonly ProgramGroups _groups;
    private readonly Dictionary<ulong, int> _nameIndex = [];
    private readonly List<ulong> _ambiguous = [];
    private readonly Dictionary<long, int> _definitionIn = [];
    private readonly SortedDictionary<int, SortedSet<int>> _namesOf = [];
    private Dictionary<long, int> _variantIn = [];
    private HashSet<long> _guessedIn = [];
    private Dictionary<int, List<int>> _unitsOf = [];
    private int[] _parentStart = [];
    private int[] _parents = [];
    private bool[] _touched = [];
    private long[] _signature = new long[16];
    private long _stepsLeft;

    private VariantResolver(ProgramGroups groups)
    {
        _groups = groups;
        StepBudget = _stepsLeft = StepsAtLeast + (StepsPerRow * groups.RowCount);
    }

    /// <summary>Steps that could be taken.</summary>
    internal long StepBudget { get; }

    /// <summary>Steps that were taken: at most a little more than the budget.</summary>
    internal long Steps => StepBudget - _stepsLeft;

    /// <summary>False when the steps did not suffice to tell all types apart.</summary>
    internal bool IsComplete { get; private set; } = true;

    /// <summary>Number of rounds until nothing changed.</summary>
    internal int Rounds { get; private set; }

    /// <summary>Number of names with more than one definition in the end.</summary>
    internal int AmbiguousNames => _ambiguous.Count;

    /// <summary>Refines the groups. Cost: nothing where each name has one definition; else the occurrences of what refers to them.</summary>
    internal static VariantResolver Resolve(ProgramGroups groups)
    {
        var resolver = new VariantResolver(groups);
        foreach ((ulong name, NamedGroups named) in groups.Names)
        {
            if (named.Definitions > 1)
            {
                resolver._nameIndex[name] = resolver._ambiguous.Count;
                resolver._ambiguous.Add(name);
            }
        }

        if (resolver._ambiguous.Count > 0)
        {
            resolver.Refine();
        }

        return resolver;
    }

    /// <summary>For a group that was split: a unit for each variant, in order; null for others.</summary>
    internal List<int>? UnitsOf(int group) => _unitsOf.GetValueOrDefault(group);

    /// <summary>Which variant of a group a unit has; 0 where there is one only.</summary>
    internal int VariantIn(int group, int unit) => _variantIn.GetValueOrDefault(Pair(group, unit));

    /// <summary>The definition that a name has in a unit; -1 when it has none there.</summary>
    internal int DefinitionIn(ulong name, int unit) =>
        _nameIndex.TryGetValue(name, out int index) ? _definitionIn.GetValueOrDefault(Pair(index, unit), -1) : -1;

    /// <summary>True when a name has more than one definition.</summary>
    internal bool IsAmbiguous(ulong name) => _nameIndex.ContainsKey(name);

    private static long Pair(int high, int low) => ((long)high << 32) | (uint)low;

    private void Refine()
    {
        FindParents();
        _touched = new bool[_groups.Count];
        int done = 0;
        int variants = -1;
        while (Rounds++ < MostRounds)
        {
            _stepsLeft -= (_groups.RowCount + _parents.Length) / RowsPerStep;
            CollectDefinitions(done);
            if (!SpreadNames(done))
            {
                break;
            }

            done = _ambiguous.Count;
            int now = Split();
            if (now == variants && _ambiguous.Count == done)
            {
                return;
            }

            if (now < 0)
            {
                break;
            }

            variants = now;
        }

        IsComplete = false;
    }

    // Who refers to a group, as two arrays.
    private void FindParents()
    {
        var counts = new int[_groups.Count + 1];
        ForEachEdge((_, target) => counts[target + 1]++);
        for (int i = 1; i < counts.Length; i++)
        {
            counts[i] += counts[i - 1];
        }

        _parentStart = counts;
        _parents = new int[counts[^1]];
        int[] next = counts[..^1];
        ForEachEdge((group, target) => _parents[next[target]++] = group);
    }

    private void ForEachEdge(Action<int, int> edge)
    {
        TypeRows rows = _groups.Rows;
        for (int group = 0; group < _groups.Count; group++)
        {
            ref readonly TypeRow type = ref rows.Types[group];
            if (type.Target != 0)
            {
                edge(group, (int)type.Target - 1);
            }

            if (type.Kind is TypeKind.Struct or TypeKind.Union)
            {
                foreach (ref readonly MemberEntry member in rows.Members.AsSpan(type.First, type.Count))
                {
                    if (member.Target != 0)
                    {
                        edge(group, (int)member.Target - 1);
                    }
                }
            }
            else if (type.Kind == TypeKind.FunctionPrototype)
            {
                foreach (ref readonly ParameterEntry parameter in rows.Parameters.AsSpan(type.First, type.Count))
                {
                    if (parameter.Target != 0)
                    {
                        edge(group, (int)parameter.Target - 1);
                    }
                }
            }
        }
    }

    // Notes for each group which ambiguous names it refers to, through types without a name of their own; false without steps left.
    private bool SpreadNames(int firstNew)
    {
        var waiting = new Stack<(int Group, int Name)>();
        for (int group = 0; group < _groups.Count; group++)
        {
            ref readonly TypeRow type = ref _groups.Rows.Types[group];
            if (type.IsByName && _nameIndex.TryGetValue(type.ReferenceHash, out int name) && name >= firstNew)
            {
                PushParents(waiting, group, name);
            }
        }

        while (_stepsLeft >= 0 && waiting.TryPop(out (int Group, int Name) at))
        {
            if (!_namesOf.TryGetValue(at.Group, out SortedSet<int>? names))
            {
                _namesOf[at.Group] = names = [];
                _touched[at.Group] = true;
            }

            if (names.Add(at.Name) && !_groups.Rows.Types[at.Group].IsByName)
            {
                PushParents(waiting, at.Group, at.Name);
            }
        }

        return _stepsLeft >= 0;
    }

    private void PushParents(Stack<(int Group, int Name)> waiting, int group, int name)
    {
        _stepsLeft -= _parentStart[group + 1] - _parentStart[group];
        for (int i = _parentStart[group]; i < _parentStart[group + 1] && _stepsLeft >= 0; i++)
        {
            waiting.Push((_parents[i], name));
        }
    }

    private void CollectDefinitions(int firstNew)
    {
        for (int unit = 0; unit < _groups.UnitCount; unit++)
        {
            foreach (int slot in _groups.RowsOf(unit, out ReadOnlySpan<int> groupOf))
            {
                int group = groupOf[slot];
                ref readonly TypeRow type = ref _groups.Rows.Types[group];
                if (type.IsByName && !type.Is(RowFlags.Declaration)
                    && _nameIndex.TryGetValue(type.ReferenceHash, out int name) && name >= firstNew)
                {
                    _ = _definitionIn.TryAdd(Pair(name, unit), group);
                }
            }
        }
    }

    // One round: the variants of every touched group, by what its names are in each unit. Returns how many there are; -1 without
    // steps left, and then all is as the round before left it.
    private int Split()
    {
        var signatures = new Dictionary<int, GroupVariants>();
        var variantIn = new Dictionary<long, int>();
        for (int unit = 0; unit < _groups.UnitCount && _stepsLeft >= 0; unit++)
        {
            foreach (int slot in _groups.RowsOf(unit, out ReadOnlySpan<int> groupOf))
            {
                int group = groupOf[slot];
                if (_touched[group] && _stepsLeft >= 0 && variantIn.TryAdd(Pair(group, unit), 0))
                {
                    GroupVariants known = CollectionsMarshal.GetValueRefOrAddDefault(signatures, group, out _) ??= new GroupVariants();
                    variantIn[Pair(group, unit)] = known.Add(SignatureIn(group, unit), unit);
                }
            }
        }

        foreach (GroupVariants found in signatures.Values)
        {
            found.Finish(ref _stepsLeft);
        }

        return _stepsLeft < 0 ? -1 : Take(signatures, variantIn);
    }

    private int Take(Dictionary<int, GroupVariants> signatures, Dictionary<long, int> variantIn)
    {
        int count = 0;
        var unitsOf = new Dictionary<int, List<int>>();
        foreach (int group in _namesOf.Keys)
        {
            if (!signatures.TryGetValue(group, out GroupVariants? found))
            {
                continue;
            }

            count += found.Units.Count;
            unitsOf[group] = found.Units;
            ref readonly TypeRow type = ref _groups.Rows.Types[group];
            if (found.Units.Count > 1 && type.IsByName && !type.Is(RowFlags.Declaration)
                && _nameIndex.TryAdd(type.ReferenceHash, _ambiguous.Count))
            {
                _ambiguous.Add(type.ReferenceHash);
            }
        }

        _guessedIn = [];
        foreach (long pair in variantIn.Keys)
        {
            GroupVariants found = signatures[(int)(pair >> 32)];
            if (found.IsGuess(variantIn[pair]))
            {
                _guessedIn.Add(pair);
            }

            variantIn[pair] = found.Final(variantIn[pair]);
        }

        _variantIn = variantIn;
        _unitsOf = unitsOf;
        return count;
    }

    // Valid until the next one.
    private ReadOnlySpan<long> SignatureIn(int group, int unit)
    {
        SortedSet<int> names = _namesOf[group];
        _stepsLeft -= names.Count + 1;
        if (_signature.Length < names.Count)
        {
            _signature = new long[names.Count * 2];
        }

        int i = 0;
        foreach (int name in names)
        {
            _signature[i++] = _definitionIn.TryGetValue(Pair(name, unit), out int definition) && !_guessedIn.Contains(Pair(definition, unit))
                ? Pair(definition + 1, VariantIn(definition, unit)) : 0;
        }

        return _signature.AsSpan(0, i);
    }

    /// <summary>The variants of one group: what the names are, and the first unit where they are so.</summary>
    private sealed class GroupVariants
    {
        private readonly List<(long[] Signature, int Unit)> _found = [];
        private readonly Dictionary<ulong, int> _byHash = [];
        private int[] _final = [];
        private bool[] _isGuess = [];

        internal List<int> Units { get; } = [];

        internal int Add(ReadOnlySpan<long> signature, int unit)
        {
            ulong hash = Fingerprint.Seed;
            foreach (long part in signature)
            {
                hash = Fingerprint.Combine(hash, (ulong)part);
            }

            ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, hash, out bool known);
            while (known && !signature.SequenceEqual(_found[index].Signature))
            {
                hash = Fingerprint.Last(hash, Fingerprint.Seed);
                index = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, hash, out known);
            }

            if (!known)
            {
                index = _found.Count;
                _found.Add((signature.ToArray(), unit));
            }

            return index;
        }

        /// <summary>Lets the units that lack a definition go with the first that has it.</summary>
        internal void Finish(ref long stepsLeft)
        {
            _final = new int[_found.Count];
            Array.Fill(_final, -1);
            _isGuess = new bool[_found.Count];
            for (int pass = 0; pass < 2; pass++)
            {
                for (int i = 0; i < _found.Count; i++)
                {
                    bool isComplete = Array.IndexOf(_found[i].Signature, 0) < 0;
                    if (isComplete != (pass == 0))
                    {
                        continue;
                    }

                    int with = isComplete ? -1 : FirstThatAgrees(i, ref stepsLeft, out _isGuess[i]);
                    if (with >= 0)
                    {
                        _final[i] = _final[with];
                        continue;
                    }

                    _final[i] = Units.Count;
                    Units.Add(_found[i].Unit);
                }
            }
        }

        internal int Final(int index) => _final[index];

        /// <summary>True for what might as well have gone with others.</summary>
        internal bool IsGuess(int index) => _isGuess[index];

        private int FirstThatAgrees(int index, ref long stepsLeft, out bool isGuess)
        {
            isGuess = false;
            int first = -1;
            long[] wanted = _found[index].Signature;
            for (int i = 0; i < _found.Count && stepsLeft >= 0; i++)
            {
                stepsLeft--;
                if (_final[i] < 0 || i == index)
                {
                    continue;
                }

                bool agrees = true;
                for (int k = 0; k < wanted.Length && agrees; k++)
                {
                    stepsLeft--;
                    agrees = wanted[k] == 0 || _found[i].Signature[k] == 0 || wanted[k] == _found[i].Signature[k];
                }

                if (agrees && first >= 0 && _final[i] != _final[first])
                {
                    isGuess = true;
                    break;
                }

                first = agrees && first < 0 ? i : first;
            }

            return first;
        }
    }
}
