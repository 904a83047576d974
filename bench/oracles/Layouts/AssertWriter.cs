using System.Globalization;
using BtfTool.Core.Types;

namespace BtfTool.Oracles;

/// <summary>
/// C that fails to compile where a header of the graph has another layout: size, and the offset of every member that has an address,
/// of every named struct and union whose name stands for one type.
/// </summary>
internal sealed class AssertWriter(TypeGraph graph)
{
    private readonly Dictionary<string, int> _uses = [];

    /// <summary>The lines, and how many names were left out because they mean several types.</summary>
    public (List<string> Lines, int Ambiguous) Write()
    {
        var lines = new List<string>();
        int ambiguous = 0;
        foreach (TypeView type in Named())
        {
            _uses[type.NameString] = _uses.GetValueOrDefault(type.NameString) + 1;
        }

        foreach (TypeView type in Named())
        {
            if (type.Kind is not (TypeKind.Struct or TypeKind.Union))
            {
                continue;
            }

            if (_uses[type.NameString] > 1)
            {
                ambiguous++;
                continue;
            }

            string name = (type.Kind == TypeKind.Struct ? "struct " : "union ") + type.NameString;
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"_Static_assert(sizeof({name}) == {type.SizeBytes}, \"{name}\");"));
            Members(type, name, "", 0, lines);
        }

        return (lines, ambiguous);
    }

    // Tags share one name space: struct, union and enum.
    private IEnumerable<TypeView> Named()
    {
        for (uint id = graph.FirstOwnType.Value; id < graph.TypeCount; id++)
        {
            TypeView type = graph[new TypeId(id)];
            if ((type.IsComposite || type.IsEnum) && !type.IsAnonymous)
            {
                yield return type;
            }
        }
    }

    private void Members(TypeView type, string name, string path, ulong at, List<string> lines)
    {
        foreach (MemberView member in type.Members)
        {
            ulong offset = at + member.BitOffset;
            TypeView target = graph[member.Type];
            if (target.IsComposite && target.IsAnonymous && !member.IsBitfield)
            {
                Members(target, name, member.IsAnonymous ? path : path + member.NameString + ".", offset, lines);
            }

            if (!member.IsAnonymous && !member.IsBitfield)
            {
                lines.Add(string.Create(CultureInfo.InvariantCulture,
                    $"_Static_assert(__builtin_offsetof({name}, {path}{member.NameString}) == {offset / 8}, \"{name}.{path}{member.NameString}\");"));
            }
        }
    }
}
