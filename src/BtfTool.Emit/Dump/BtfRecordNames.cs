using BtfTool.Core.Btf;

namespace BtfTool.Emit.Dump;

/// <summary>What bpftool calls the numbers of records, in text and in JSON (observed: bpftool 7.8).</summary>
internal static class BtfRecordNames
{
    /// <summary>An integer's encoding: the four bits of btf.rst, BTF_KIND_INT.</summary>
    public static ReadOnlySpan<byte> OfEncoding(uint encoding) => encoding switch
    {
        0 => "(none)"u8,
        1 => "SIGNED"u8,
        2 => "CHAR"u8,
        4 => "BOOL"u8,
        _ => "UNKN"u8,
    };

    /// <summary>A function's or variable's.</summary>
    public static ReadOnlySpan<byte> OfLinkage(uint linkage) => linkage switch
    {
        0 => "static"u8,
        1 => "global"u8,
        2 => "extern"u8,
        _ => "(unknown)"u8,
    };

    /// <summary>A record's kind.</summary>
    public static ReadOnlySpan<byte> OfKind(BtfKind kind) => kind switch
    {
        BtfKind.BTF_KIND_INT => "INT"u8,
        BtfKind.BTF_KIND_PTR => "PTR"u8,
        BtfKind.BTF_KIND_ARRAY => "ARRAY"u8,
        BtfKind.BTF_KIND_STRUCT => "STRUCT"u8,
        BtfKind.BTF_KIND_UNION => "UNION"u8,
        BtfKind.BTF_KIND_ENUM => "ENUM"u8,
        BtfKind.BTF_KIND_FWD => "FWD"u8,
        BtfKind.BTF_KIND_TYPEDEF => "TYPEDEF"u8,
        BtfKind.BTF_KIND_VOLATILE => "VOLATILE"u8,
        BtfKind.BTF_KIND_CONST => "CONST"u8,
        BtfKind.BTF_KIND_RESTRICT => "RESTRICT"u8,
        BtfKind.BTF_KIND_FUNC => "FUNC"u8,
        BtfKind.BTF_KIND_FUNC_PROTO => "FUNC_PROTO"u8,
        BtfKind.BTF_KIND_VAR => "VAR"u8,
        BtfKind.BTF_KIND_DATASEC => "DATASEC"u8,
        BtfKind.BTF_KIND_FLOAT => "FLOAT"u8,
        BtfKind.BTF_KIND_DECL_TAG => "DECL_TAG"u8,
        BtfKind.BTF_KIND_TYPE_TAG => "TYPE_TAG"u8,
        BtfKind.BTF_KIND_ENUM64 => "ENUM64"u8,
        _ => "UNKNOWN"u8,
    };
}
