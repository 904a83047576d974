namespace BtfTool.Emit.Templates;

/// <summary>What stands between braces in a template.</summary>
internal enum TemplateTagKind
{
    /// <summary>A comment.</summary>
    Comment,

    /// <summary>A value or the call of a helper.</summary>
    Value,

    /// <summary><c>{{#name ...}}</c>.</summary>
    Open,

    /// <summary><c>{{^name}}</c>: a block that is there where the value is not.</summary>
    OpenInverse,

    /// <summary><c>{{else}}</c>, <c>{{else if x}}</c> or <c>{{^}}</c>.</summary>
    Else,

    /// <summary><c>{{/name}}</c>.</summary>
    Close,

    /// <summary><c>{{> name}}</c>.</summary>
    Partial,
}

/// <summary>A tag of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Position of its first brace.</param>
/// <param name="End">Position behind its last brace.</param>
internal sealed record TemplateTag(TemplateTagKind Kind, int Start, int End)
{
    /// <summary>What it says; null for comments and a bare <c>else</c>.</summary>
    public TemplateCall? Call { get; init; }

    /// <summary>Names of <c>as |item index|</c>.</summary>
    public IReadOnlyList<string> BlockParameters { get; init; } = [];
}

/// <summary>An operand of an expression.</summary>
/// <param name="Position">Where it begins.</param>
internal abstract record TemplateOperand(int Position);

/// <summary>A path to a value: <c>name</c>, <c>../size_bytes</c>, <c>@index</c>, <c>this</c>.</summary>
internal sealed record TemplatePath(int Position, string Text) : TemplateOperand(Position);

/// <summary>A text, a number or one of the words for values.</summary>
internal sealed record TemplateLiteral(int Position) : TemplateOperand(Position);

/// <summary>A name with what follows it: the call of a helper, or a value where nothing follows.</summary>
internal sealed record TemplateCall(int Position, string Name) : TemplateOperand(Position)
{
    /// <summary>What follows the name.</summary>
    public IReadOnlyList<TemplateOperand> Arguments { get; init; } = [];

    /// <summary>What follows in the form <c>name=value</c>.</summary>
    public IReadOnlyList<(string Name, TemplateOperand Value)> Named { get; init; } = [];
}
