using System.Text.Encodings.Web;
using System.Text.Json;

namespace BtfTool.Emit.Json;

/// <summary>The keys of what describes types, encoded once. Their meaning: docs/json.md.</summary>
internal static class JsonKeys
{
    public static readonly JsonEncodedText AlignmentBytes = Key("alignment_bytes");
    public static readonly JsonEncodedText BitfieldBits = Key("bitfield_bits");
    public static readonly JsonEncodedText BitHoleBits = Key("bit_hole_bits");
    public static readonly JsonEncodedText BitHoles = Key("bit_holes");
    public static readonly JsonEncodedText Bits = Key("bits");
    public static readonly JsonEncodedText Cacheline = Key("cacheline");
    public static readonly JsonEncodedText CachelineBytes = Key("cacheline_bytes");
    public static readonly JsonEncodedText Cachelines = Key("cachelines");
    public static readonly JsonEncodedText Count = Key("count");
    public static readonly JsonEncodedText Declared = Key("declared");
    public static readonly JsonEncodedText DeclaredAlignmentBytes = Key("declared_alignment_bytes");
    public static readonly JsonEncodedText Enumerators = Key("enumerators");
    public static readonly JsonEncodedText File = Key("file");
    public static readonly JsonEncodedText First = Key("first");
    public static readonly JsonEncodedText FlexibleArray = Key("flexible_array");
    public static readonly JsonEncodedText ForwardKind = Key("forward_kind");
    public static readonly JsonEncodedText HoleBits = Key("hole_bits");
    public static readonly JsonEncodedText HoleBytes = Key("hole_bytes");
    public static readonly JsonEncodedText Holes = Key("holes");
    public static readonly JsonEncodedText Kind = Key("kind");
    public static readonly JsonEncodedText LeadingHoleBits = Key("leading_hole_bits");
    public static readonly JsonEncodedText LeadingHoleBytes = Key("leading_hole_bytes");
    public static readonly JsonEncodedText Line = Key("line");
    public static readonly JsonEncodedText Linkage = Key("linkage");
    public static readonly JsonEncodedText MemberBytes = Key("member_bytes");
    public static readonly JsonEncodedText Members = Key("members");
    public static readonly JsonEncodedText Module = Key("module");
    public static readonly JsonEncodedText Name = Key("name");
    public static readonly JsonEncodedText OffsetBits = Key("offset_bits");
    public static readonly JsonEncodedText OffsetBytes = Key("offset_bytes");
    public static readonly JsonEncodedText Packed = Key("packed");
    public static readonly JsonEncodedText PaddingBits = Key("padding_bits");
    public static readonly JsonEncodedText PaddingBytes = Key("padding_bytes");
    public static readonly JsonEncodedText Parameters = Key("parameters");
    public static readonly JsonEncodedText Returns = Key("returns");
    public static readonly JsonEncodedText Schema = Key("schema");
    public static readonly JsonEncodedText Signed = Key("signed");
    public static readonly JsonEncodedText SizeBytes = Key("size_bytes");
    public static readonly JsonEncodedText Tags = Key("tags");
    public static readonly JsonEncodedText Target = Key("target");
    public static readonly JsonEncodedText Type = Key("type");
    public static readonly JsonEncodedText Types = Key("types");
    public static readonly JsonEncodedText TypeTags = Key("type_tags");
    public static readonly JsonEncodedText Units = Key("units");
    public static readonly JsonEncodedText Value = Key("value");
    public static readonly JsonEncodedText Variadic = Key("variadic");

    private static JsonEncodedText Key(string name) => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
}
