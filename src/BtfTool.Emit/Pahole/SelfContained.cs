using BtfTool.Core.Types;

namespace BtfTool.Emit.Pahole;

/// <summary>Finds the structs and unions that contain themselves by value, or one that does: they have no layout.</summary>
internal static class SelfContained
{
    private const byte Open = 1;
    private const byte Sound = 2;
    private const byte Endless = 3;

    /// <summary>Says it of each type, by id. Cost: O(types and members), with a stack of its own.</summary>
    public static bool[] Find(TypeGraph graph)
    {
        var states = new byte[graph.TypeCount];
        var open = new Stack<(uint Id, int Next)>();
        for (uint id = 0; id < (uint)graph.TypeCount; id++)
        {
            if (states[id] != 0)
            {
                continue;
            }

            open.Push((id, 0));
            while (open.TryPop(out (uint Id, int Next) at))
            {
                Visit(graph, states, open, at.Id, at.Next);
            }
        }

        return Array.ConvertAll(states, s => s == Endless);
    }

    private static void Visit(TypeGraph graph, byte[] states, Stack<(uint Id, int Next)> open, uint id, int next)
    {
        TypeView type = graph[new TypeId(id)];
        bool isComposite = type.IsComposite;
        int parts = isComposite ? type.Members.Count
            : type.Kind is TypeKind.Array or TypeKind.Typedef || type.IsQualifier ? 1 : 0;
        states[id] = states[id] == 0 ? Open : states[id];
        for (; next < parts; next++)
        {
            uint part = (isComposite ? type.Members[next].Type : type.Target).Value;
            if (states[part] == 0)
            {
                open.Push((id, next));
                open.Push((part, 0));
                return;
            }

            // What is open further up leads back here.
            if (states[part] != Sound)
            {
                states[id] = Endless;
            }
        }

        states[id] = states[id] == Endless ? Endless : Sound;
    }
}
