using System.Globalization;

namespace BtfTool.Core.Dwarf;

/// <summary>Source languages by DW_AT_language (DWARF 5 table 7.17, and the vendors' numbers).</summary>
internal static class DwarfLanguages
{
    /// <summary>The name of a language, <c>language 0x...</c> for one that is not known.</summary>
    public static string NameOf(int language) => language switch
    {
        0x01 => "C89",
        0x02 => "C",
        0x03 => "Ada83",
        0x04 => "C++",
        0x08 => "Fortran90",
        0x0b => "Java",
        0x0c => "C99",
        0x0d => "Ada95",
        0x0e => "Fortran95",
        0x10 => "Objective-C",
        0x11 => "Objective-C++",
        0x13 => "D",
        0x14 => "Python",
        0x15 => "OpenCL",
        0x16 => "Go",
        0x1a => "C++11",
        0x1b => "OCaml",
        0x1c => "Rust",
        0x1d => "C11",
        0x1e => "Swift",
        0x1f => "Julia",
        0x21 => "C++14",
        0x22 => "Fortran03",
        0x23 => "Fortran08",
        0x27 => "Zig",
        0x2a => "C++17",
        0x2b => "C++20",
        0x2c => "C17",
        0x3a => "C++23",
        0x3e => "C23",
        0x8001 => "assembler",
        0 => "no language",
        _ => "language 0x" + language.ToString("x", CultureInfo.InvariantCulture),
    };

    /// <summary>True for C in any of its versions.</summary>
    public static bool IsC(int language) => language is 0x01 or 0x02 or 0x0c or 0x1d or 0x2c or 0x3e;

    /// <summary>True for C++ in any of its versions.</summary>
    public static bool IsCPlusPlus(int language) => language is 0x04 or 0x1a or 0x21 or 0x2a or 0x2b or 0x3a;

    /// <summary>True for assembler, whose units have no types.</summary>
    internal static bool IsAssembler(int language) => language == 0x8001;
}
