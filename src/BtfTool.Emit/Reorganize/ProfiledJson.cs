using System.Text.Json;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Types;
using BtfTool.Emit.Layouts;

namespace BtfTool.Emit.Reorganize;

/// <summary>Writes what a plan does for the accesses that were sampled as JSON.</summary>
internal static class ProfiledJson
{
    public static void Write(ProfiledPlan profiled, MemberList members, Utf8JsonWriter json)
    {
        HotMembers wanted = profiled.Wanted;
        StructLayout layout = profiled.Before.Samples.Layout;
        json.WriteStartObject("profile");
        json.WriteNumber("hot_share_percent", wanted.SharePercent);
        HeatJson.WriteCoverage(profiled.Before, json);
        json.WriteStartArray("hot");
        foreach (int position in wanted.Hot)
        {
            json.WriteStartObject();
            WriteMember("member", "name", layout.Members[position].Index, members, json);
            json.WriteNumber("accesses", profiled.Before.Of(position)!.Accesses);
            if (wanted.Wide.Contains(position))
            {
                json.WriteBoolean("wide", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rivals");
        foreach (MemberRivalry pair in wanted.Rivals)
        {
            json.WriteStartObject();
            WriteMember("member", "name", layout.Members[pair.First].Index, members, json);
            WriteMember("other", "other_name", layout.Members[pair.Second].Index, members, json);
            json.WriteNumber("collisions", pair.Collisions);
            json.WriteBoolean("apart", !profiled.StillTogether.Contains(pair));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("rivals_left_out", wanted.RivalsLeftOut);
        WriteHeat("before", profiled.Before, wanted.SharePercent, json);
        WriteHeat("after", profiled.After, wanted.SharePercent, json);
        json.WriteEndObject();
    }

    private static void WriteHeat(string key, LayoutHeat heat, int sharePercent, Utf8JsonWriter json)
    {
        json.WriteStartObject(key);
        json.WriteNumber("sampled_lines", heat.Lines.Count);
        json.WriteNumber("share_lines", heat.LinesFor(sharePercent));
        json.WriteNumber("expected_lines_of_10", Math.Round(heat.ExpectedLines(ProfiledPlan.DrawnAccesses), 4));
        json.WriteNumber("false_sharing_pairs", heat.FightCount);
        json.WriteNumber("collisions", heat.Collisions);
        json.WriteStartArray("lines");
        foreach (LineHeat line in heat.Lines)
        {
            json.WriteStartObject();
            json.WriteNumber("line", line.Line);
            json.WriteNumber("accesses", line.Shares.Accesses);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMember(string indexKey, string nameKey, int member, MemberList members, Utf8JsonWriter json)
    {
        json.WriteNumber(indexKey, member);
        if (!members[member].IsAnonymous)
        {
            json.WriteString(nameKey, members[member].NameString);
        }
    }
}
