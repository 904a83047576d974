using BtfTool.Core.Types;

namespace BtfTool.Emit.Json;

/// <summary>The declaration tags of a graph by what they are about. Cost: one pass over the kinds; memory for each tag.</summary>
internal sealed class DeclTagIndex
{
    private readonly Dictionary<(TypeId Target, int Component), List<TypeId>> _tags = [];

    public DeclTagIndex(TypeGraph graph)
    {
        for (uint id = 1; id < (uint)graph.TypeCount; id++)
        {
            if (graph.KindOf(new TypeId(id)) == TypeKind.DeclTag)
            {
                TypeView tag = graph[new TypeId(id)];
                (TypeId, int) about = (tag.Target, tag.ComponentIndex);
                if (!_tags.TryGetValue(about, out List<TypeId>? tags))
                {
                    _tags.Add(about, tags = []);
                }

                tags.Add(tag.Id);
            }
        }
    }

    /// <summary>Whether there are none at all.</summary>
    public bool IsEmpty => _tags.Count == 0;

    /// <summary>The tags of a type, or of a member or parameter of it; null where there are none.</summary>
    /// <param name="target">The type.</param>
    /// <param name="component">The member or parameter, from 0; -1 for the type itself.</param>
    public List<TypeId>? Of(TypeId target, int component) =>
        IsEmpty ? null : _tags.GetValueOrDefault((target, component));
}
