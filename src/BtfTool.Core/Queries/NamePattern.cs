using System.Text;

namespace BtfTool.Core.Queries;

/// <summary>Patterns with <c>*</c>, <c>?</c> and <c>[abc]</c> for names that are strings: paths of units, of files.</summary>
internal static class NamePattern
{
    /// <summary>What says whether a name matches as a whole. Cost of a call: at most the product of the lengths.</summary>
    /// <param name="pattern">The pattern; without any of the three it matches itself only.</param>
    public static Func<string, bool> Of(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var glob = new GlobPattern(Encoding.UTF8.GetBytes(pattern));
        return name => glob.IsMatch(Encoding.UTF8.GetBytes(name));
    }
}
