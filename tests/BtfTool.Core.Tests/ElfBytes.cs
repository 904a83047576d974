using System.Buffers.Binary;
using System.Text;

namespace BtfTool.Core.Tests;

/// <summary>Puts sections into the smallest ELF file that holds them.</summary>
internal sealed class ElfBytes(bool is64 = true, bool bigEndian = false)
{
    private readonly List<(string Name, uint Type, ulong Flags, byte[] Bytes)> _sections = [("", 0, 0, [])];

    /// <summary>Puts the section count and name index into the empty section, as files with very many sections do.</summary>
    public bool ExtendedNumbering { get; init; }

    public ElfBytes Section(string name, byte[] bytes, uint type = 1, ulong flags = 0)
    {
        _sections.Add((name, type, flags, bytes));
        return this;
    }

    /// <summary>A section with a gABI compression header before its bytes.</summary>
    public ElfBytes Compressed(string name, uint algorithm, ulong sizeBytes, byte[] payload)
    {
        var header = new MemoryStream();
        U32(header, algorithm);
        if (is64)
        {
            U32(header, 0);
        }

        Word(header, sizeBytes);
        Word(header, 1);
        header.Write(payload);
        return Section(name, header.ToArray(), flags: 0x800);
    }

    public byte[] Build()
    {
        var names = new MemoryStream();
        var nameOffsets = new List<uint>();
        _sections.Add((".shstrtab", 3, 0, []));
        foreach (var section in _sections)
        {
            nameOffsets.Add((uint)names.Length);
            names.Write(Encoding.UTF8.GetBytes(section.Name + "\0"));
        }

        _sections[^1] = (".shstrtab", 3, 0, names.ToArray());
        int headerBytes = is64 ? 64 : 52;
        ulong sectionsAt = (ulong)(headerBytes + _sections.Sum(s => s.Type == 8 ? 0 : s.Bytes.Length));
        var file = new MemoryStream();
        WriteHeader(file, sectionsAt, headerBytes);
        foreach (var section in _sections.Where(s => s.Type != 8))
        {
            file.Write(section.Bytes);
        }

        ulong at = (ulong)headerBytes;
        for (int i = 0; i < _sections.Count; i++)
        {
            var (_, type, flags, bytes) = _sections[i];
            bool extended = ExtendedNumbering && i == 0;
            ulong size = extended ? (ulong)_sections.Count : (ulong)bytes.Length;
            WriteSectionHeader(file, nameOffsets[i], type, flags, at, size, extended ? (uint)_sections.Count - 1 : 0);
            at += type == 8 ? 0 : (ulong)bytes.Length;
        }

        _sections.RemoveAt(_sections.Count - 1);
        return file.ToArray();
    }

    private void WriteHeader(MemoryStream file, ulong sectionsAt, int headerBytes)
    {
        file.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(is64 ? 2 : 1), (byte)(bigEndian ? 2 : 1), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        U16(file, 1);
        U16(file, 62);
        U32(file, 1);
        Word(file, 0);
        Word(file, 0);
        Word(file, sectionsAt);
        U32(file, 0);
        U16(file, (ushort)headerBytes);
        U16(file, 0);
        U16(file, 0);
        U16(file, (ushort)(is64 ? 64 : 40));
        U16(file, (ushort)(ExtendedNumbering ? 0 : _sections.Count));
        U16(file, (ushort)(ExtendedNumbering ? 0xffff : _sections.Count - 1));
    }

    private void WriteSectionHeader(MemoryStream file, uint name, uint type, ulong flags, ulong offset, ulong size, uint link)
    {
        U32(file, name);
        U32(file, type);
        Word(file, flags);
        Word(file, 0);
        Word(file, offset);
        Word(file, size);
        U32(file, link);
        U32(file, 0);
        Word(file, 1);
        Word(file, 0);
    }

    private void U16(Stream to, ushort value) => to.Write(BitConverter.GetBytes(Order(value)));

    private void U32(Stream to, uint value) => to.Write(BitConverter.GetBytes(bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value));

    private void Word(Stream to, ulong value)
    {
        if (!is64)
        {
            U32(to, (uint)value);
            return;
        }

        to.Write(BitConverter.GetBytes(bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value));
    }

    private ushort Order(ushort value) => bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
