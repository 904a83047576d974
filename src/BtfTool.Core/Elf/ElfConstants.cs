namespace BtfTool.Core.Elf;

/// <summary>What kind of ELF file it is (gABI: e_type). Other values may occur and are kept.</summary>
public enum ElfFileType : ushort
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
public enum ElfSectionType : uint
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
}

/// <summary>Flags of a section (gABI: sh_flags); the ones that readers ask for. Other bits may occur and are kept.</summary>
[Flags]
public enum ElfSectionFlags : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Loaded into memory.</summary>
    SHF_ALLOC = 0x2,

    /// <summary>Begins with a compression header (gABI: Elf32_Chdr, Elf64_Chdr).</summary>
    SHF_COMPRESSED = 0x800,
}
