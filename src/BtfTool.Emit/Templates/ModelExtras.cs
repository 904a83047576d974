namespace BtfTool.Emit.Templates;

/// <summary>
/// What templates find beside the fields of the document: <c>is_bitfield</c>, <c>c_name</c>, and of types the members of all levels in
/// one list, <c>fields</c>.
/// </summary>
internal static class ModelExtras
{
    // Members of one type over all levels.
    private const int MostFields = 1 << 20;

    /// <summary>Adds what follows from the fields of an object alone.</summary>
    public static void Add(ModelObject fields)
    {
        if (fields.ContainsKey("offset_bytes") && fields.ContainsKey("type") && fields.ContainsKey("size_bytes"))
        {
            fields["is_bitfield"] = fields.ContainsKey("bitfield_bits");
        }
    }

    /// <summary>Adds what only types have: an item of the list of a document.</summary>
    /// <param name="type">The type.</param>
    /// <param name="withFields">Whether <c>fields</c> is asked for.</param>
    /// <param name="budget">Counts steps of the new list.</param>
    public static void AddToType(ModelObject type, bool withFields, TemplateBudget budget)
    {
        if (!type.ContainsKey("c_name") && CNameOf(type) is { } name)
        {
            type["c_name"] = name;
        }

        if (withFields && ((type.GetValueOrDefault("target") as ModelObject ?? type).GetValueOrDefault("members") is ModelList members))
        {
            var fields = new ModelList(budget);
            AddFields(members, fields, budget);
            type["fields"] = fields;
        }
    }

    private static string? CNameOf(ModelObject type) => (TemplateValues.TextOf(type.GetValueOrDefault("kind")), type.GetValueOrDefault("name")) switch
    {
        (string kind, string name) when kind is "struct" or "union" or "enum" => $"{kind} {name}",
        (_, string name) => name,
        _ => null,
    };

    // Members before what is inside them, each with its path from the type; without recursion, since types nest as deep as readers allow.
    private static void AddFields(ModelList members, ModelList fields, TemplateBudget budget)
    {
        var open = new Stack<(IEnumerator<object?> Members, string Prefix, long Depth)>();
        open.Push((members.GetEnumerator(), "", 0));
        while (open.TryPeek(out (IEnumerator<object?> Members, string Prefix, long Depth) level) && fields.Count < MostFields)
        {
            if (!level.Members.MoveNext())
            {
                open.Pop();
                continue;
            }

            if (level.Members.Current is not ModelObject member)
            {
                continue;
            }

            string? name = member.GetValueOrDefault("name") as string;
            var field = new ModelObject();
            foreach ((string key, object? value) in member)
            {
                if (key is not "members")
                {
                    field[key] = value;
                }
            }

            if (name is not null)
            {
                field["path"] = level.Prefix + name;
            }

            field["depth"] = level.Depth;
            fields.Add(field);
            if (member.GetValueOrDefault("members") is ModelList inner)
            {
                string prefix = name is null ? level.Prefix : $"{level.Prefix}{name}{FirstElement(member)}.";
                open.Push((inner.GetEnumerator(), prefix, level.Depth + 1));
            }
        }
    }

    // The members of an array are those of its first element: [0] for each dimension that its type has behind the closing brace.
    private static string FirstElement(ModelObject member)
    {
        string type = TemplateValues.TextOf(member.GetValueOrDefault("type"));
        int dimensions = type.AsSpan(Math.Max(0, type.LastIndexOf('}'))).Count('[');
        return dimensions == 0 ? "" : string.Concat(Enumerable.Repeat("[0]", Math.Min(dimensions, 64)));
    }
}
