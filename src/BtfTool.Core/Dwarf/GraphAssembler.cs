using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// Gives each type of the program an id, in the order of the place where it is met first, and writes the graph. A declaration that has
/// exactly one definition is that definition.
/// </summary>
internal sealed class GraphAssembler
{
    private readonly DwarfFile _file;
    private readonly ProgramGroups _groups;
    private readonly VariantResolver _variants;
    private readonly NameInterner _names;
    private readonly List<(int Group, int Unit)> _nodes = [];
    private readonly int[] _firstNode;
    private readonly TypeGraphBuilder _builder;
    private readonly DeclarationPlaces? _places;
    private AddressSections? _sections;

    private GraphAssembler(DwarfFile file, ProgramGroups groups, VariantResolver variants, List<Diagnostic>? placeDiagnostics)
    {
        _file = file;
        _groups = groups;
        _variants = variants;
        _names = new NameInterner(file);
        _firstNode = new int[groups.Count];
        TypeRows rows = groups.Rows;
        _builder = new TypeGraphBuilder(file.Path, ".debug_info", null, new TypeGraphCounts(groups.Count + 1, rows.Members.Count,
            rows.Enumerators.Count, rows.Parameters.Count, groups.Count / 16, 0))
        {
            IsBigEndian = file.IsBigEndian,
            HasSourceDeclarations = true,
            HasEveryAlignment = HasVersion5(file),
            PointerSizeBytes = file.Units.Length > 0 && file.Units[0].AddressBytes == 4 ? 4 : 8,
        };
        _builder.EnableDeclaredAlignment();
        if (placeDiagnostics is not null)
        {
            _places = new DeclarationPlaces(file, _names, placeDiagnostics);
            _builder.EnableDeclarations();
        }
    }

    /// <summary>
    /// Writes the graph; says of which group, and in which unit, each type is: that of id 1 first. Cost: O(types and elements).
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="groups">The types.</param>
    /// <param name="variants">What tells types of one group apart.</param>
    /// <param name="options">Says whether the places of declarations are wanted.</param>
    /// <param name="diagnostics">Takes what could not be found of those.</param>
    /// <param name="nodes">Where each type is from.</param>
    internal static TypeGraph Build(DwarfFile file, ProgramGroups groups, VariantResolver variants, DwarfReadOptions options,
        List<Diagnostic> diagnostics, out IReadOnlyList<(int Group, int Unit)> nodes)
    {
        var assembler = new GraphAssembler(file, groups, variants, options.DeclarationPlaces ? diagnostics : null);
        assembler.PlaceNodes();
        foreach ((int group, int unit) in CollectionsMarshal.AsSpan(assembler._nodes))
        {
            assembler.Add(groups.Rows.Types[group], unit);
            assembler.NotePlace(group, unit);
        }

        assembler._places?.Finish();
        assembler._builder.SetNames(assembler._names.ToPool());
        nodes = assembler._nodes;
        return assembler._builder.Build();
    }

    // DW_AT_alignment came with it.
    private static bool HasVersion5(DwarfFile file)
    {
        foreach (DwarfUnit unit in file.Units)
        {
            if (unit.Version >= 5)
            {
                return true;
            }
        }

        return false;
    }

    // Groups are in order already; variants behind the first of a group take their place by their unit.
    private void PlaceNodes()
    {
        var keys = new List<ulong>(_groups.Count);
        bool isOrdered = true;
        for (int group = 0; group < _groups.Count; group++)
        {
            ref readonly TypeRow type = ref _groups.Rows.Types[group];
            if (type.Is(RowFlags.Declaration) && type.IsByName && Defined(type.ReferenceHash) is var definition && definition >= 0)
            {
                continue;
            }

            List<int>? units = _variants.UnitsOf(group);
            for (int variant = 0; variant < (units?.Count ?? 1); variant++)
            {
                int unit = units?[variant] ?? type.Unit;
                ulong key = variant == 0 && units is null or { Count: 1 } ? type.Key
                    : Math.Max(type.Key, (ulong)(uint)unit << 40 | (uint)(type.Key & 0xffffffffff));
                isOrdered &= keys.Count == 0 || keys[^1] <= key;
                keys.Add(key);
                _nodes.Add((group, unit));
            }
        }

        if (!isOrdered)
        {
            int[] order = [.. Enumerable.Range(0, keys.Count)];
            Array.Sort(order, (a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.CompareTo(b));
            (int Group, int Unit)[] nodes = [.. _nodes];
            for (int i = 0; i < order.Length; i++)
            {
                _nodes[i] = nodes[order[i]];
            }
        }

        for (int i = 0; i < _nodes.Count; i++)
        {
            (int group, int unit) = _nodes[i];
            if (_variants.UnitsOf(group) is { Count: > 1 })
            {
                _ids[Pair(group, _variants.VariantIn(group, unit))] = (uint)i + 1;
            }
            else
            {
                _firstNode[group] = i + 1;
            }
        }
    }

    private readonly Dictionary<long, uint> _ids = [];

    private static long Pair(int high, int low) => ((long)high << 32) | (uint)low;

    // The only definition of a name; -1 when there is none, or more than one.
    private int Defined(ulong name)
    {
        NamedGroups named = _groups.Names[name];
        return named.Definitions == 1 && _variants.UnitsOf(named.FirstDefinition) is null or { Count: 1 } ? named.FirstDefinition : -1;
    }

    // The id of what a type refers to, as it is in a unit.
    private TypeId IdOf(uint target, int unit)
    {
        if (target == 0)
        {
            return TypeId.Void;
        }

        int group = (int)target - 1;
        ref readonly TypeRow type = ref _groups.Rows.Types[group];
        if (type.IsByName)
        {
            int definition = Defined(type.ReferenceHash);
            if (definition < 0)
            {
                definition = _variants.DefinitionIn(type.ReferenceHash, unit);
            }

            NamedGroups named = _groups.Names[type.ReferenceHash];
            group = definition >= 0 ? definition : named.Declaration >= 0 ? named.Declaration : named.FirstDefinition;
        }

        if (_firstNode[group] is var node and not 0)
        {
            return new TypeId((uint)node);
        }

        return new TypeId(_ids.GetValueOrDefault(Pair(group, _variants.VariantIn(group, unit)), _ids.GetValueOrDefault(Pair(group, 0))));
    }

    private void Add(in TypeRow type, int unit)
    {
        NameId name = _names.Intern(type.Name, type.NameHash);
        switch (type.Kind)
        {
            case TypeKind.Struct or TypeKind.Union when type.Is(RowFlags.Declaration):
                _builder.AddForward(name, type.Kind == TypeKind.Union);
                break;
            case TypeKind.Struct or TypeKind.Union:
                _builder.AddComposite(type.Kind, name, type.SizeBytes, HasBitfields(type));
                AddMembers(type, unit);
                break;
            case TypeKind.Enum or TypeKind.Enum64:
                _builder.AddEnum(type.Kind, name, type.SizeBytes, type.Is(RowFlags.Signed));
                foreach (ref readonly EnumeratorEntry e in _groups.Rows.Enumerators.AsSpan(type.First, type.Count))
                {
                    _builder.AddEnumerator(_names.Intern(e.Name, e.NameHash), e.Value);
                }

                break;
            case TypeKind.FunctionPrototype:
                _builder.AddPrototype(default, IdOf(type.Target, unit));
                foreach (ref readonly ParameterEntry p in _groups.Rows.Parameters.AsSpan(type.First, type.Count))
                {
                    _builder.AddParameter(_names.Intern(p.Name, p.NameHash), IdOf(p.Target, unit));
                }

                break;
            case TypeKind.Array:
                _builder.AddArray(default, IdOf(type.Target, unit), TypeId.Void, type.SizeBytes);
                break;
            case TypeKind.Int:
                _builder.AddInt(name, type.SizeBytes, (IntEncoding)(type.Extra >> 24), 0, (ushort)type.Extra);
                break;
            case TypeKind.Float:
                _builder.AddFloat(name, type.SizeBytes);
                break;
            case TypeKind.Function:
                _builder.AddFunction(name, IdOf(type.Target, unit), type.Extra, type.Is(RowFlags.NoReturn));
                break;
            case TypeKind.Variable:
                _builder.AddVariable(name, IdOf(type.Target, unit), type.Extra);
                break;
            case TypeKind.DeclTag:
                _builder.AddDeclTag(name, IdOf(type.Target, unit), (int)type.Extra);
                break;
            default:
                _builder.AddReference(type.Kind, name, IdOf(type.Target, unit));
                break;
        }

        NoteFacets(type);
    }

    private void NoteFacets(in TypeRow type)
    {
        if (type.AlignmentBytes != 0)
        {
            _builder.SetDeclaredAlignment(type.AlignmentBytes);
        }

        if (type.Is(RowFlags.HasAddress))
        {
            NoteAddress(type);
        }
    }

    private void NoteAddress(in TypeRow type)
    {
        _sections ??= new AddressSections(_file, _names);
        if (_sections.IsReal(type))
        {
            _builder.SetAddress(type.SizeBytes);
            _builder.SetAddressSection(_sections.NameOf(type.SizeBytes, type.First));
        }
    }

    private void NotePlace(int group, int unit)
    {
        if (_places is not null)
        {
            (NameId file, uint line) = _places.Of(_groups.Rows.Types[group], _variants.UnitsOf(group) is { Count: > 1 } ? unit : -1);
            _builder.SetDeclaration(file, line);
        }
    }

    private bool HasBitfields(in TypeRow type)
    {
        foreach (ref readonly MemberEntry member in _groups.Rows.Members.AsSpan(type.First, type.Count))
        {
            if (member.BitSize != 0)
            {
                return true;
            }
        }

        return false;
    }

    private void AddMembers(in TypeRow type, int unit)
    {
        foreach (ref readonly MemberEntry m in _groups.Rows.Members.AsSpan(type.First, type.Count))
        {
            _builder.AddMember(_names.Intern(m.Name, m.NameHash), IdOf(m.Target, unit), m.BitOffset, m.BitSize, m.AlignmentBytes);
        }
    }
}
