using BtfTool.Core.Types;
using BtfTool.TestKit;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>
/// Functions and variables of BTF that an encoder made of DWARF, looked for in what is read of the same DWARF. Each that is not there
/// as the encoder has it is one line of <see cref="Differences"/>.
/// </summary>
internal sealed class FunctionComparison
{
    private readonly TypeGraph _dwarf;
    private readonly TypeGraph _btf;

    // By kind and name: what the declarations of the name say, each once.
    private readonly Dictionary<string, HashSet<string>> _known = [];
    private readonly Dictionary<string, List<TypeId>> _variables = [];

    public FunctionComparison(TypeGraph dwarf, TypeGraph btf)
    {
        (_dwarf, _btf) = (dwarf, btf);
        for (uint id = 1; id < dwarf.TypeCount; id++)
        {
            TypeView type = dwarf[new TypeId(id)];
            if (type.Kind is TypeKind.Function or TypeKind.Variable)
            {
                Add(_known, Key(type), Say(type));
                if (type.Kind == TypeKind.Variable)
                {
                    (_variables.TryGetValue(type.NameString, out List<TypeId>? list) ? list : _variables[type.NameString] = []).Add(type.Id);
                }
            }
        }

        for (uint id = btf.FirstOwnType.Value; id < btf.TypeCount; id++)
        {
            Compare(btf[new TypeId(id)]);
        }
    }

    private const string SaidByAssemblers = "() -> void";

    public List<string> Differences { get; } = [];

    /// <summary>Functions that are left out, or are in C what another unit says: those that assembly declares.</summary>
    public List<string> OfAssemblers { get; } = [];

    public int Functions { get; private set; }

    public int Variables { get; private set; }

    /// <summary>Functions of the BTF that lie somewhere, as the DWARF says.</summary>
    public int WithAddress { get; private set; }

    private void Compare(TypeView type)
    {
        switch (type.Kind)
        {
            case TypeKind.Function:
                Functions++;
                CompareText(type);
                break;
            case TypeKind.DataSection:
                foreach (SectionEntryView entry in type.Entries)
                {
                    Variables++;
                    TypeView variable = _btf[entry.Type];
                    CompareText(variable);
                    ComparePlace(type, entry, variable);
                }

                break;
        }
    }

    private void CompareText(TypeView type)
    {
        string key = Key(type), said = Say(type);
        bool isKnown = _known.TryGetValue(key, out HashSet<string>? known) && known.Contains(said);
        if (!isKnown && type.Kind == TypeKind.Function && said == SaidByAssemblers)
        {
            // Units of assembly say of every function that it takes and returns nothing; pahole 1.24 encodes them.
            OfAssemblers.Add(type.NameString);
            return;
        }

        if (!_known.TryGetValue(key, out known))
        {
            Differences.Add($"{key}: not there");
        }
        else if (!known.Contains(said))
        {
            Differences.Add($"{key}: {said} expected, found {string.Join(" | ", known)}");
        }
    }

    // A section of BTF counts from its start; where the file is linked that is the address of the section, which is 0 for per-CPU data.
    private void ComparePlace(TypeView section, SectionEntryView entry, TypeView variable)
    {
        foreach (TypeId id in _variables.GetValueOrDefault(variable.NameString, []))
        {
            TypeView found = _dwarf[id];
            if (found.TryGetAddress(out ulong address) && address == entry.OffsetBytes
                && _dwarf.NameString(found.AddressSection) == section.NameString)
            {
                WithAddress++;
                return;
            }
        }

        Differences.Add($"{Key(variable)}: {section.NameString}+{entry.OffsetBytes} expected");
    }

    private string Say(TypeView type)
    {
        if (type.Kind == TypeKind.Variable)
        {
            return $"{type.Linkage} {TypeSpelling.Spell(type.Graph, type.Target, flatArrays: true)}";
        }

        TypeView prototype = type.Graph[type.Target];
        var parameters = new List<string>();
        foreach (ParameterView p in prototype.Parameters)
        {
            parameters.Add($"{TypeSpelling.Spell(type.Graph, p.Type, flatArrays: true)} {System.Text.Encoding.UTF8.GetString(p.Name)}");
        }

        return $"({string.Join(", ", parameters)}) -> {TypeSpelling.Spell(type.Graph, prototype.Target, flatArrays: true)}";
    }

    private static string Key(TypeView type) => $"{type.Kind} {type.NameString}";

    private static void Add(Dictionary<string, HashSet<string>> to, string key, string value) =>
        _ = (to.TryGetValue(key, out HashSet<string>? set) ? set : to[key] = []).Add(value);
}
