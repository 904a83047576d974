using System.Text.RegularExpressions;

namespace BtfTool.Oracles;

/// <summary>A struct as pahole lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Members">Names of its members in order; of one without a name, <see cref="Anonymous"/> and the first name inside it.</param>
internal sealed partial record PaholeOrder(string Name, List<string> Members)
{
    /// <summary>Stands before the first name inside a member that has none.</summary>
    public const string Anonymous = "anonymous:";

    /// <summary>Reads a listing.</summary>
    public static IEnumerable<PaholeOrder> ReadAll(IEnumerable<string> lines)
    {
        PaholeOrder? current = null;
        int depth = 0;
        string? firstInside = null;
        foreach (string raw in lines)
        {
            string line = Comment().Replace(raw, "").Trim();
            if (current is null)
            {
                current = Head().Match(line) is { Success: true } head ? new PaholeOrder(head.Groups[1].Value, []) : null;
                depth = 1;
            }
            else if (line.EndsWith('{'))
            {
                firstInside = depth++ == 1 ? null : firstInside;
            }
            else if (line.StartsWith('}'))
            {
                if (--depth == 0)
                {
                    yield return current;
                    current = null;
                }
                else if (depth == 1)
                {
                    string name = NameOf(line[1..]);
                    current.Members.Add(name.Length > 0 ? name : Anonymous + firstInside);
                }
            }
            else if (line.Contains(';', StringComparison.Ordinal) && NameOf(line) is { Length: > 0 } name)
            {
                firstInside ??= name;
                current.Members.AddRange(depth == 1 ? [name] : []);
            }
        }
    }

    // Unnamed bitfields (int :0) have none.
    private static string NameOf(string declaration)
    {
        string text = Attribute().Replace(declaration[..declaration.IndexOf(';')], "").Trim();
        Match function = FunctionName().Match(text);
        return function.Success ? function.Groups[1].Value : Unnamed().IsMatch(text) ? "" : LastName().Match(text).Groups[1].Value;
    }

    [GeneratedRegex(@"/\*.*?\*/")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(?:struct|class)\s+(\w+)\s*\{$")]
    private static partial Regex Head();

    [GeneratedRegex(@"__attribute__\(\(.*?\)\)\)?")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\(\*+\s*(?:const\s+)?(\w+)(?:\[\d*\])*\)\s*(?:\(|\[)")]
    private static partial Regex FunctionName();

    [GeneratedRegex(@"\s:\s*\d+$")]
    private static partial Regex Unnamed();

    [GeneratedRegex(@"(\w+)\s*(?:\[[^\]]*\])*\s*(?::\s*\d+)?$")]
    private static partial Regex LastName();
}
