using BtfTool.Core.IO;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Reads the definitions of one name from the units that have any. Units are surveyed first; of those that say the same, with all that
/// it contains, only the first is read.
/// </summary>
internal sealed class NameSearch
{
    private readonly DwarfFile _file;
    private readonly DwarfReadOptions _options;
    private readonly StageClock _clock;
    private readonly byte[] _name;
    private readonly ulong _nameHash;
    private readonly int _threads;
    private readonly UnitOutcome[] _outcomes;
    private readonly UnitFinding[] _findings;
    private readonly List<UnitWorker> _workers = [];
    private readonly ImportBudget _imports;

    internal NameSearch(DwarfFile file, byte[] name, DwarfReadOptions options, StageClock clock)
    {
        _clock = clock;
        _file = file;
        _imports = new ImportBudget(file);
        _options = options;
        _name = name;
        _nameHash = DwarfNames.HashOf(name);
        _threads = Crew.Size(options.Jobs);
        _outcomes = new UnitOutcome[file.Units.Length];
        _findings = new UnitFinding[file.Units.Length];
    }

    /// <summary>Those who read, with what they found.</summary>
    internal UnitWorker[] Workers => [.. _workers];

    /// <summary>Reads the units; says what became of each.</summary>
    internal UnitOutcome[] Run(bool firstOnly)
    {
        NameHits hits = NameHits.Find(_file, _name, _threads);
        _clock.Lap("search");
        if (firstOnly)
        {
            AddWorkers(1);
            ReadFirst(hits);
            _clock.Lap("first unit");
            return _outcomes;
        }

        AddWorkers(Math.Clamp(_threads, 1, Math.Max(1, hits.Units.Length / 8)));
        ForEach(hits.Units.Length, (worker, i) =>
        {
            int unit = hits.Units[i];
            worker.Survey(_file.Units[unit], hits, _nameHash, ref _findings[unit], ref _outcomes[unit]);
        });
        _clock.Lap("fingerprint");
        List<List<int>> classes = Classify(hits.Units);
        ForEach(classes.Count, (worker, i) => ReadClass(worker, classes[i]));
        _imports.Check();
        _clock.Lap("read");
        return _outcomes;
    }

    private void AddWorkers(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _workers.Add(new UnitWorker(_file, _options, i, _imports));
        }
    }

    private void ForEach(int count, Action<UnitWorker, int> work)
    {
        int next = -1;
        Crew.Run(Math.Min(_workers.Count, Math.Max(1, count)), number =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                work(_workers[number], i);
            }
        });
    }

    private void ReadFirst(NameHits hits)
    {
        foreach (int unit in hits.Units)
        {
            ref UnitFinding finding = ref _findings[unit];
            _workers[0].Survey(_file.Units[unit], hits, _nameHash, ref finding, ref _outcomes[unit]);
            if (finding.Roots is not null
                && _workers[0].ReadRoots(_file.Units[unit], finding, _nameHash, ref _outcomes[unit]) != FindingTruth.Wrong)
            {
                return;
            }
        }
    }

    // In the order of their first units, so that the outcome does not depend on threads.
    private List<List<int>> Classify(int[] units)
    {
        var classes = new List<List<int>>();
        var byDigest = new Dictionary<ulong, int>();
        foreach (int unit in units)
        {
            ref readonly UnitFinding finding = ref _findings[unit];
            if (finding.Roots is null)
            {
                continue;
            }

            int known = classes.Count;
            if (finding.IsDigested && !byDigest.TryAdd(finding.Digest, known))
            {
                known = byDigest[finding.Digest];
            }

            if (known == classes.Count)
            {
                classes.Add([]);
            }

            classes[known].Add(unit);
        }

        return classes;
    }

    // A unit where a guess was wrong says nothing about the others.
    private void ReadClass(UnitWorker worker, List<int> units)
    {
        for (int i = 0; i < units.Count; i++)
        {
            int unit = units[i];
            if (worker.ReadRoots(_file.Units[unit], _findings[unit], _nameHash, ref _outcomes[unit]) == FindingTruth.Right)
            {
                _outcomes[unit].Alike = units.Count - 1 - i;
                return;
            }
        }
    }
}
