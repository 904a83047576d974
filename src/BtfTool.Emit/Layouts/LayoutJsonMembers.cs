using System.Text.Json;
using BtfTool.Core.Layout;
using BtfTool.Core.Types;
using BtfTool.Emit.Json;

namespace BtfTool.Emit.Layouts;

/// <summary>Writes the members of a report as JSON.</summary>
internal static class LayoutJsonMembers
{
    public static void Write(Utf8JsonWriter json, LayoutReport report, JsonTypeTexts texts)
    {
        json.WriteStartArray("members");
        for (int i = 0; i < report.Layout.Members.Length; i++)
        {
            WriteMember(json, report, texts, i);
        }

        json.WriteEndArray();
    }

    private static void WriteMember(Utf8JsonWriter json, LayoutReport report, JsonTypeTexts texts, int position)
    {
        MemberLayout place = report.Layout.Members[position];
        MemberView member = report.MemberAt(position);
        json.WriteStartObject();
        if (!member.IsAnonymous)
        {
            json.WriteString("name", member.NameString);
        }

        json.WriteString("type", texts.Of(member.Type));
        json.WriteNumber("offset_bytes", place.OffsetBytes);
        json.WriteNumber("size_bytes", place.SizeBytes);
        if (place.BitfieldBits != 0)
        {
            json.WriteNumber("offset_bits", place.BitOffset);
            json.WriteNumber("bitfield_bits", place.BitfieldBits);
        }

        json.WriteNumber("alignment_bytes", place.AlignmentBytes);
        MemberAlignment forced = report.MemberAlignments[position];
        if (forced.AlignmentBytes > 0)
        {
            json.WriteNumber("forced_alignment_bytes", forced.AlignmentBytes);
            json.WriteString("forced_alignment_cause", forced.Cause switch
            {
                GapCause.DeclaredAlignment => "declared",
                GapCause.TypeAlignment => "type",
                _ => "inferred",
            });
        }

        json.WriteNumber("cacheline", place.BitOffset / 8 / report.CachelineBytes);
        if (report.MemberLostBytes[position] > 0)
        {
            json.WriteNumber("embedded_lost_bytes", report.MemberLostBytes[position]);
        }

        json.WriteEndObject();
    }
}
