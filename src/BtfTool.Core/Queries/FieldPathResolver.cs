using System.Globalization;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Core.Queries;

/// <summary>
/// Finds where a path of members leads: <c>se.load.weight</c>, <c>slots[3].next</c>, <c>sched_class-&gt;enqueue_task</c>. Names are found
/// through anonymous members, as in C.
/// </summary>
/// <param name="paths">The types, and what is known about them.</param>
internal sealed class FieldPathResolver(FieldPaths paths)
{
    private readonly TypeGraph _graph = paths.Graph;

    /// <summary>Whether a problem says which member may have been meant, at a cost linear in the members.</summary>
    public bool Suggests { get; set; } = true;

    /// <summary>
    /// Follows a path. Cost: its length; an index of the names of each type on the way is made once.
    /// </summary>
    /// <param name="type">The struct or union that the path begins in.</param>
    /// <param name="path">The members; a dot in front is allowed.</param>
    /// <exception cref="ArgumentException">The type is neither struct nor union.</exception>
    public FieldPathResult Resolve(TypeId type, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var state = new State { Object = type, Type = type, Path = path };
        ReadOnlySpan<char> rest = path.AsSpan().Trim();
        if (rest.Length == 0)
        {
            return Mistake("a path of members expected");
        }

        string? problem = rest[0] is '.' or '[' or '-' ? null : StepToMember(ref state, ref rest, path);
        while (problem is null && rest.Length > 0)
        {
            if (rest[0] == '.')
            {
                rest = rest[1..];
                problem = StepToMember(ref state, ref rest, path);
            }
            else if (rest.StartsWith("->"))
            {
                problem = StepToTarget(ref state, path, rest.Length);
                rest = rest[2..];
                problem ??= StepToMember(ref state, ref rest, path);
            }
            else
            {
                problem = StepToElement(ref state, ref rest, path);
            }
        }

        return problem is null ? new FieldPathResult(state.ToLocation(paths.Sizes), null)
            : new FieldPathResult(null, problem, state.IsAtDeclaration);
    }

    private string? StepToMember(ref State state, ref ReadOnlySpan<char> rest, string path)
    {
        int length = LengthOfName(rest);
        ReadOnlySpan<char> name = rest[..length];
        string before = Before(path, rest.Length);
        rest = rest[length..];
        if (name.IsEmpty)
        {
            return $"the name of a member expected behind '{before}'";
        }

        TypeView container = _graph[paths.Sizes.Strip(state.Type)];
        if (!container.IsComposite || state.BitfieldBits != 0)
        {
            string hint = container.Kind == TypeKind.Pointer ? ": '->' leads to what it points to"
                : container.Kind == TypeKind.Array ? ": an index such as [0] leads to an element" : "";
            return $"'{before.TrimEnd('.')}' is {Describe(container)} and has no members{hint}";
        }

        FieldIndex index = paths.IndexOf(container.Id);
        Dictionary<string, NamedMember> members = index.ByName(paths.Sizes);
        if (!members.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out NamedMember member))
        {
            return $"{Describe(container)} has no member '{name}'{(Suggests ? NameSuggestions.Among(members.Keys, name.ToString()) : "")}";
        }

        state.BitOffset += member.BitOffset;
        state.Type = member.Type;
        state.BitfieldBits = member.BitfieldBits;
        return state.BitOffset < 0 || state.BitOffset > FieldPaths.MaxOffsetBytes * 8 ? "the offset is beyond all that can be" : null;
    }

    private string? StepToElement(ref State state, ref ReadOnlySpan<char> rest, string path)
    {
        int end = rest.IndexOf(']');
        string before = Before(path, rest.Length);
        if (rest[0] != '[' || end < 0 || !FieldQuestion.TryParseNumber(rest[1..end].Trim(), out long index))
        {
            return $"'.', '->' or an index such as [3] expected at '{rest}'";
        }

        rest = rest[(end + 1)..];
        TypeView array = _graph[paths.Sizes.Strip(state.Type)];
        if (array.Kind != TypeKind.Array)
        {
            return $"'{before}' is {Describe(array)}, not an array";
        }

        if (array.ElementCount > 0 && (ulong)index >= array.ElementCount)
        {
            state.Warning ??= string.Create(CultureInfo.InvariantCulture,
                $"'{before}[{index}]' is behind the end of the array, which has {array.ElementCount} elements");
        }

        Int128 bits = ((Int128)index * paths.Sizes.SizeBytesOf(array.Target) * 8) + state.BitOffset;
        if (bits > FieldPaths.MaxOffsetBytes * 8)
        {
            return $"'{before}[{index}]' is beyond all offsets that can be";
        }

        state.BitOffset = (long)bits;
        state.Type = array.Target;
        state.BitfieldBits = 0;
        return null;
    }

    private string? StepToTarget(ref State state, string path, int left)
    {
        string before = Before(path, left);
        TypeView pointer = _graph[paths.Sizes.Strip(state.Type)];
        if (pointer.Kind != TypeKind.Pointer || state.BitfieldBits != 0)
        {
            return $"'{before}' is {Describe(pointer)}, not a pointer{(pointer.IsComposite ? ": '.' leads to its members" : "")}";
        }

        TypeView target = _graph[paths.Sizes.Strip(pointer.Target)];
        if (!target.IsComposite)
        {
            state.IsAtDeclaration = target.Kind == TypeKind.Forward;
            return $"'{before}' points to {Describe(target)}{(state.IsAtDeclaration ? ", which is only declared here" : "")}";
        }

        state.Object = target.Id;
        state.Type = target.Id;
        state.BitOffset = 0;
        state.PointerPath = before;
        return null;
    }

    private static string Before(string path, int charsLeft) => path.AsSpan().Trim()[..^charsLeft].ToString();

    private static int LengthOfName(ReadOnlySpan<char> rest)
    {
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] is '.' or '[' || (rest[i] == '-' && i + 1 < rest.Length && rest[i + 1] == '>'))
            {
                return i;
            }
        }

        return rest.Length;
    }

    private static string Describe(TypeView type) => type.Kind switch
    {
        TypeKind.Void => "void",
        TypeKind.Struct => type.IsAnonymous ? "an anonymous struct" : "struct " + type.NameString,
        TypeKind.Union => type.IsAnonymous ? "an anonymous union" : "union " + type.NameString,
        TypeKind.Forward => (type.Flag ? "union " : "struct ") + type.NameString,
        TypeKind.Pointer => "a pointer",
        TypeKind.Array => "an array",
        TypeKind.Enum or TypeKind.Enum64 => type.IsAnonymous ? "an enum" : "enum " + type.NameString,
        TypeKind.FunctionPrototype => "a function",
        TypeKind.Int or TypeKind.Float => "a number (" + type.NameString + ")",
        _ => "a type of another kind",
    };

    private static FieldPathResult Mistake(string problem) => new(null, problem);

    private struct State
    {
        public TypeId Object;
        public TypeId Type;
        public long BitOffset;
        public int BitfieldBits;
        public string Path;
        public string? PointerPath;
        public string? Warning;
        public bool IsAtDeclaration;

        public readonly FieldLocation ToLocation(TypeSizes sizes) => new()
        {
            Object = Object,
            PointerPath = PointerPath ?? "",
            BitOffset = BitOffset,
            Type = Type,
            SizeBytes = sizes.SizeBytesOf(Type),
            BitfieldBits = BitfieldBits,
            Warning = Warning,
        };
    }
}
