namespace BtfTool.Core.Elf;

/// <summary>What kind of ELF file it is (gABI: e_type). Other values may occur and are kept.</summary>
internal enum ElfFileType : ushort
{
    /// <summary>No type.</summary>
    ET_NONE = 0,

    /// <summary>Relocatable: object files and kernel modules.</summary>
    ET_REL = 1,

    /// <summary>Executable; vmlinux too.</summary>
    ET_EXEC = 2,

    /// <summary>Shared object, or an executable that can be loaded anywhere.</summary>
    ET_DYN = 3,

    /// <summary>Core dump.</summary>
    ET_CORE = 4,
}

/// <summary>What a section holds (gABI: sh_type); the values that readers ask for. Other values may occur and are kept.</summary>
internal enum ElfSectionType : uint
{
    /// <summary>No section.</summary>
    SHT_NULL = 0,

    /// <summary>Bytes whose meaning the program defines; debug information.</summary>
    SHT_PROGBITS = 1,

    /// <summary>Symbol table.</summary>
    SHT_SYMTAB = 2,

    /// <summary>Strings.</summary>
    SHT_STRTAB = 3,

    /// <summary>Relocations with addends.</summary>
    SHT_RELA = 4,

    /// <summary>Notes, the build id among them.</summary>
    SHT_NOTE = 7,

    /// <summary>Occupies memory but no bytes of the file; also what a separate debug file makes of loaded sections.</summary>
    SHT_NOBITS = 8,

    /// <summary>Relocations without addends.</summary>
    SHT_REL = 9,

    /// <summary>Symbols of a dynamic object.</summary>
    SHT_DYNSYM = 11,

    /// <summary>Sections that are kept or dropped together (COMDAT).</summary>
    SHT_GROUP = 17,

    /// <summary>Section numbers of symbols that do not fit 16 bits.</summary>
    SHT_SYMTAB_SHNDX = 18,

    /// <summary>Relocations in the compact form that LLVM proposes (its value until the gABI has one).</summary>
    SHT_CREL = 0x40000014,
}

/// <summary>Flags of a section (gABI: sh_flags); the ones that readers ask for. Other bits may occur and are kept.</summary>
[Flags]
internal enum ElfSectionFlags : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Loaded into memory.</summary>
    SHF_ALLOC = 0x2,

    /// <summary>Thread-local storage: its addresses are those of a template.</summary>
    SHF_TLS = 0x400,

    /// <summary>Begins with a compression header (gABI: Elf32_Chdr, Elf64_Chdr).</summary>
    SHF_COMPRESSED = 0x800,
}

/// <summary>Processors (gABI: e_machine) whose relocations are known here. Other values may occur and are kept.</summary>
internal static class ElfMachine
{
    internal const ushort EM_SPARC = 2;
    internal const ushort EM_386 = 3;
    internal const ushort EM_68K = 4;
    internal const ushort EM_MIPS = 8;
    internal const ushort EM_PARISC = 15;
    internal const ushort EM_SPARC32PLUS = 18;
    internal const ushort EM_PPC = 20;
    internal const ushort EM_PPC64 = 21;
    internal const ushort EM_S390 = 22;
    internal const ushort EM_ARM = 40;
    internal const ushort EM_SH = 42;
    internal const ushort EM_SPARCV9 = 43;
    internal const ushort EM_X86_64 = 62;
    internal const ushort EM_OPENRISC = 92;
    internal const ushort EM_ARC_COMPACT = 93;
    internal const ushort EM_XTENSA = 94;
    internal const ushort EM_ALTERA_NIOS2 = 113;
    internal const ushort EM_AARCH64 = 183;
    internal const ushort EM_MICROBLAZE = 189;
    internal const ushort EM_ARCV2 = 195;
    internal const ushort EM_RISCV = 243;
    internal const ushort EM_BPF = 247;
    internal const ushort EM_CSKY = 252;
    internal const ushort EM_LOONGARCH = 258;
    internal const ushort EM_ALPHA = 0x9026;

    /// <summary>The name of a processor for messages; its number where it is not known here.</summary>
    internal static string NameOf(ushort machine) => machine switch
    {
        EM_SPARC or EM_SPARC32PLUS => "sparc",
        EM_386 => "i386",
        EM_68K => "m68k",
        EM_MIPS => "mips",
        EM_PARISC => "parisc",
        EM_PPC => "ppc",
        EM_PPC64 => "ppc64",
        EM_S390 => "s390",
        EM_ARM => "arm",
        EM_SH => "sh",
        EM_SPARCV9 => "sparc64",
        EM_X86_64 => "x86-64",
        EM_OPENRISC => "openrisc",
        EM_ARC_COMPACT or EM_ARCV2 => "arc",
        EM_XTENSA => "xtensa",
        EM_ALTERA_NIOS2 => "nios2",
        EM_AARCH64 => "aarch64",
        EM_MICROBLAZE => "microblaze",
        EM_RISCV => "riscv",
        EM_BPF => "bpf",
        EM_CSKY => "csky",
        EM_LOONGARCH => "loongarch",
        EM_ALPHA => "alpha",
        _ => "machine " + machine.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
