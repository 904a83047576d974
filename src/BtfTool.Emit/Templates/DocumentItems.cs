using System.Buffers;

namespace BtfTool.Emit.Templates;

/// <summary>The first list of a document, which is written anew each time that it is read, but for the first time.</summary>
/// <param name="document">Writes the document.</param>
/// <param name="withFields">Whether types have the members of all levels in one list.</param>
/// <param name="budget">Counts steps of the lists.</param>
internal sealed class DocumentItems(Action<IBufferWriter<byte>> document, bool withFields, TemplateBudget budget) : IDisposable
{
    private readonly ModelNames _names = new();
    private DocumentReader? _first;
    private bool _isRead;

    /// <summary>Reads the fields of the root; the list becomes one whose items are read when they are asked for.</summary>
    /// <param name="root">Receives them.</param>
    /// <param name="behindToo">Whether those behind the list are wanted too, which takes a reading of their own.</param>
    public void ReadFields(ModelObject root, bool behindToo)
    {
        _first = Open();
        if (_first.ReadFields(root) is not { } list)
        {
            return;
        }

        root[list] = new StreamedList(Read, budget);
        if (behindToo)
        {
            ReadBehind(root);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _first?.Dispose();

    private DocumentReader Open() => new(document, budget, _names);

    private void ReadBehind(ModelObject root)
    {
        _first?.Dispose();
        _first = null;
        using DocumentReader reader = Open();
        reader.ReadFields([]);
        reader.SkipItems();
        while (reader.ReadFields(root) is { } name)
        {
            var list = new ModelList(budget);
            while (reader.TryReadItem(out object? item))
            {
                list.Add(item);
            }

            root[name] = list;
        }
    }

    private IEnumerator<object?> Read()
    {
        if (_isRead)
        {
            throw new TemplateLimitException("it asks for the list of all types inside of itself, which would be read anew for each of them");
        }

        DocumentReader? reader = _first;
        _first = null;
        _isRead = true;
        if (reader is null)
        {
            reader = Open();
            reader.ReadFields([]);
        }

        try
        {
            while (reader.TryReadItem(out object? item))
            {
                if (item is ModelObject type)
                {
                    ModelExtras.AddToType(type, withFields, budget);
                }

                yield return item;
            }
        }
        finally
        {
            _isRead = false;
            reader.Dispose();
        }
    }
}
