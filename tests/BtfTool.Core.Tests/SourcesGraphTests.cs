using System.Buffers.Binary;
using BtfTool.Core.Btf;
using BtfTool.Core.Diagnostics;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests;

public class SourcesGraphTests
{
    // Records of every kind with a name each from the start of the strings.
    private static readonly uint[] s_words =
    [
        1, 1u << 24, 4, 0x01000020, 0, 2u << 24, 1, 0, 3u << 24, 0, 1, 1, 7, 1, 4u << 24 | 1, 4, 1, 1, 0, 1, 1u << 31 | 5u << 24 | 1, 4, 1, 1,
        3u << 24 | 5, 1, 1u << 31 | 6u << 24 | 1, 4, 1, 0xffffffff, 1, 1u << 31 | 7u << 24, 0, 1, 8u << 24, 1, 0, 9u << 24, 1, 0, 10u << 24, 1,
        0, 11u << 24, 2, 1, 12u << 24 | 1, 13, 0, 13u << 24 | 2, 1, 1, 1, 0, 0, 1, 14u << 24, 1, 1, 1, 15u << 24 | 1, 4, 14, 0, 4,
        1, 16u << 24, 8, 1, 1u << 31 | 17u << 24, 4, 0, 1, 1u << 31 | 18u << 24, 1, 1, 19u << 24 | 1, 8, 1, 5, 6,
    ];

    private static byte[] Btf(uint[] words, bool bigEndian)
    {
        byte[] names = "\0a\0"u8.ToArray();
        byte[] bytes = new byte[24 + (4 * words.Length) + names.Length];
        uint[] all = [0, 24, 0, 4 * (uint)words.Length, 4 * (uint)words.Length, (uint)names.Length, .. words];
        for (int i = 0; i < all.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), bigEndian ? BinaryPrimitives.ReverseEndianness(all[i]) : all[i]);
        }

        (bytes[0], bytes[1], bytes[2]) = bigEndian ? ((byte)0xeb, (byte)0x9f, (byte)1) : ((byte)0x9f, (byte)0xeb, (byte)1);
        names.CopyTo(bytes, bytes.Length - names.Length);
        return bytes;
    }

    private static void ShouldHaveTheRecords(TypeGraph graph, BtfFile file)
    {
        graph.TypeCount.ShouldBe((int)file.EndId);
        foreach (BtfRecord record in file)
        {
            TypeView type = graph[new TypeId(record.Id)];
            string wrong = Difference(type, record);
            if (wrong.Length > 0)
            {
                Assert.Fail($"type {record.Id} ({record.Kind}): {wrong}");
            }
        }
    }

    private static string Difference(TypeView type, BtfRecord record)
    {
        ReadOnlySpan<uint> p = record.Payload;
        bool hasFlag = record.Kind is BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION or BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64
            or BtfKind.BTF_KIND_FWD or BtfKind.BTF_KIND_DECL_TAG or BtfKind.BTF_KIND_TYPE_TAG;
        if ((int)type.Kind != (int)record.Kind || type.NameId.Value != record.NameOffset || type.Flag != (hasFlag && record.KindFlag))
        {
            return "kind, name or flag";
        }

        bool same = record.Kind switch
        {
            BtfKind.BTF_KIND_INT => type.SizeBytes == record.SizeOrType && (uint)type.IntEncoding == p[0] >> 24
                && type.IntBits == (int)(p[0] & 0xffff) && type.IntBitOffset == (int)((p[0] >> 16) & 0xff),
            BtfKind.BTF_KIND_ARRAY => type.Target.Value == p[0] && type.IndexType.Value == p[1] && type.ElementCount == p[2],
            BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION => type.SizeBytes == record.SizeOrType && HasMembers(type, record),
            BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64 => type.SizeBytes == record.SizeOrType && HasEnumerators(type, record),
            BtfKind.BTF_KIND_FUNC_PROTO => type.Target.Value == record.SizeOrType && HasParameters(type, record),
            BtfKind.BTF_KIND_FUNC => type.Target.Value == record.SizeOrType && type.Linkage == record.Vlen,
            BtfKind.BTF_KIND_VAR => type.Target.Value == record.SizeOrType && type.Linkage == p[0],
            BtfKind.BTF_KIND_DATASEC => type.SizeBytes == record.SizeOrType && type.Entries.Count == record.Vlen
                && type.Entries[^1].Type.Value == p[^3] && type.Entries[^1].OffsetBytes == p[^2] && type.Entries[^1].SizeBytes == p[^1],
            BtfKind.BTF_KIND_FLOAT => type.SizeBytes == record.SizeOrType,
            BtfKind.BTF_KIND_DECL_TAG => type.Target.Value == record.SizeOrType && type.ComponentIndex == (int)p[0],
            BtfKind.BTF_KIND_FWD => type.SizeBytes == 0 && type.Target.IsVoid,
            _ => type.Target.Value == record.SizeOrType,
        };
        return same ? "" : "what follows the name";
    }

    private static bool HasMembers(TypeView type, BtfRecord record)
    {
        bool same = type.Members.Count == record.Vlen;
        for (int i = 0; same && i < record.Vlen; i++)
        {
            MemberView m = type.Members[i];
            uint offset = record.Payload[(3 * i) + 2];
            same = m.NameId.Value == record.Payload[3 * i] && m.Type.Value == record.Payload[(3 * i) + 1]
                && m.BitOffset == (record.KindFlag ? offset & 0xffffff : offset) && m.BitSize == (record.KindFlag ? offset >> 24 : 0);
        }

        return same;
    }

    private static bool HasEnumerators(TypeView type, BtfRecord record)
    {
        ReadOnlySpan<uint> p = record.Payload;
        bool is64 = record.Kind == BtfKind.BTF_KIND_ENUM64;
        bool same = type.Enumerators.Count == record.Vlen;
        for (int i = 0; same && i < record.Vlen; i++)
        {
            int at = i * (is64 ? 3 : 2);
            long value = is64 ? (long)(((ulong)p[at + 2] << 32) | p[at + 1]) : (int)p[at + 1];
            same = type.Enumerators[i].NameId.Value == p[at] && type.Enumerators[i].Value == value;
        }

        return same;
    }

    private static bool HasParameters(TypeView type, BtfRecord record)
    {
        bool same = type.Parameters.Count == record.Vlen;
        for (int i = 0; same && i < record.Vlen; i++)
        {
            same = type.Parameters[i].NameId.Value == record.Payload[2 * i] && type.Parameters[i].Type.Value == record.Payload[(2 * i) + 1];
        }

        return same;
    }

    [Theory]
    [InlineData("oracle/linux-6.1/vmlinux.btf.gz")]
    [InlineData("oracle/linux-6.18/vmlinux.btf.gz")]
    public void The_graph_of_a_kernel_has_what_its_records_have(string fixture)
    {
        BtfFile file = BtfFile.Parse(fixture, "BTF", ByteRegion.FromBytes(Fixtures.Read(fixture)));

        ShouldHaveTheRecords(BtfReader.Read(file), file);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_kind_is_read_in_both_byte_orders(bool bigEndian)
    {
        BtfFile file = BtfFile.Parse("a", "BTF", ByteRegion.FromBytes(Btf(s_words, bigEndian)));

        file.RecordCount.ShouldBe(19);
        ShouldHaveTheRecords(BtfReader.Read(file), file);
    }

    [Fact]
    public void Any_changed_byte_gives_a_result_or_a_clear_error()
    {
        byte[] whole = Btf(s_words, bigEndian: false);
        for (int at = 0; at < whole.Length; at++)
        {
            foreach (byte value in (byte[])[0, 1, 3, 13, 19, 0x20, 0x7f, 0x80, 0xff])
            {
                byte[] changed = [.. whole];
                changed[at] = value;
                try
                {
                    _ = BtfReader.Read(BtfFile.Parse("a", "BTF", ByteRegion.FromBytes(changed)));
                }
                catch (InvalidImageException)
                {
                    // One of the two answers that are allowed.
                }
            }
        }
    }

    [Fact]
    public void A_builder_that_was_told_no_counts_grows()
    {
        var builder = new TypeGraphBuilder("a", "", null);
        builder.SetNames("\0a\0"u8.ToArray());
        TypeId number = builder.AddInt(new NameId(1), 4, IntEncoding.Signed, 0, 32);
        for (uint i = 0; i < 1000; i++)
        {
            builder.AddComposite(TypeKind.Struct, new NameId(1), 8);
            builder.AddMember(new NameId(1), number, 0, 0);
            builder.AddMember(new NameId(1), number, 32, 0, declaredAlignmentBytes: i == 700 ? 4u : 0);
            if (i == 900)
            {
                builder.SetDeclaredAlignment(16);
            }
        }

        TypeGraph graph = builder.Build();

        graph.TypeCount.ShouldBe(1002);
        graph.Has(Facet.DeclaredAlignment).ShouldBeTrue();
        graph[new TypeId(702)].Members[1].DeclaredAlignmentBytes.ShouldBe(4u);
        graph[new TypeId(701)].Members[1].DeclaredAlignmentBytes.ShouldBe(0u);
        graph[new TypeId(902)].DeclaredAlignmentBytes.ShouldBe(16u);
        graph[new TypeId(1001)].Members[1].BitOffset.ShouldBe(32ul);
    }
}
