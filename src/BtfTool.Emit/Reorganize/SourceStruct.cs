namespace BtfTool.Emit.Reorganize;

/// <summary>Lines of a struct in a C source that belong together.</summary>
/// <param name="First">Its first line, from 0; a comment above it included.</param>
/// <param name="Last">Its last line.</param>
/// <param name="Words">The identifiers in it.</param>
/// <param name="IsDirective">Whether it is a line of the preprocessor.</param>
/// <param name="Branch">The branch of a conditional that it stands in; 0 outside of all.</param>
internal sealed record SourceDeclaration(int First, int Last, IReadOnlySet<string> Words, bool IsDirective, int Branch);

/// <summary>
/// A struct as it stands in a C source: which lines declare what. Enough of C is understood to find where declarations end: comments,
/// literals, brackets, lines of the preprocessor. Cost: linear in the lines.
/// </summary>
internal sealed class SourceStruct
{
    /// <summary>Lines below the one that is named in which the struct must open.</summary>
    private const int MostLinesToBrace = 16;

    private readonly List<SourceDeclaration> _declarations = [];
    private readonly HashSet<string> _words = [];
    private readonly System.Text.StringBuilder _word = new();
    private int _first = -1;
    private int _braces;
    private int _parentheses;
    private bool _inComment;
    private char _literal;
    private bool _ended;
    private readonly Stack<int> _branches = new([0]);
    private int _lastBranch;

    private SourceStruct()
    {
    }

    /// <summary>The declarations, in the order of the source.</summary>
    public IReadOnlyList<SourceDeclaration> Declarations => _declarations;

    /// <summary>Reads a struct; null where none opens there or it does not end.</summary>
    /// <param name="lines">The source.</param>
    /// <param name="line">The line where it is declared, from 1.</param>
    public static SourceStruct? Read(IReadOnlyList<string> lines, int line)
    {
        var found = new SourceStruct();
        for (int i = Math.Max(0, line - 1); i < lines.Count && (found._first >= 0 || i < line - 1 + MostLinesToBrace); i++)
        {
            bool isDirective = !found._inComment && found._braces <= 1 && lines[i].AsSpan().TrimStart().StartsWith("#");
            if (isDirective && found._first >= 0)
            {
                found.Close(lines, i, isDirective: true);
            }
            else if (!isDirective && found.ReadLine(lines[i], i))
            {
                return found;
            }
            else if (found._ended)
            {
                found.Close(lines, i, isDirective: false);
            }
        }

        return null;
    }

    // True at the end of the struct.
    private bool ReadLine(string text, int line)
    {
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : ' ', next = i + 1 < text.Length ? text[i + 1] : '\0';
            if (c == '/' && next == '/' && !_inComment && _literal == '\0')
            {
                i = text.Length - 1;
            }
            else if (Skips(c, next, ref i))
            {
                continue;
            }
            else if (c == '}' && --_braces == 0)
            {
                return true;
            }
            else if (c == '{' && _braces++ == 0)
            {
                _first = line + 1;
                _words.Clear();
                _word.Clear();
            }
            else
            {
                ReadCode(c);
            }
        }

        return false;
    }

    private bool Skips(char c, char next, ref int i)
    {
        if (_inComment)
        {
            _inComment = c != '*' || next != '/';
            i += _inComment ? 0 : 1;
            return true;
        }

        if (_literal != '\0')
        {
            i += c == '\\' ? 1 : 0;
            _literal = c == _literal ? '\0' : _literal;
            return true;
        }

        _inComment = c == '/' && next == '*';
        i += _inComment ? 1 : 0;
        _literal = c is '"' or '\'' ? c : '\0';
        return _inComment || _literal != '\0';
    }

    private void ReadCode(char c)
    {
        if (char.IsAsciiLetterOrDigit(c) || c == '_')
        {
            _word.Append(c);
            _ended = false;
            return;
        }

        if (_word.Length > 0)
        {
            _words.Add(_word.ToString());
            _word.Clear();
        }

        _parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
        _ended = (c == ';' && _braces == 1 && _parentheses == 0) || (_ended && char.IsWhiteSpace(c));
    }

    // Blank lines above it stay where they are.
    private void Close(IReadOnlyList<string> lines, int last, bool isDirective)
    {
        while (_first < last && lines[_first].AsSpan().Trim().IsEmpty)
        {
            _first++;
        }

        if (isDirective)
        {
            Follow(lines[last].AsSpan().TrimStart()[1..].TrimStart());
        }

        _declarations.Add(new SourceDeclaration(_first, last, new HashSet<string>(_words), isDirective, _branches.Peek()));
        _words.Clear();
        _first = last + 1;
        _ended = false;
    }

    private void Follow(ReadOnlySpan<char> directive)
    {
        bool opens = directive.StartsWith("if"), closes = directive.StartsWith("endif"), turns = directive.StartsWith("el");
        if ((closes || turns) && _branches.Count > 1)
        {
            _branches.Pop();
        }

        if (opens || turns)
        {
            _branches.Push(++_lastBranch);
        }
    }
}
