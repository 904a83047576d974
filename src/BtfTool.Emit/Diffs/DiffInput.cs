namespace BtfTool.Emit.Diffs;

/// <summary>What one side of a comparison is.</summary>
/// <param name="File">What was opened, as the user named it.</param>
/// <param name="Format">What the types were read from: <c>btf</c>, <c>dwarf</c>, <c>baseline</c>.</param>
/// <param name="TypeCount">Number of types, those of modules too; null where only some were read.</param>
/// <param name="ModuleCount">Number of modules beside the kernel.</param>
/// <param name="Machine">The processor; null where the file does not say it.</param>
/// <param name="BuildId">The build id in hexadecimal; null where there is none.</param>
/// <param name="Producer">The compiler; null where it is not known.</param>
public sealed record DiffInput(string File, string Format, long? TypeCount, int ModuleCount, string? Machine, string? BuildId, string? Producer);
