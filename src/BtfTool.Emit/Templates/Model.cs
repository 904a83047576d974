using System.Collections;

namespace BtfTool.Emit.Templates;

/// <summary>An object of a template's model: fields by name, in the order of the document.</summary>
internal sealed class ModelObject : Dictionary<string, object?>
{
    public ModelObject()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>What a template writes for the whole: its name, where it has one.</summary>
    public override string ToString() => TemplateValues.TextOf(this.GetValueOrDefault("name"));
}

/// <summary>A list of a template's model. Each item that is asked for is a step.</summary>
/// <param name="budget">Counts the steps.</param>
internal sealed class ModelList(TemplateBudget budget) : IEnumerable<object?>
{
    private readonly List<object?> _items = [];

    /// <summary>Number of items.</summary>
    public int Count => _items.Count;

    /// <summary>Adds an item.</summary>
    public void Add(object? item) => _items.Add(item);

    /// <summary>An item, from 0; null where there is none.</summary>
    public object? ItemAt(Int128 index) => index >= 0 && index < _items.Count ? _items[(int)index] : null;

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator()
    {
        foreach (object? item in _items)
        {
            budget.Step();
            yield return item;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What a template writes for the whole: the items with commas.</summary>
    public override string ToString() => TemplateTexts.Join(this, ", ", null);
}

/// <summary>A list whose items are made one by one while they are asked for, each time anew.</summary>
/// <param name="open">Begins to make them.</param>
/// <param name="budget">Counts the steps.</param>
internal sealed class StreamedList(Func<IEnumerator<object?>> open, TemplateBudget budget) : IEnumerable<object?>
{
    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator()
    {
        using IEnumerator<object?> items = open();
        while (items.MoveNext())
        {
            budget.Step();
            yield return items.Current;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Nothing: the list may be as long as a kernel.</summary>
    public override string ToString() => "";
}

/// <summary>Text that is not made before it is written, and then goes to the output in large blocks.</summary>
/// <param name="write">Writes it.</param>
internal sealed class ModelBlock(Action write)
{
    /// <summary>Writes it to the output of the template.</summary>
    public void Write() => write();

    /// <summary>Nothing: helpers do not see the text.</summary>
    public override string ToString() => "";
}
