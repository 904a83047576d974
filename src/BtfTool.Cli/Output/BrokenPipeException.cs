namespace BtfTool.Cli.Output;

/// <summary>Nobody reads the output any more (<c>btftool ... | head</c>): the program ends, in silence and without an error.</summary>
internal sealed class BrokenPipeException : Exception;
