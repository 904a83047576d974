namespace BtfTool.Emit.Templates;

/// <summary>A helper of templates.</summary>
/// <param name="Name">What templates call it.</param>
/// <param name="LeastArguments">Fewest arguments that it takes.</param>
/// <param name="MostArguments">Most arguments that it takes.</param>
/// <param name="Run">
/// What it does, with a text, a number (long, ulong or double), a truth value, a list, an object or null for each argument. Total:
/// nothing makes it throw.
/// </param>
internal sealed record TemplateHelper(string Name, int LeastArguments, int MostArguments, Func<IReadOnlyList<object?>, object?> Run)
{
    internal string ArgumentsInWords => LeastArguments == MostArguments ? Count(LeastArguments)
        : MostArguments == LeastArguments + 1 ? $"{LeastArguments} or {Count(MostArguments)}" : $"{LeastArguments} to {Count(MostArguments)}";

    private static string Count(int arguments) => arguments == 1 ? "1 argument" : $"{arguments} arguments";
}

/// <summary>The helpers that templates may call. Their meaning: docs/templates.md.</summary>
internal static class TemplateHelpers
{
    private const int Many = 16;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TemplateHelper> All { get; } =
    [
        new("eq", 2, 2, a => TemplateValues.AreEqual(a[0], a[1])),
        new("ne", 2, 2, a => !TemplateValues.AreEqual(a[0], a[1])),
        new("lt", 2, 2, a => TemplateValues.Compare(a[0], a[1]) < 0),
        new("gt", 2, 2, a => TemplateValues.Compare(a[0], a[1]) > 0),
        new("le", 2, 2, a => TemplateValues.Compare(a[0], a[1]) <= 0),
        new("ge", 2, 2, a => TemplateValues.Compare(a[0], a[1]) >= 0),
        new("and", 2, Many, a => a.All(TemplateValues.IsTrue)),
        new("or", 2, Many, a => a.Any(TemplateValues.IsTrue)),
        new("not", 1, 1, a => !TemplateValues.IsTrue(a[0])),
        new("add", 2, Many, a => TemplateNumbers.Fold(a, TemplateNumbers.Operation.Add)),
        new("sub", 2, Many, a => TemplateNumbers.Fold(a, TemplateNumbers.Operation.Subtract)),
        new("mul", 2, Many, a => TemplateNumbers.Fold(a, TemplateNumbers.Operation.Multiply)),
        new("div", 2, 2, a => TemplateNumbers.Fold(a, TemplateNumbers.Operation.Divide)),
        new("mod", 2, 2, a => TemplateNumbers.Fold(a, TemplateNumbers.Operation.Remainder)),
        new("sum", 2, 2, a => TemplateNumbers.Sum(a[0], TemplateValues.TextOf(a[1]))),
        new("hex", 1, 2, a => TemplateNumbers.Hex(a[0], a.Count > 1 ? a[1] : null)),
        new("pad_left", 2, 3, a => TemplateTexts.Pad(a[0], a[1], a.Count > 2 ? a[2] : " ", isLeft: true)),
        new("pad_right", 2, 3, a => TemplateTexts.Pad(a[0], a[1], a.Count > 2 ? a[2] : " ", isLeft: false)),
        new("repeat", 2, 2, a => TemplateTexts.Repeat(a[0], a[1])),
        new("replace", 3, 3, a => TemplateTexts.Replace(a[0], a[1], a[2])),
        new("concat", 1, Many, a => TemplateTexts.Concat(a)),
        new("join", 1, 3, a => TemplateTexts.Join(a[0], a.Count > 1 ? a[1] : ", ", a.Count > 2 ? a[2] : null)),
        new("upper", 1, 1, a => TemplateValues.TextOf(a[0]).ToUpperInvariant()),
        new("lower", 1, 1, a => TemplateValues.TextOf(a[0]).ToLowerInvariant()),
        new("plural", 2, 3, a => TemplateTexts.Plural(a[0], a[1], a.Count > 2 ? a[2] : null)),
        new("default", 2, 2, a => TemplateValues.TextOf(a[0]).Length > 0 ? a[0] : a[1]),
        new("length", 1, 1, a => TemplateValues.LengthOf(a[0])),
        new("lookup", 2, 2, a => TemplateValues.Lookup(a[0], a[1])),
        new("contains", 2, 2, a => TemplateValues.Contains(a[0], a[1])),
        new("identifier", 1, 1, a => TemplateTexts.Identifier(TemplateValues.TextOf(a[0]))),
        new("c_string", 1, 1, a => TemplateTexts.CString(TemplateValues.TextOf(a[0]))),
        new("c_comment", 1, 1, a => TemplateTexts.CComment(TemplateValues.TextOf(a[0]))),
        new("html", 1, 1, a => TemplateTexts.Html(TemplateValues.TextOf(a[0]))),
        new("markdown", 1, 1, a => TemplateTexts.Markdown(TemplateValues.TextOf(a[0]))),
        new("markdown_code", 1, 1, a => TemplateTexts.MarkdownCode(TemplateValues.TextOf(a[0]))),
        new("csv", 1, 1, a => TemplateTexts.Csv(TemplateValues.TextOf(a[0]))),
        new("json", 1, 1, a => TemplateJson.TextOf(a[0])),
    ];

    private static readonly Dictionary<string, TemplateHelper> s_byName = All.ToDictionary(helper => helper.Name, StringComparer.Ordinal);

    /// <summary>The helper of a name; null where there is none.</summary>
    public static TemplateHelper? Find(string name) => s_byName.GetValueOrDefault(name);
}
