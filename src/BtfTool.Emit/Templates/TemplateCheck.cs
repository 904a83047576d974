namespace BtfTool.Emit.Templates;

/// <summary>
/// Finds mistakes in a template before it is rendered, with their places: tags that are not closed, blocks that do not match, helpers
/// and fields that do not exist, arguments too many or too few.
/// </summary>
/// <param name="model">What the template may speak of.</param>
/// <param name="limits">Bounds on nesting.</param>
internal sealed class TemplateCheck(TemplateVocabulary model, TemplateLimits limits)
{
    private static readonly string[] s_data = ["@index", "@first", "@last", "@key", "@root"];
    private static readonly string[] s_blocks = ["each", "if", "unless", "with"];

    // Partials get names from whoever calls them, so names are looked up when all files are known.
    private readonly List<(TemplateSource Source, TemplatePath Path, string[] Names)> _paths = [];
    private readonly HashSet<string> _passed = new(StringComparer.Ordinal);

    private TemplateSource _source = new("", "");
    private List<Block> _blocks = [];
    private List<(string Name, int Position)> _partials = [];

    private sealed record Block(TemplateTag Tag, string Name)
    {
        public bool HasElse { get; set; }
    }

    /// <summary>All names that fields are spoken of by.</summary>
    public HashSet<string> Words { get; } = new(StringComparer.Ordinal);

    /// <summary>Checks a file; returns the partials that it names.</summary>
    /// <exception cref="TemplateMistakeException">It has a mistake; the first one is reported.</exception>
    public IReadOnlyList<(string Name, int Position)> Add(TemplateSource source)
    {
        (_source, _blocks, _partials) = (source, [], []);
        foreach (TemplateTag tag in new TemplateScanner(source, limits).Scan())
        {
            Check(tag);
        }

        return _blocks.Count == 0 ? _partials
            : throw source.Mistake(_blocks[^1].Tag.Start, $"'{{{{#{_blocks[^1].Name}}}}}' is not closed: it has no '{{{{/{_blocks[^1].Name}}}}}'");
    }

    /// <summary>Checks what only can be checked when all files are known.</summary>
    /// <exception cref="TemplateMistakeException">A name is no field.</exception>
    public void Finish()
    {
        foreach ((TemplateSource source, TemplatePath path, string[] names) in _paths)
        {
            CheckPath(source, path, names);
        }
    }

    private void Check(TemplateTag tag)
    {
        switch (tag.Kind)
        {
            case TemplateTagKind.Value:
                CheckValue(tag.Call!);
                break;
            case TemplateTagKind.Open or TemplateTagKind.OpenInverse:
                Open(tag);
                break;
            case TemplateTagKind.Else:
                Else(tag);
                break;
            case TemplateTagKind.Close:
                Close(tag);
                break;
            case TemplateTagKind.Partial:
                CheckPartial(tag.Call!);
                break;
        }
    }

    // A bare name may be a field or a helper that takes nothing.
    private void CheckValue(TemplateCall call)
    {
        if (call.Arguments.Count > 0 || call.Named.Count > 0 || TemplateHelpers.Find(call.Name) is not null)
        {
            CheckCall(call);
        }
        else if (s_blocks.Contains(call.Name))
        {
            throw _source.Mistake(call.Position, $"'{call.Name}' opens a block: '{{{{#{call.Name} ...}}}}'");
        }
        else
        {
            CheckOperand(new TemplatePath(call.Position, call.Name));
        }
    }

    private void CheckCall(TemplateCall call)
    {
        if (TemplateHelpers.Find(call.Name) is not { } helper)
        {
            string near = Nearest.Question(call.Name, TemplateHelpers.All.Select(known => known.Name));
            throw _source.Mistake(call.Position, s_blocks.Contains(call.Name)
                ? $"'{call.Name}' opens a block: '{{{{#{call.Name} ...}}}}'" : $"unknown helper '{call.Name}'{near}");
        }

        if (call.Named.Count > 0)
        {
            throw _source.Mistake(call.Position, $"helper '{call.Name}' takes no '{call.Named[0].Name}='");
        }

        if (call.Arguments.Count < helper.LeastArguments || call.Arguments.Count > helper.MostArguments)
        {
            throw _source.Mistake(call.Position, $"helper '{call.Name}' takes {helper.ArgumentsInWords}, not {call.Arguments.Count}");
        }

        foreach (TemplateOperand argument in call.Arguments)
        {
            CheckOperand(argument);
        }
    }

    private void CheckOperand(TemplateOperand operand)
    {
        if (operand is TemplateCall call)
        {
            CheckCall(call);
        }
        else if (operand is TemplatePath path)
        {
            // A helper's name without parentheses is a field or a mistake.
            _paths.Add((_source, path, [.. _blocks.SelectMany(block => block.Tag.BlockParameters)]));
            foreach (string part in PartsOf(path.Text))
            {
                Words.Add(part);
            }
        }
    }

    private void Open(TemplateTag tag)
    {
        TemplateCall call = tag.Call!;
        if (_blocks.Count >= limits.MaxNesting)
        {
            throw _source.Mistake(tag.Start, $"blocks nest deeper than {limits.MaxNesting} levels");
        }

        if (s_blocks.Contains(call.Name) && tag.Kind == TemplateTagKind.Open)
        {
            if (call.Arguments.Count != 1 || call.Named.Count > 0)
            {
                throw _source.Mistake(call.Position, $"'#{call.Name}' takes one value, not {call.Arguments.Count + call.Named.Count}");
            }

            if (call.Arguments[0] is TemplateLiteral && call.Name is "each" or "with")
            {
                throw _source.Mistake(call.Arguments[0].Position, $"'#{call.Name}' takes a field, not a text or number");
            }

            CheckOperand(call.Arguments[0]);
        }
        else if (call.Arguments.Count > 0 || call.Named.Count > 0 || TemplateHelpers.Find(call.Name) is not null)
        {
            throw _source.Mistake(call.Position, TemplateHelpers.Find(call.Name) is not null
                ? $"helper '{call.Name}' opens no block: '{{{{#if ({call.Name} ...)}}}}'"
                : $"unknown block '{call.Name}'{Nearest.Question(call.Name, s_blocks)}");
        }
        else
        {
            // A field as a block is there for each item, or where it is true.
            CheckOperand(new TemplatePath(call.Position, call.Name));
        }

        _blocks.Add(new Block(tag, call.Name));
    }

    private void Else(TemplateTag tag)
    {
        if (_blocks.Count == 0)
        {
            throw _source.Mistake(tag.Start, "'else' stands in no block");
        }

        Block block = _blocks[^1];
        if (block.HasElse)
        {
            throw _source.Mistake(tag.Start, $"the block '{block.Name}' has an 'else' already");
        }

        if (tag.Call is not { } call)
        {
            block.HasElse = true;
            return;
        }

        if (call.Name != "if" || call.Arguments.Count != 1 || call.Named.Count > 0 || block.Name is not ("if" or "unless"))
        {
            throw _source.Mistake(call.Position, block.Name is "if" or "unless"
                ? "'else' stands alone, or as 'else if' with one value" : $"'else if' belongs to '#if', not to '#{block.Name}'");
        }

        CheckOperand(call.Arguments[0]);
    }

    private void Close(TemplateTag tag)
    {
        TemplateCall call = tag.Call!;
        if (_blocks.Count == 0)
        {
            throw _source.Mistake(tag.Start, $"'{{{{/{call.Name}}}}}' closes nothing: there is no '{{{{#{call.Name}}}}}'");
        }

        Block block = _blocks[^1];
        if (call.Name != block.Name || call.Arguments.Count > 0 || call.Named.Count > 0)
        {
            (int line, int column) = _source.PlaceOf(block.Tag.Start);
            throw _source.Mistake(tag.Start, FormattableString.Invariant(
                $"'{{{{/{call.Name}}}}}' closes '{{{{#{block.Name}}}}}' of {line}:{column}, which needs '{{{{/{block.Name}}}}}'"));
        }

        _blocks.RemoveAt(_blocks.Count - 1);
    }

    private void CheckPartial(TemplateCall call)
    {
        if (!IsPartialName(call.Name))
        {
            throw _source.Mistake(call.Position,
                $"'{call.Name}' cannot name a partial: letters, digits, '_', '-', '.' and folders below the template's");
        }

        if (call.Arguments.Count > 1)
        {
            throw _source.Mistake(call.Position, $"a partial takes one value and names for others, not {call.Arguments.Count} values");
        }

        foreach (TemplateOperand operand in call.Arguments.Concat(call.Named.Select(named => named.Value)))
        {
            CheckOperand(operand);
        }

        foreach ((string name, _) in call.Named)
        {
            _passed.Add(name);
        }

        _partials.Add((call.Name, call.Position));
    }

    private static bool IsPartialName(string name) => name.Length <= 200 && name.Split('/').All(part => part.Length > 0 && part[0] != '.'
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'));

    private void CheckPath(TemplateSource source, TemplatePath path, string[] names)
    {
        string rest = path.Text;
        while (rest.StartsWith("../", StringComparison.Ordinal) || rest.StartsWith("./", StringComparison.Ordinal))
        {
            rest = rest[(rest.IndexOf('/', StringComparison.Ordinal) + 1)..];
        }

        if (rest is "." or "..")
        {
            return;
        }

        // A template for several commands has parts for each.
        bool tellsCommandsApart = Words.Contains("command");
        string[] parts = PartsOf(rest);
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            bool isKnown = part.StartsWith('@') ? i == 0 && s_data.Contains(part)
                : (i == 0 && (part == "this" || names.Contains(part) || _passed.Contains(part))) || model.Contains(part)
                || (tellsCommandsApart && TemplateVocabulary.IsKnown(part));
            if (isKnown)
            {
                continue;
            }

            int at = path.Position + path.Text.IndexOf(part, StringComparison.Ordinal);
            throw source.Mistake(part.Length == 0 ? path.Position : at, Describe(part, path.Text));
        }
    }

    private string Describe(string part, string path) => part.Length == 0 || part.StartsWith('[')
        ? $"'{path}' cannot be read as a path{(part.StartsWith('[') ? ": an item is (lookup list index)" : "")}"
        : part.StartsWith('@') ? $"there is no '{part}'{Nearest.Question(part, s_data)}"
        : TemplateHelpers.Find(part) is not null ? $"'{part}' is a helper: in an expression it stands in parentheses, '({part} ...)'"
        : $"'{model.Command}' has no field '{part}'{Nearest.Question(part, model.Fields.Concat(_passed))}";

    private static string[] PartsOf(string path) => path.Split('.', '/');
}
