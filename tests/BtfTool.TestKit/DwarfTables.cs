namespace BtfTool.TestKit;

/// <summary>The sections beside the units: each unit has a part of each, and is told where it begins.</summary>
internal sealed class DwarfTables(bool bigEndian)
{
    private const ushort DW_LNCT_path = 1;
    private const ushort DW_LNCT_directory_index = 2;

    public DwarfBytes Abbreviations { get; } = new(bigEndian);

    public DwarfBytes Lines { get; } = new(bigEndian);

    public DwarfBytes StringOffsets { get; } = new(bigEndian);

    public DwarfBytes Addresses { get; } = new(bigEndian);

    public void Add(DwarfUnitDraft unit)
    {
        AddAbbreviations(unit);
        AddStringOffsets(unit);
        AddAddresses(unit);
        if (unit.Files.Count > 0)
        {
            unit.TableOffsets[".debug_line"] = (ulong)Lines.Length;
            AddLines(unit);
        }
    }

    private void AddAbbreviations(DwarfUnitDraft unit)
    {
        unit.AbbreviationsOffset = Abbreviations.Length;
        foreach (Action<DwarfBytes> write in unit.AbbreviationWriters)
        {
            write(Abbreviations);
        }

        if (unit.AbbreviationsOf is null)
        {
            Abbreviations.Raw([0]);
        }
    }

    private void AddStringOffsets(DwarfUnitDraft unit)
    {
        if (unit.StringOffsets.Count == 0)
        {
            return;
        }

        if (!unit.WithoutStringOffsetsHeader)
        {
            StringOffsets.InitialLength((ulong)(4 + (unit.StringOffsets.Count * unit.OffsetBytes)), unit.IsDwarf64);
            StringOffsets.Integer(5, 2);
            StringOffsets.Integer(0, 2);
        }

        unit.TableOffsets[".debug_str_offsets"] = (ulong)StringOffsets.Length;
        foreach (ulong place in unit.StringOffsets)
        {
            StringOffsets.Offset(place, unit.OffsetBytes, ".debug_str");
        }
    }

    private void AddAddresses(DwarfUnitDraft unit)
    {
        if (unit.Addresses.Count == 0)
        {
            return;
        }

        Addresses.InitialLength((ulong)(4 + (unit.Addresses.Count * unit.AddressBytes)), unit.IsDwarf64);
        Addresses.Integer(5, 2);
        Addresses.Integer((ulong)unit.AddressBytes, 1);
        Addresses.Integer(0, 1);
        unit.TableOffsets[".debug_addr"] = (ulong)Addresses.Length;
        foreach (ulong address in unit.Addresses)
        {
            Addresses.Integer(address, unit.AddressBytes);
        }
    }

    // A header with the files and no program (DWARF 5 §6.2.4).
    private void AddLines(DwarfUnitDraft unit)
    {
        var files = new DwarfBytes(bigEndian);
        if (unit.Version >= 5)
        {
            AddFiles5(unit, files);
        }
        else
        {
            files.Raw([0]);
            foreach (string file in unit.Files)
            {
                files.Text(file);
                files.Raw([0, 0, 0]);
            }

            files.Raw([0]);
        }

        var header = new DwarfBytes(bigEndian);
        header.Integer(1, 1);
        if (unit.Version >= 4)
        {
            header.Integer(1, 1);
        }

        // default_is_stmt, line_base -5, line_range, opcode_base, lengths of the standard operations.
        header.Raw([1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]);
        header.Raw(files.ToArray());
        int fixedBytes = 2 + (unit.Version >= 5 ? 2 : 0) + unit.OffsetBytes;
        Lines.InitialLength((ulong)(fixedBytes + header.Length), unit.IsDwarf64);
        Lines.Integer((ulong)unit.Version, 2);
        if (unit.Version >= 5)
        {
            Lines.Integer((ulong)unit.AddressBytes, 1);
            Lines.Integer(0, 1);
        }

        Lines.Integer((ulong)header.Length, unit.OffsetBytes);
        Lines.Raw(header.ToArray());
    }

    private static void AddFiles5(DwarfUnitDraft unit, DwarfBytes files)
    {
        files.Integer(1, 1);
        files.Unsigned(DW_LNCT_path);
        files.Unsigned(Dw.DW_FORM_string);
        files.Unsigned(1);
        files.Text("/src");
        files.Integer(2, 1);
        files.Unsigned(DW_LNCT_path);
        files.Unsigned(Dw.DW_FORM_string);
        files.Unsigned(DW_LNCT_directory_index);
        files.Unsigned(Dw.DW_FORM_udata);
        files.Unsigned((ulong)unit.Files.Count);
        foreach (string file in unit.Files)
        {
            files.Text(file);
            files.Unsigned(0);
        }
    }
}
