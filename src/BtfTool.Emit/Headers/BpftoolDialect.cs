using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>
/// The mistakes of bpftool's C output, each one switch. <see cref="Compatible"/> repeats them byte for byte, <see cref="Corrected"/>
/// has none; where bpftool is right the two do not differ. Observed: bpftool 7.8 (libbpf 1.8).
/// </summary>
internal sealed class BpftoolDialect
{
    private BpftoolDialect(bool repeatsMistakes) => RepeatsMistakes = repeatsMistakes;

    /// <summary>bpftool's bytes, mistakes and all.</summary>
    public static BpftoolDialect Compatible { get; } = new(true);

    /// <summary>bpftool's bytes where they are right.</summary>
    public static BpftoolDialect Corrected { get; } = new(false);

    private bool RepeatsMistakes { get; }

    /// <summary>
    /// The loop over the sorted array begins at index 1, though void is not at index 0 once the array is sorted: the lowest type is
    /// not a root and is lost unless another type needs it.
    /// </summary>
    public bool LosesFirstSorted => RepeatsMistakes;

    /// <summary>
    /// bpftool gives up on a by-value loop, never ends on a cycle of references, and writes nothing for an unknown kind. Without the
    /// mistake what cannot be declared is left out and named in a diagnostic.
    /// </summary>
    public bool FailsOnUndeclarable => RepeatsMistakes;

    /// <summary>
    /// A member without a size (a forward, void, a prototype, an empty base type) is printed as if it were complete, its alignment is 0
    /// and bpftool divides by it. Without the mistake the member is left out and padding takes its place.
    /// </summary>
    public bool KeepsMembersWithoutSize => RepeatsMistakes;

    /// <summary>
    /// Bit offsets are 32-bit and wrap from 2^28 bytes on, sizes above 2^32-1 count as 0, and a gap is filled with one
    /// <c>long: 64;</c> after the other however long it is.
    /// </summary>
    public bool WrapsBitOffsets => RepeatsMistakes;

    /// <summary>
    /// Lines of padding in one gap, after which an array stands for the rest. Padding to a page needs 512; bpftool has no limit.
    /// </summary>
    public long MaxPaddingLines => RepeatsMistakes ? long.MaxValue : 64 * 1024;

    /// <summary>
    /// A qualifier that lies over a type tag is printed between a type and the tag without a space before it: after a pointer that is
    /// valid C, after anything else it is glued to the word before (<c>intconst  __attribute__</c>).
    /// </summary>
    public bool GluesQualifiersBeforeTags => RepeatsMistakes;

    /// <summary>
    /// <c>_Float128</c> and its like are keywords of gcc that clang does not have: without the mistake clang is told what they are.
    /// </summary>
    public bool LeavesClangWithoutFloats => RepeatsMistakes;

    /// <summary>
    /// Declared alignments, the size of enumerations of 2 bytes and C's names of base types are not printed: BTF has no alignments, and
    /// is made of C.
    /// </summary>
    public bool KnowsBtfOnly => RepeatsMistakes;

    /// <summary>A name with a number appended is built in a buffer of 256 bytes.</summary>
    public int MaxRenamedBytes => RepeatsMistakes ? 255 : int.MaxValue;

    /// <summary>
    /// Whether a typedef stands for the compiler's own <c>va_list</c>: <c>__builtin_va_list</c>, which is never printed because every
    /// compiler has it, and <c>__gnuc_va_list</c> where the type information has nothing behind it (clang's has not).
    /// </summary>
    public static bool IsVaList(ReadOnlySpan<byte> name, TypeId target) =>
        name.SequenceEqual("__builtin_va_list"u8) || IsUndescribedVaList(name, target);

    /// <summary>Whether a typedef is printed as one of <c>__builtin_va_list</c>.</summary>
    public static bool IsUndescribedVaList(ReadOnlySpan<byte> name, TypeId target) =>
        target.IsVoid && name.SequenceEqual("__gnuc_va_list"u8);
}
