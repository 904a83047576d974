using BtfTool.Core.Layout;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Json;

// Structs and unions.
public sealed partial class JsonTypeWriter
{
    private void WriteComposite(TypeView type, int depth)
    {
        StructLayout layout = _layouts.Analyze(type.Id);
        LayoutSummary sums = layout.Summary;
        _json.WriteNumber(JsonKeys.SizeBytes, sums.SizeBytes);
        _json.WriteNumber(JsonKeys.AlignmentBytes, sums.AlignmentBytes);
        if (type.DeclaredAlignmentBytes > 0)
        {
            _json.WriteNumber(JsonKeys.DeclaredAlignmentBytes, type.DeclaredAlignmentBytes);
        }

        _json.WriteBoolean(JsonKeys.Packed, sums.IsPacked);
        _json.WriteNumber(JsonKeys.Cachelines, sums.CachelinesOf(_options.CachelineBytes));
        WritePositive(JsonKeys.LeadingHoleBytes, layout.LeadingHoleBytes);
        WritePositive(JsonKeys.LeadingHoleBits, layout.LeadingHoleBits);
        WriteMembers(type, layout, 0, depth);
        if (type.Kind == TypeKind.Struct)
        {
            WriteSums(layout);
        }

        _json.WriteNumber(JsonKeys.PaddingBytes, sums.PaddingBytes);
        _json.WriteNumber(JsonKeys.PaddingBits, sums.PaddingBits);
        _json.WriteBoolean(JsonKeys.FlexibleArray, sums.HasFlexibleArray);
    }

    private void WriteSums(StructLayout layout)
    {
        long bytes = 0, bits = 0;
        foreach (ref readonly MemberLayout member in layout.Members)
        {
            bytes += member.BitfieldBits == 0 ? member.SizeBytes : 0;
            bits += member.BitfieldBits;
        }

        // Sums of sizes that a file makes up may be beyond all that fits.
        _json.WriteNumber(JsonKeys.MemberBytes, bytes < 0 ? long.MaxValue : bytes);
        _json.WriteNumber(JsonKeys.BitfieldBits, bits);
        _json.WriteNumber(JsonKeys.Holes, layout.Summary.Holes);
        _json.WriteNumber(JsonKeys.HoleBytes, layout.Summary.HoleBytes);
        _json.WriteNumber(JsonKeys.BitHoles, layout.Summary.BitHoles);
        _json.WriteNumber(JsonKeys.BitHoleBits, layout.Summary.BitHoleBits);
    }

    // startBytes: where the struct that the members are of begins in the type that is written.
    private void WriteMembers(TypeView type, StructLayout layout, long startBytes, int depth)
    {
        MemberList members = type.Members;
        _json.WriteStartArray(JsonKeys.Members);
        foreach (ref readonly MemberLayout place in layout.Members)
        {
            _budget.Step(_graph, depth);
            _json.WriteStartObject();
            WriteMember(type, members[place.Index], place, startBytes, depth);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteMember(TypeView type, MemberView member, in MemberLayout place, long startBytes, int depth)
    {
        long shown = _options.RelativeOffsets ? 0 : startBytes;
        if (!member.IsAnonymous)
        {
            _json.WriteString(JsonKeys.Name, member.Name);
        }

        _json.WriteString(JsonKeys.Type, _texts.Of(member.Type));
        if (_options.Declarations)
        {
            _json.WriteString("declaration"u8, _texts.Of(member.Type, member.Name));
        }

        _json.WriteNumber(JsonKeys.OffsetBytes, Plus(shown, place.OffsetBytes));
        _json.WriteNumber(JsonKeys.SizeBytes, place.SizeBytes);
        if (place.BitfieldBits != 0)
        {
            _json.WriteNumber(JsonKeys.OffsetBits, (ulong)place.BitOffset + (8 * (ulong)shown));
            _json.WriteNumber(JsonKeys.BitfieldBits, place.BitfieldBits);
        }

        if (member.DeclaredAlignmentBytes > 0)
        {
            _json.WriteNumber(JsonKeys.DeclaredAlignmentBytes, member.DeclaredAlignmentBytes);
        }

        _json.WriteNumber(JsonKeys.Cacheline, Plus(startBytes, place.BitOffset / 8) >> _cachelineShift);
        WritePositive(JsonKeys.HoleBytes, place.HoleBytes);
        WritePositive(JsonKeys.HoleBits, place.HoleBits);
        WriteTypeTags(member.Type);
        WriteTags(type.Id, place.Index);
        WriteEmbedded(member.Type, Plus(startBytes, place.OffsetBytes), depth);
    }

    // The members of what is embedded and cannot be looked up by a name, or of all that is; of arrays, those of the first element.
    private void WriteEmbedded(TypeId id, long startBytes, int depth)
    {
        TypeView type = _graph[Embedded(id)];
        if (type.IsEnum && type.IsAnonymous)
        {
            _json.WriteString(JsonKeys.Kind, "enum"u8);
            WriteEnumerators(type, depth + 1);
        }

        if (type.IsComposite && (type.IsAnonymous || _options.Expand))
        {
            StructLayout layout = _layouts.Analyze(type.Id);
            _json.WriteString(JsonKeys.Kind, WordOf(type.Kind));
            WritePositive(JsonKeys.LeadingHoleBytes, layout.LeadingHoleBytes);
            WritePositive(JsonKeys.LeadingHoleBits, layout.LeadingHoleBits);
            WriteMembers(type, layout, startBytes, depth + 1);
            WritePositive(JsonKeys.PaddingBytes, layout.Summary.PaddingBytes);
            WritePositive(JsonKeys.PaddingBits, layout.Summary.PaddingBits);
        }
    }

    // Behind typedefs, qualifiers, tags and dimensions. A typedef has a name that can be looked up, so it ends the walk unless all is expanded.
    private TypeId Embedded(TypeId id)
    {
        for (int steps = 0; steps <= _options.Limits.MaxNesting; steps++)
        {
            TypeView type = _graph[id];
            bool goesOn = type.IsQualifier || type.Kind is TypeKind.TypeTag or TypeKind.Array || (type.Kind == TypeKind.Typedef && _options.Expand);
            if (!goesOn)
            {
                return id;
            }

            id = type.Target;
        }

        return TypeId.Void;
    }

    // The tags between a declaration and what it leads to (__user, __rcu), from the outside in.
    private void WriteTypeTags(TypeId id)
    {
        bool hasTags = false;
        for (int steps = 0; steps <= _options.Limits.MaxNesting; steps++)
        {
            TypeView type = _graph[id];
            if (type.Kind == TypeKind.TypeTag)
            {
                if (!hasTags)
                {
                    _json.WriteStartArray(JsonKeys.TypeTags);
                    hasTags = true;
                }

                _json.WriteStringValue(type.Name);
            }
            else if (type.Kind is not (TypeKind.Pointer or TypeKind.Array) && !type.IsQualifier)
            {
                break;
            }

            id = type.Target;
        }

        if (hasTags)
        {
            _json.WriteEndArray();
        }
    }

    private void WritePositive(System.Text.Json.JsonEncodedText key, long value)
    {
        if (value > 0)
        {
            _json.WriteNumber(key, value);
        }
    }

    // Places that a file makes up may be beyond all that fits.
    private static long Plus(long a, long b) => a > TypeSizes.MaxSizeBytes - b ? TypeSizes.MaxSizeBytes : a + b;
}
