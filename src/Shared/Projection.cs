namespace BtfTool;

/// <summary>
/// <c>Select</c> as the compiler writes it. That of System.Linq is a generic virtual method of each of its iterators: compiled ahead of
/// time, every pair of value types that anything selects from and to costs code in every iterator, a sixth of the native program.
/// Being in the namespace around all others, this one is found first.
/// </summary>
internal static class Projection
{
    /// <inheritdoc cref="Enumerable.Select{TSource, TResult}(IEnumerable{TSource}, Func{TSource, TResult})"/>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
    {
        foreach (TSource item in source)
        {
            yield return selector(item);
        }
    }

    /// <inheritdoc cref="Enumerable.Select{TSource, TResult}(IEnumerable{TSource}, Func{TSource, int, TResult})"/>
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, int, TResult> selector)
    {
        int index = 0;
        foreach (TSource item in source)
        {
            yield return selector(item, index++);
        }
    }
}
