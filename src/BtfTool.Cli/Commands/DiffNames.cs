using System.Text;
using BtfTool.Core.Queries;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary>The types that a comparison was asked for, by what names and patterns mean on either side.</summary>
internal sealed class DiffNames
{
    // Longer names are not found; no compiler makes them.
    private const int MostNameBytes = 4096;

    private readonly HashSet<(Word Word, string Name)> _names = [];

    private enum Word
    {
        None,
        Struct,
        Union,
        Enum,
        Typedef,
        Function,
    }

    /// <summary>Finds names on both sides.</summary>
    /// <exception cref="UnusableException">A name means nothing on both; every such name but the last has been reported already.</exception>
    public static DiffNames Resolve(TypeGraphSet old, TypeGraphSet now, IReadOnlyList<string> names)
    {
        var found = new DiffNames();
        string? problem = null;
        foreach (string name in names)
        {
            TypeNameSetResult before = TypeNameQuery.Resolve(old, name, orDeclarations: true);
            TypeNameSetResult after = TypeNameQuery.Resolve(now, name, orDeclarations: true);
            if (before.Types.Count == 0 && after.Types.Count == 0)
            {
                if (problem is not null)
                {
                    Messages.Error(problem);
                }

                problem = after.Problem + (TypeNameQuery.IsPattern(name) ? " on either side" : "");
                continue;
            }

            found.Add(before.Types);
            found.Add(after.Types);
        }

        return problem is null ? found : throw new UnusableException(problem);
    }

    /// <summary>Whether a type was asked for.</summary>
    public bool Has(TypeRef type)
    {
        TypeView view = type.View;
        Word word = WordOf(view);
        return word != Word.None && view.Name.Length <= MostNameBytes && _names.Contains((word, Encoding.UTF8.GetString(view.Name)));
    }

    /// <summary>The names with their keywords, in order.</summary>
    public IEnumerable<string> All => _names.Select(pair => $"{pair.Word.ToString().ToLowerInvariant()} {pair.Name}").Order(StringComparer.Ordinal);

    private void Add(IReadOnlyList<TypeRef> types)
    {
        foreach (TypeRef type in types)
        {
            if (WordOf(type.View) is var word and not Word.None)
            {
                _names.Add((word, type.View.NameString));
            }
        }
    }

    private static Word WordOf(TypeView type) => type.Kind switch
    {
        TypeKind.Struct => Word.Struct,
        TypeKind.Union => Word.Union,
        TypeKind.Forward => type.Flag ? Word.Union : Word.Struct,
        TypeKind.Enum or TypeKind.Enum64 => Word.Enum,
        TypeKind.Typedef => Word.Typedef,
        TypeKind.Function => Word.Function,
        _ => Word.None,
    };
}
