using System.Runtime.InteropServices;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using static BtfTool.Core.Dwarf.DwarfConstants;

namespace BtfTool.Core.Dwarf;

/// <summary>
/// The source files that the header of a line table lists (DWARF 2 to 4 §6.2.4, DWARF 5 §6.2.4.1), which DW_AT_decl_file counts.
/// Reused from table to table. The program of the table is not read.
/// </summary>
internal sealed class LineFiles
{
    // Tables may overlap and be shared; each byte is read so many times at most, or many small units could make this quadratic.
    private const long Repeats = 64;
    private const long SlackBytes = 1 << 20;
    private const int MostFields = 255;

    private readonly DwarfFile _file;
    private readonly List<Field> _format = [];
    private RowList<Entry> _directories = new(64);
    private RowList<Entry> _files = new(256);
    private ByteRegion _section;
    private DwarfUnit _unit;
    private ulong _stringOffsetsBase;
    private long _offset;
    private long _bytesRead;
    private bool _is64;
    private int _version;

    internal LineFiles(DwarfFile file) => _file = file;

    /// <summary>Reads the header of a table. Cost: its bytes.</summary>
    /// <param name="unit">The unit that refers to it.</param>
    /// <param name="offset">DW_AT_stmt_list.</param>
    /// <param name="stringOffsetsBase">Where the unit's part of <c>.debug_str_offsets</c> begins.</param>
    /// <exception cref="InvalidImageException">The table is damaged, and is not to be asked for files.</exception>
    internal void Read(in DwarfUnit unit, ulong offset, ulong stringOffsetsBase)
    {
        _directories.Count = _files.Count = 0;
        _version = 0;
        _unit = unit;
        _stringOffsetsBase = stringOffsetsBase;
        _section = _file.Sections.Lines;
        if (offset >= (ulong)Math.Min(_section.Length, int.MaxValue))
        {
            InvalidImageException.Throw(_file.Path, ".debug_line", (long)Math.Min(offset, long.MaxValue),
                $"the unit's line table begins behind the end of the section, which has {_section.Length} bytes");
        }

        _offset = (long)offset;
        if (_bytesRead > (Repeats * _section.Length) + SlackBytes)
        {
            Fail("the line tables overlap too often to be read");
        }

        // From the start of the section, so that messages say where in it.
        var reader = new SpanReader(_section.Span(0, (int)Math.Min(_section.Length, int.MaxValue)), _file.IsBigEndian, _file.Path, ".debug_line");
        reader.Skip((int)_offset);
        try
        {
            ReadHeader(ref reader);
        }
        finally
        {
            _bytesRead += reader.Position - _offset;
        }
    }

    /// <summary>
    /// The path of a file: its name, behind its directory unless it is absolute. The directory of the compilation is put before what is
    /// relative to it alone (directory 0), so that paths below an include directory stay as the compiler was given them. Empty for
    /// number 0 before DWARF 5, which means none.
    /// </summary>
    /// <param name="index">DW_AT_decl_file: from 1 on before version 5 of the table, from 0 on since.</param>
    /// <param name="compilationDirectory">DW_AT_comp_dir.</param>
    /// <exception cref="InvalidImageException">There is no such file or directory, or its name is damaged or too long.</exception>
    internal byte[] PathOf(ulong index, ReadOnlySpan<byte> compilationDirectory)
    {
        ulong first = _version >= 5 ? 0u : 1u;
        if (index < first)
        {
            return [];
        }

        if (index - first >= (ulong)_files.Count)
        {
            Fail($"a declaration is in file {index}, and the table has {_files.Count}");
        }

        Entry file = _files[(int)(index - first)];
        ReadOnlySpan<byte> name = NameOf(file);
        if (IsAbsolute(name))
        {
            return name.ToArray();
        }

        if (file.Directory == 0 && _version < 5)
        {
            return Join(compilationDirectory, name);
        }

        if (file.Directory - first >= (ulong)_directories.Count)
        {
            Fail($"file {index} is in directory {file.Directory}, and the table has {_directories.Count}");
        }

        ReadOnlySpan<byte> directory = NameOf(_directories[(int)(file.Directory - first)]);
        byte[] path = Join(directory, name);
        return file.Directory == 0 && !IsAbsolute(directory) ? Join(compilationDirectory, path) : path;
    }

    private void ReadHeader(ref SpanReader reader)
    {
        ulong length = reader.ReadU32();
        _is64 = length == 0xffffffff;
        length = _is64 ? reader.ReadU64() : length;
        if (length > (ulong)reader.Remaining)
        {
            reader.Fail($"a line table of {length} bytes, {reader.Remaining} remain");
        }

        int version = reader.ReadU16();
        if (version is < 2 or > 5)
        {
            reader.Fail($"a line table of version {version}; 2 to 5 are read");
        }

        reader.Skip(version >= 5 ? 2 : 0);
        ulong headerBytes = reader.ReadWord(_is64);
        if (headerBytes > (ulong)reader.Remaining)
        {
            reader.Fail($"a header of {headerBytes} bytes, {reader.Remaining} remain");
        }

        // Lengths and bounds of instructions; then the number of operands of each standard operation.
        reader.Skip(version >= 4 ? 5 : 4);
        reader.Skip(Math.Max(0, reader.ReadU8() - 1));
        if (version >= 5)
        {
            ReadEntries(ref reader, ref _directories);
            ReadEntries(ref reader, ref _files);
        }
        else
        {
            ReadStrings(ref reader);
        }

        _version = version;
    }

    private void ReadStrings(ref SpanReader reader)
    {
        while (ReadInline(ref reader) is var directory && directory.LengthBytes > 0)
        {
            _directories.Add(directory);
        }

        while (ReadInline(ref reader) is var file && file.LengthBytes > 0)
        {
            file.Directory = ReadUleb(ref reader);
            _ = ReadUleb(ref reader);
            _ = ReadUleb(ref reader);
            _files.Add(file);
        }
    }

    private void ReadEntries(ref SpanReader reader, ref RowList<Entry> entries)
    {
        _format.Clear();
        int fields = reader.ReadU8();
        for (int i = 0; i < fields && i < MostFields; i++)
        {
            _format.Add(FieldOf(ref reader));
        }

        ulong count = ReadUleb(ref reader);
        if (count > (ulong)reader.Remaining)
        {
            reader.Fail($"{count} entries in {reader.Remaining} bytes");
        }

        for (ulong i = 0; i < count; i++)
        {
            var entry = new Entry();
            foreach (ref readonly Field field in CollectionsMarshal.AsSpan(_format))
            {
                ulong value = 0;
                if (field.Op == StepOp.InlineString)
                {
                    Entry inline = ReadInline(ref reader);
                    value = inline.Place;
                    entry.LengthBytes = field.Content == DW_LNCT_path ? inline.LengthBytes : entry.LengthBytes;
                }
                else
                {
                    value = ReadValue(ref reader, field);
                }

                if (field.Content == DW_LNCT_path)
                {
                    entry.Place = value;
                    entry.Class = field.Class;
                }
                else if (field.Content == DW_LNCT_directory_index)
                {
                    entry.Directory = value;
                }
            }

            entries.Add(entry);
        }
    }

    private static Entry ReadInline(ref SpanReader reader)
    {
        int at = reader.Position;
        while (reader.ReadU8() != 0)
        {
        }

        return new Entry { Place = (ulong)at, LengthBytes = reader.Position - 1 - at, Class = ValueClass.InfoString };
    }

    // Any form, of which the values that are numbers are taken; a table may say of its files what only its maker knows.
    private Field FieldOf(ref SpanReader reader)
    {
        ulong content = ReadUleb(ref reader);
        ulong form = ReadUleb(ref reader);
        var step = new AbbreviationStep();
        int bytes = DwarfForms.Describe(form, _unit with { Is64 = _is64 }, ref step);
        if (bytes == DwarfForms.Unknown || step.Op is StepOp.Indirect || form == DW_FORM_implicit_const)
        {
            reader.Fail($"form 0x{form:x} in a line table");
        }

        return new Field(content, step.Op, step.Class, bytes);
    }

    private ulong ReadValue(ref SpanReader reader, in Field field)
    {
        switch (field.Op)
        {
            case StepOp.Block1 or StepOp.Block2 or StepOp.Block4 or StepOp.BlockUleb:
                ulong length = field.Op switch
                {
                    StepOp.Block1 => reader.ReadU8(),
                    StepOp.Block2 => reader.ReadU16(),
                    StepOp.Block4 => reader.ReadU32(),
                    _ => ReadUleb(ref reader),
                };
                reader.Skip((int)Math.Min(length, int.MaxValue));
                return 0;
            case StepOp.Uleb or StepOp.Sleb:
                return ReadUleb(ref reader);
            case StepOp.Implicit:
                return 1;
            default:
                return ReadFixed(ref reader, field.SizeBytes);
        }
    }

    private ulong ReadFixed(ref SpanReader reader, int bytes)
    {
        switch (bytes)
        {
            case 1:
                return reader.ReadU8();
            case 2:
                return reader.ReadU16();
            case 3:
                uint a = reader.ReadU8(), b = reader.ReadU8(), c = reader.ReadU8();
                return _file.IsBigEndian ? (a << 16) | (b << 8) | c : (c << 16) | (b << 8) | a;
            case 4:
                return reader.ReadU32();
            case 8:
                return reader.ReadU64();
            default:
                reader.Skip(bytes);
                return 0;
        }
    }

    private static ulong ReadUleb(ref SpanReader reader)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = reader.ReadU8();
            value |= shift < 64 ? (ulong)(b & 0x7f) << shift : 0;
            if (b < 0x80)
            {
                return value;
            }
        }
    }

    private ReadOnlySpan<byte> NameOf(in Entry entry)
    {
        switch (entry.Class)
        {
            case ValueClass.InfoString:
                return Terminated(_section, entry.Place);
            case ValueClass.LineString:
                return Terminated(_file.Sections.LineStrings, entry.Place);
            case ValueClass.String:
                return Terminated(_file.Sections.Strings, entry.Place);
            case ValueClass.StringIndex:
                ulong bytes = _unit.Is64 ? 8u : 4u;
                ByteRegion offsets = _file.Sections.StringOffsets;
                ulong room = _stringOffsetsBase < (ulong)offsets.Length ? (ulong)offsets.Length - _stringOffsetsBase : 0;
                if (entry.Place >= room / bytes)
                {
                    Fail($"name {entry.Place} is not in .debug_str_offsets, which has {offsets.Length} bytes");
                }

                var reader = new SpanReader(offsets.Span((long)(_stringOffsetsBase + (entry.Place * bytes)), (int)bytes),
                    _file.IsBigEndian, _file.Path, ".debug_str_offsets");
                return Terminated(_file.Sections.Strings, reader.ReadWord(_unit.Is64));
            default:
                return default;
        }
    }

    private ReadOnlySpan<byte> Terminated(ByteRegion section, ulong at)
    {
        if (at >= (ulong)section.Length)
        {
            Fail($"the name of a file at 0x{at:x} lies behind the end of its section");
        }

        int most = _file.Limits.MaxNameBytes;
        ReadOnlySpan<byte> rest = section.Span((long)at, (int)Math.Min(section.Length - (long)at, most + 1L));
        int end = rest.IndexOf((byte)0);
        if (end < 0)
        {
            Fail($"the name of a file does not end within {rest.Length} bytes");
        }

        return rest[..end];
    }

    private static bool IsAbsolute(ReadOnlySpan<byte> path) =>
        path.Length > 0 && (path[0] is (byte)'/' or (byte)'\\' || (path.Length > 1 && path[1] == ':'));

    private static byte[] Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name)
    {
        bool needsSlash = directory.Length > 0 && directory[^1] is not ((byte)'/' or (byte)'\\');
        byte[] path = new byte[directory.Length + (needsSlash ? 1 : 0) + name.Length];
        directory.CopyTo(path);
        if (needsSlash)
        {
            path[directory.Length] = (byte)'/';
        }

        name.CopyTo(path.AsSpan(path.Length - name.Length));
        return path;
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private void Fail(string rule) => InvalidImageException.Throw(_file.Path, ".debug_line", _offset, rule);

    /// <summary>What an entry says of a file, and how.</summary>
    private readonly record struct Field(ulong Content, StepOp Op, ValueClass Class, int SizeBytes);

    /// <summary>A file or a directory: where its name is, by class, and the number of its directory.</summary>
    private struct Entry
    {
        internal ulong Place;
        internal ulong Directory;
        internal int LengthBytes;
        internal ValueClass Class;
    }
}
