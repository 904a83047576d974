namespace BtfTool.Emit.Templates;

/// <summary>Bounds on templates and on what they may cost.</summary>
internal sealed record TemplateLimits
{
    /// <summary>The bounds that are used where none are given.</summary>
    public static TemplateLimits Default { get; } = new();

    /// <summary>Largest template file, in bytes.</summary>
    public int MaxFileBytes { get; init; } = 1 << 20;

    /// <summary>Most files that a template may be made of.</summary>
    public int MaxFiles { get; init; } = 64;

    /// <summary>Deepest nesting of blocks, and of expressions in an expression.</summary>
    public int MaxNesting { get; init; } = 32;

    /// <summary>Deepest nesting of partials while a template is rendered.</summary>
    public int MaxPartialNesting { get; init; } = 32;

    /// <summary>Most steps of rendering: items of lists, calls of helpers and partials, each 256 characters that a helper makes.</summary>
    public long MaxSteps { get; init; } = 200_000_000;

    /// <summary>Longest output, in UTF-16 units (bytes for blocks that the emitter writes).</summary>
    public long MaxOutput { get; init; } = 1L << 32;

    /// <summary>Longest text that a helper may make, in UTF-16 units; longer ones are cut.</summary>
    public const int MaxHelperText = 1 << 20;
}

/// <summary>Counts what rendering costs.</summary>
/// <param name="limits">The bounds.</param>
internal sealed class TemplateBudget(TemplateLimits limits)
{
    private const int CharsPerStep = 256;

    private long _steps = limits.MaxSteps;
    private long _output = limits.MaxOutput;

    /// <summary>One more step, or as many as a text of some length costs.</summary>
    /// <exception cref="TemplateLimitException">There have been too many.</exception>
    public void Step(int textLength = 0)
    {
        if ((_steps -= 1 + (textLength / CharsPerStep)) < 0)
        {
            throw new TemplateLimitException($"it takes more than {limits.MaxSteps} steps (items of lists, helpers, partials)");
        }
    }

    /// <summary>More output.</summary>
    /// <exception cref="TemplateLimitException">It is too long.</exception>
    public void Write(long length)
    {
        if ((_output -= length) < 0)
        {
            throw new TemplateLimitException($"its output is longer than {limits.MaxOutput} characters");
        }
    }
}

/// <summary>A bound on the cost of rendering was reached.</summary>
/// <param name="problem">Which, in words that follow the name of the template.</param>
internal sealed class TemplateLimitException(string problem) : Exception(problem);
