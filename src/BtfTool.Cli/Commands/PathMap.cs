namespace BtfTool.Cli.Commands;

/// <summary><c>--path-map FROM=TO</c>: paths of a build as they are in the repository.</summary>
internal static class PathMap
{
    /// <summary>What maps a path: the first that fits does; null where there is none.</summary>
    public static Func<string, string>? Of(string[] maps)
    {
        if (maps.Length == 0)
        {
            return null;
        }

        return path =>
        {
            foreach (string map in maps)
            {
                int at = map.IndexOf('=', StringComparison.Ordinal);
                if (path.AsSpan().StartsWith(map.AsSpan(0, at), StringComparison.Ordinal))
                {
                    return string.Concat(map.AsSpan(at + 1), path.AsSpan(at));
                }
            }

            return path;
        };
    }
}
