using static BtfTool.Core.Elf.ElfMachine;
using static BtfTool.Core.Elf.ElfRelocationOperation;

namespace BtfTool.Core.Elf;

/// <summary>What a relocation does with the symbol's value S, its addend A and what is in place.</summary>
internal enum ElfRelocationOperation : byte
{
    /// <summary>Not one of those that occur in debug sections.</summary>
    Unknown,

    /// <summary>Nothing: a hint for the linker, or a difference that is already in place.</summary>
    None,

    /// <summary>Becomes S + A; where the addend is not in the relocation, it is in place.</summary>
    Set,

    /// <summary>Grows by S + A.</summary>
    Add,

    /// <summary>Shrinks by S + A.</summary>
    Subtract,

    /// <summary>The lower six bits of a byte become S + A.</summary>
    SetSixBits,

    /// <summary>The lower six bits of a byte grow by S + A.</summary>
    AddSixBits,

    /// <summary>The lower six bits of a byte shrink by S + A.</summary>
    SubtractSixBits,

    /// <summary>An unsigned LEB128 becomes S + A in the bytes that it has.</summary>
    SetLeb,

    /// <summary>An unsigned LEB128 grows by S + A in the bytes that it has.</summary>
    AddLeb,

    /// <summary>An unsigned LEB128 shrinks by S + A in the bytes that it has.</summary>
    SubtractLeb,
}

/// <summary>One relocation type.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="SizeBytes">How many bytes it changes: 1, 2, 4 or 8; what is there says it for LEB128.</param>
internal readonly record struct ElfRelocationRule(ElfRelocationOperation Operation, byte SizeBytes);

/// <summary>
/// The relocation types that compilers write into sections of debug information, by machine: absolute ones, offsets in thread-local
/// storage (for the location of such variables), and on machines whose linkers shrink code the pairs that make a difference.
/// Source of the numbers: the psABI of each processor.
/// </summary>
internal static class ElfRelocationRules
{
    /// <summary>The rule of a type; an unknown one for types, and machines, that are not in the table.</summary>
    internal static ElfRelocationRule Find(ushort machine, bool is64, uint type) =>
        type == 0 ? new(None, 0) : machine switch
        {
            EM_X86_64 => type switch { 1 or 17 => Word8, 10 or 11 or 21 => Word4, 12 => Word2, 14 => Word1, _ => default },
            EM_386 => type switch { 1 or 32 => Word4, 20 => Word2, 22 => Word1, _ => default },
            EM_AARCH64 => is64
                ? type switch { 256 => Nothing, 257 => Word8, 258 => Word4, 259 => Word2, _ => default }
                : type switch { 1 => Word4, 2 => Word2, _ => default },
            EM_ARM => type switch { 2 or 106 => Word4, 5 => Word2, 8 => Word1, _ => default },
            EM_S390 => type switch { 1 => Word1, 3 => Word2, 4 or 52 => Word4, 22 or 53 => Word8, _ => default },
            EM_PPC64 => type switch { 1 or 24 => Word4, 3 or 25 => Word2, 38 or 43 or 78 => Word8, _ => default },
            EM_PPC => type switch { 1 or 24 or 78 => Word4, 3 or 25 => Word2, _ => default },
            EM_RISCV => RiscV(type),
            EM_LOONGARCH => LoongArch(type),
            EM_MIPS => type switch { 1 => Word2, 2 or 39 => Word4, 18 or 41 => Word8, _ => default },
            EM_SPARC or EM_SPARC32PLUS or EM_SPARCV9 => Sparc(type),
            EM_BPF => type switch { 1 or 2 => Word8, 3 or 4 or 10 => Word4, _ => default },
            _ => FindElsewhere(machine, type),
        };

    private static ElfRelocationRule Nothing => new(None, 0);

    private static ElfRelocationRule Word1 => new(Set, 1);

    private static ElfRelocationRule Word2 => new(Set, 2);

    private static ElfRelocationRule Word4 => new(Set, 4);

    private static ElfRelocationRule Word8 => new(Set, 8);

    // Kernels run there; the machines have few types of interest.
    private static ElfRelocationRule FindElsewhere(ushort machine, uint type) => machine switch
    {
        EM_68K => type switch { 1 or 31 => Word4, 2 => Word2, 3 => Word1, _ => default },
        EM_ALPHA => type switch { 1 => Word4, 2 or 33 => Word8, _ => default },
        EM_PARISC => type switch { 1 or 244 => Word4, 80 or 245 => Word8, _ => default },
        EM_SH => type switch { 1 or 146 => Word4, _ => default },
        EM_ARC_COMPACT or EM_ARCV2 => type switch { 1 => Word1, 2 => Word2, 4 => Word4, _ => default },
        EM_CSKY => type switch { 1 or 55 => Word4, _ => default },
        EM_MICROBLAZE => type switch { 1 or 26 => Word4, 9 or 33 => Nothing, _ => default },
        EM_ALTERA_NIOS2 => type switch { 12 => Word4, 13 => Word2, 14 => Word1, _ => default },
        EM_OPENRISC => type switch { 1 => Word4, 2 => Word2, 3 => Word1, _ => default },
        EM_XTENSA => type switch { 1 => Word4, 17 or 18 or 19 => Nothing, _ => default },
        _ => default,
    };

    private static ElfRelocationRule RiscV(uint type) => type switch
    {
        1 or 8 => Word4,
        2 or 9 => Word8,
        33 => new(Add, 1),
        34 => new(Add, 2),
        35 => new(Add, 4),
        36 => new(Add, 8),
        37 => new(Subtract, 1),
        38 => new(Subtract, 2),
        39 => new(Subtract, 4),
        40 => new(Subtract, 8),
        43 or 51 => Nothing,
        52 => new(SubtractSixBits, 1),
        53 => new(SetSixBits, 1),
        54 => Word1,
        55 => Word2,
        56 => Word4,
        60 => new(SetLeb, 0),
        61 => new(SubtractLeb, 0),
        _ => default,
    };

    private static ElfRelocationRule LoongArch(uint type) => type switch
    {
        1 or 8 => Word4,
        2 or 9 => Word8,
        47 => new(Add, 1),
        48 => new(Add, 2),
        50 => new(Add, 4),
        51 => new(Add, 8),
        52 => new(Subtract, 1),
        53 => new(Subtract, 2),
        55 => new(Subtract, 4),
        56 => new(Subtract, 8),
        100 or 102 => Nothing,
        105 => new(AddSixBits, 1),
        106 => new(SubtractSixBits, 1),
        107 => new(AddLeb, 0),
        108 => new(SubtractLeb, 0),
        _ => default,
    };

    private static ElfRelocationRule Sparc(uint type) => type switch
    {
        1 => Word1,
        2 or 55 => Word2,
        3 or 23 or 76 => Word4,
        32 or 54 or 77 => Word8,
        _ => default,
    };
}
