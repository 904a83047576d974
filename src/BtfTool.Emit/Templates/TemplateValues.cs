using System.Globalization;

namespace BtfTool.Emit.Templates;

/// <summary>What values of a model mean: truth, order, text.</summary>
internal static class TemplateValues
{
    /// <summary>Whether a value counts as true: not missing, not false, not 0, not an empty text, list or object.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        string text => text.Length > 0,
        ModelObject fields => fields.Count > 0,
        IEnumerable<object?> list => list.Any(),
        _ => !TemplateNumbers.TryRead(value, out Int128 number, out double real) || number != 0 || real != 0,
    };

    /// <summary>The text of a value, as a template writes it.</summary>
    public static string TextOf(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Whether two values are the same: numbers by value, others as text.</summary>
    public static bool AreEqual(object? a, object? b) => TemplateNumbers.Compare(a, b) is { } order ? order == 0
        : a is null || b is null ? a is null && b is null : string.Equals(TextOf(a), TextOf(b), StringComparison.Ordinal);

    /// <summary>The order of two values: numbers by value, others as text, byte by byte.</summary>
    public static int Compare(object? a, object? b) => TemplateNumbers.Compare(a, b) ?? string.CompareOrdinal(TextOf(a), TextOf(b));

    /// <summary>Number of items, fields or characters.</summary>
    public static long LengthOf(object? value) => value switch
    {
        ModelObject fields => fields.Count,
        ModelList list => list.Count,
        string text => text.Length,
        IEnumerable<object?> list => list.LongCount(),
        null => 0,
        _ => TextOf(value).Length,
    };

    /// <summary>A field of an object, or an item of a list, from 0; null where there is none.</summary>
    public static object? Lookup(object? value, object? key) => value switch
    {
        ModelObject fields => fields.GetValueOrDefault(TextOf(key)),
        ModelList list when TemplateNumbers.TryRead(key, out Int128 index, out _) => list.ItemAt(index),
        _ => null,
    };

    /// <summary>Whether a list has an item, an object a field, or a text another text.</summary>
    public static bool Contains(object? value, object? part) => value switch
    {
        ModelObject fields => fields.ContainsKey(TextOf(part)),
        string text => text.Contains(TextOf(part), StringComparison.Ordinal),
        IEnumerable<object?> list => list.Any(item => AreEqual(item, part)),
        _ => false,
    };
}
