using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Core.Btf;

/// <summary>
/// Makes a <see cref="TypeGraph"/> of BTF records: a count pass, then a fill pass straight into the columns. Ids stay those of the file.
/// </summary>
public static class BtfReader
{
    /// <summary>Reads all records. Cost: two passes over the records and a copy of the strings.</summary>
    /// <param name="file">The records.</param>
    /// <param name="baseGraph">The graph of <see cref="BtfFile.Base"/>; null exactly when the file has no base.</param>
    /// <param name="elfPointerSizeBytes">Pointer size that the containing ELF file says, 0 when there is none.</param>
    /// <param name="limits">Bounds to hold.</param>
    /// <exception cref="InvalidImageException">A record is broken, or the file does not fit its base.</exception>
    public static TypeGraph Read(BtfFile file, TypeGraph? baseGraph = null, int elfPointerSizeBytes = 0, ReaderLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.LooksSplit)
        {
            ThrowSplit(file);
        }

        TypeGraphCounts counts = Count(file, limits ?? ReaderLimits.Default);
        var builder = new TypeGraphBuilder(file.Path, file.Section, baseGraph, counts)
        {
            IsBigEndian = file.IsBigEndian,
            Origin = id => file.OffsetOf(id.Value),
        };
        builder.SetNames(file.Strings.IsEmpty && baseGraph is null ? [0] : file.Strings.ToArray());
        bool hasLong = baseGraph is { PointerSizeIsFromLong: true };
        builder.PointerSizeBytes = hasLong ? baseGraph!.PointerSizeBytes : elfPointerSizeBytes is 4 or 8 ? elfPointerSizeBytes : 8;
        builder.PointerSizeIsFromLong = hasLong;
        foreach (BtfRecord record in file)
        {
            Add(builder, file, record);
        }

        return baseGraph is null ? builder.Build() : BuildOver(builder, file);
    }

    private static TypeGraphCounts Count(BtfFile file, ReaderLimits limits)
    {
        int types = file.Base is null ? 1 : 0;
        long members = 0, enumerators = 0, parameters = 0, arrays = 0, entries = 0;
        foreach (BtfRecord record in file)
        {
            types++;
            switch (record.Kind)
            {
                case BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION:
                    members += record.Vlen;
                    break;
                case BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64:
                    enumerators += record.Vlen;
                    break;
                case BtfKind.BTF_KIND_FUNC_PROTO:
                    parameters += record.Vlen;
                    break;
                case BtfKind.BTF_KIND_ARRAY:
                    arrays++;
                    break;
                case BtfKind.BTF_KIND_DATASEC:
                    entries += record.Vlen;
                    break;
            }
        }

        if (types > limits.MaxTypes)
        {
            InvalidImageException.Throw(file.Path, file.Section, -1, $"{types} types; at most {limits.MaxTypes} are read");
        }

        // Each element has at least 8 bytes in a file of at most 2 GiB, so the sums fit.
        return new TypeGraphCounts(types, (int)members, (int)enumerators, (int)parameters, (int)arrays, (int)entries);
    }

    private static void Add(TypeGraphBuilder b, BtfFile file, BtfRecord r)
    {
        var name = new NameId(r.NameOffset);
        ReadOnlySpan<uint> p = r.Payload;
        switch (r.Kind)
        {
            case BtfKind.BTF_KIND_INT:
                b.AddInt(name, r.SizeOrType, (IntEncoding)(p[0] >> 24), (byte)(p[0] >> 16), (byte)p[0]);
                NotePointerSize(b, file, r);
                break;
            case BtfKind.BTF_KIND_PTR or BtfKind.BTF_KIND_TYPEDEF or BtfKind.BTF_KIND_VOLATILE or BtfKind.BTF_KIND_CONST
                or BtfKind.BTF_KIND_RESTRICT or BtfKind.BTF_KIND_TYPE_TAG:
                b.AddReference((TypeKind)r.Kind, name, new TypeId(r.SizeOrType), r.KindFlag);
                break;
            case BtfKind.BTF_KIND_ARRAY:
                b.AddArray(name, new TypeId(p[0]), new TypeId(p[1]), p[2]);
                break;
            case BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION:
                b.AddComposite((TypeKind)r.Kind, name, r.SizeOrType, r.KindFlag);
                AddMembers(b, p, r.KindFlag);
                break;
            case BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64:
                b.AddEnum((TypeKind)r.Kind, name, r.SizeOrType, r.KindFlag);
                AddEnumerators(b, p, r.Kind == BtfKind.BTF_KIND_ENUM64);
                break;
            case BtfKind.BTF_KIND_FWD:
                b.AddForward(name, r.KindFlag);
                break;
            case BtfKind.BTF_KIND_FUNC:
                b.AddFunction(name, new TypeId(r.SizeOrType), (uint)r.Vlen);
                break;
            case BtfKind.BTF_KIND_FUNC_PROTO:
                b.AddPrototype(name, new TypeId(r.SizeOrType));
                for (int i = 0; i < p.Length; i += 2)
                {
                    b.AddParameter(new NameId(p[i]), new TypeId(p[i + 1]));
                }

                break;
            case BtfKind.BTF_KIND_VAR:
                b.AddVariable(name, new TypeId(r.SizeOrType), p[0]);
                break;
            case BtfKind.BTF_KIND_DATASEC:
                b.AddDataSection(name, r.SizeOrType);
                for (int i = 0; i < p.Length; i += 3)
                {
                    b.AddSectionEntry(new TypeId(p[i]), p[i + 1], p[i + 2]);
                }

                break;
            case BtfKind.BTF_KIND_FLOAT:
                b.AddFloat(name, r.SizeOrType);
                break;
            case BtfKind.BTF_KIND_DECL_TAG:
                b.AddDeclTag(name, new TypeId(r.SizeOrType), (int)p[0], r.KindFlag);
                break;
            default:
                b.AddUnknown(name, (int)r.Kind);
                break;
        }
    }

    private static void AddMembers(TypeGraphBuilder b, ReadOnlySpan<uint> p, bool bitfields)
    {
        for (int i = 0; i + 2 < p.Length; i += 3)
        {
            uint offset = p[i + 2];
            b.AddMember(new NameId(p[i]), new TypeId(p[i + 1]), bitfields ? offset & 0xffffff : offset, bitfields ? offset >> 24 : 0);
        }
    }

    private static void AddEnumerators(TypeGraphBuilder b, ReadOnlySpan<uint> p, bool is64)
    {
        int step = is64 ? 3 : 2;
        for (int i = 0; i + step <= p.Length; i += step)
        {
            long value = is64 ? (long)(p[i + 1] | ((ulong)p[i + 2] << 32)) : (int)p[i + 1];
            b.AddEnumerator(new NameId(p[i]), value);
        }
    }

    // "long" in any of its spellings says how wide a pointer is (libbpf's rule; the ELF class may be that of a BPF object).
    private static void NotePointerSize(TypeGraphBuilder b, BtfFile file, BtfRecord r)
    {
        if (b.PointerSizeIsFromLong || r.SizeOrType is not (4 or 8))
        {
            return;
        }

        // No spelling is longer than "long unsigned int"; reading more of a name would be quadratic where many records share a long one.
        ReadOnlySpan<byte> name = file.StringPrefix(r.NameOffset, 32);

        int longs = 0, ints = 0, unsigneds = 0, others = 0;
        foreach (Range word in name.Split((byte)' '))
        {
            ReadOnlySpan<byte> w = name[word];
            _ = w.SequenceEqual("long"u8) ? longs++ : w.SequenceEqual("int"u8) ? ints++
                : w.SequenceEqual("unsigned"u8) ? unsigneds++ : others++;
        }

        if (longs == 1 && ints <= 1 && unsigneds <= 1 && others == 0)
        {
            b.PointerSizeBytes = (int)r.SizeOrType;
            b.PointerSizeIsFromLong = true;
        }
    }

    private static TypeGraph BuildOver(TypeGraphBuilder builder, BtfFile file)
    {
        BtfFile baseFile = file.Base!;
        string? misfit = FirstNameInsideAString(file);
        TypeGraph? graph = null;
        if (misfit is null)
        {
            try
            {
                graph = builder.Build();
            }
            catch (InvalidImageException e)
            {
                misfit = e.Rule;
            }
        }

        if (graph is null)
        {
            InvalidImageException.Throw(file.Path, file.Section, -1,
                $"does not fit its base {baseFile.Path} ({baseFile.EndId - 1} types): {misfit}; it was made for another kernel build, give that one with --base");
        }

        return graph;
    }

    // A name of split BTF begins where a string begins; with the wrong base it falls inside one. Returns what is wrong, or null.
    private static string? FirstNameInsideAString(BtfFile file)
    {
        uint end = file.FirstName + (uint)file.Strings.Length;
        foreach (BtfRecord record in file)
        {
            uint name = record.NameOffset;
            if (name >= end)
            {
                return $"type {record.Id} has a name at string offset {name}, strings end at {end}";
            }

            if (name != 0 && name != file.FirstName && ByteBefore(file, name) != 0)
            {
                return $"type {record.Id} has a name at string offset {name}, where no string begins";
            }
        }

        return null;
    }

    private static byte ByteBefore(BtfFile file, uint name)
    {
        while (name - 1 < file.FirstName)
        {
            file = file.Base!;
        }

        return file.Strings[(int)(name - 1 - file.FirstName)];
    }

    private static void ThrowSplit(BtfFile file)
    {
        uint last = 0;
        uint records = 0;
        foreach (BtfRecord record in file)
        {
            records++;
            if (record.Kind is BtfKind.BTF_KIND_PTR or BtfKind.BTF_KIND_CONST or BtfKind.BTF_KIND_TYPEDEF)
            {
                last = Math.Max(last, record.SizeOrType);
            }
        }

        InvalidImageException.Throw(file.Path, file.Section, -1,
            $"split BTF: its {records} types refer to types up to {last} of a base; give that with --base (for a module, the vmlinux it was built with)");
    }
}
