using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using BtfTool.Core.Layout;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Text;
using Barrier = BtfTool.Core.Reorganization.Barrier;

namespace BtfTool.Emit.Reorganize;

/// <summary>
/// Writes plans as one JSON document (docs/schemas/reorganize.schema.json), handing it to the target in blocks. Not safe to share between
/// threads.
/// </summary>
public sealed class ReorganizeJsonWriter : IDisposable
{
    private readonly IBufferWriter<byte> _target;
    private readonly Utf8JsonWriter _json;
    private TypeGraph? _graph;
    private DeclarationText? _types;

    /// <summary>Begins the document.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="cachelineBytes">Bytes of a cache line, at least 1.</param>
    public ReorganizeJsonWriter(IBufferWriter<byte> target, int cachelineBytes)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _json = new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString("schema", "btftool/reorganize/1");
        _json.WriteNumber("cacheline_bytes", cachelineBytes);
        _json.WriteStartArray("structs");
    }

    /// <summary>Writes one struct with its plan. Cost: linear in its members.</summary>
    public void Write(ReorganizedStruct s)
    {
        ArgumentNullException.ThrowIfNull(s);
        TypeView type = s.Graph[s.Plan.Type];
        _types = _graph == s.Graph && _types is not null ? _types : new DeclarationText(s.Graph);
        _graph = s.Graph;
        _json.WriteStartObject();
        _json.WriteString("type", s.Name);
        WriteText("module", s.Module);
        if (type.TryGetDeclaration(out NameId file, out uint line))
        {
            WriteText("file", file.IsNone ? null : s.Graph.NameString(file));
            WriteIf("line", line);
        }

        WriteText("kept", s.Plan.Kept == BarrierReason.None ? null : ReorganizeWords.KeyOf(s.Plan.Kept));
        WriteState("before", s.Plan.BeforeObjective, s.Plan.Before.Summary);
        WriteState("after", s.Plan.AfterObjective, s.After.Summary);
        _json.WriteNumber("saving_bytes", s.Plan.SavingBytes);
        _json.WriteNumber("alignment_bytes", s.Plan.AlignmentBytes);
        WriteProof(s.Plan.Proof, s.Plan.LowerBoundBytes, s.Plan.AfterObjective.SizeBytes);
        if (s.Profiled is { } profiled)
        {
            ProfiledJson.Write(profiled, s.Graph[s.Plan.Type].Members, _json);
        }

        WriteMoves(s);
        WriteBarriers(s);
        WriteMembers(s);
        WriteSteps(s);
        _json.WriteEndObject();
    }

    /// <summary>Writes one struct of a ranking: what it costs before and after, and the proof.</summary>
    public void Write(RankedPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _json.WriteStartObject();
        _json.WriteString("type", plan.Name);
        WriteText("module", plan.Module);
        WriteState("before", plan.Before, null);
        WriteState("after", plan.After, null);
        _json.WriteNumber("saving_bytes", plan.SavingBytes);
        WriteProof(plan.Proof, plan.LowerBoundBytes, plan.After.SizeBytes);
        _json.WriteEndObject();
    }

    /// <summary>Ends the document with a newline.</summary>
    /// <param name="ranking">Sums over all that was looked at; null for none.</param>
    public void End(PlanRanking? ranking = null)
    {
        _json.WriteEndArray();
        if (ranking is not null)
        {
            WriteTotals(ranking);
        }

        _json.WriteEndObject();
        _json.Flush();
        _target.Write("\n"u8);
    }

    /// <summary>Lets the buffers go; an unfinished document stays unfinished.</summary>
    public void Dispose() => _json.Dispose();

    private void WriteTotals(PlanRanking ranking)
    {
        _json.WriteStartObject("totals");
        _json.WriteNumber("structs", ranking.Looked);
        _json.WriteNumber("kept", ranking.Kept);
        _json.WriteNumber("gaining", ranking.Gaining.Count);
        _json.WriteNumber("saving_bytes", ranking.SavingBytes);
        _json.WriteNumber("smaller_bucket", ranking.SmallerBucket);
        _json.WriteNumber("fewer_cachelines", ranking.FewerCachelines);
        _json.WriteNumber("proven", ranking.Looked - ranking.Unproven.Count);
        _json.WriteNumber("not_proven", ranking.Unproven.Count);
        _json.WriteEndObject();
        _json.WriteStartArray("not_proven");
        foreach (RankedPlan plan in ranking.Unproven)
        {
            _json.WriteStartObject();
            _json.WriteString("type", plan.Name);
            WriteText("module", plan.Module);
            _json.WriteNumber("size_bytes", plan.After.SizeBytes);
            WriteProof(plan.Proof, plan.LowerBoundBytes, plan.After.SizeBytes);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteState(string key, in PlanObjective objective, LayoutSummary? summary)
    {
        _json.WriteStartObject(key);
        _json.WriteNumber("size_bytes", objective.SizeBytes);
        _json.WriteNumber("bucket_bytes", objective.BucketBytes);
        _json.WriteNumber("cachelines", objective.Cachelines);
        _json.WriteNumber("straddles", objective.Straddles);
        WriteIf("hot_cachelines", objective.HotLines);
        WriteIf("violations", objective.Violations);
        if (summary is { } s)
        {
            _json.WriteNumber("holes", s.Holes);
            _json.WriteNumber("hole_bytes", s.HoleBytes);
            _json.WriteNumber("bit_holes", s.BitHoles);
            _json.WriteNumber("bit_hole_bits", s.BitHoleBits);
            _json.WriteNumber("padding_bytes", s.PaddingBytes);
            _json.WriteNumber("padding_bits", s.PaddingBits);
        }

        _json.WriteEndObject();
    }

    private void WriteProof(PlanProof proof, long lowerBoundBytes, long sizeBytes)
    {
        _json.WriteStartObject("proof");
        _json.WriteBoolean("optimal", proof == (PlanProof.Size | PlanProof.Layout | PlanProof.Moves));
        _json.WriteBoolean("size", proof.HasFlag(PlanProof.Size));
        _json.WriteBoolean("layout", proof.HasFlag(PlanProof.Layout));
        _json.WriteBoolean("moves", proof.HasFlag(PlanProof.Moves));
        _json.WriteNumber("lower_bound_bytes", lowerBoundBytes);
        _json.WriteNumber("gap_bytes", Math.Max(0, sizeBytes - lowerBoundBytes));
        _json.WriteEndObject();
    }

    private void WriteMoves(ReorganizedStruct s)
    {
        _json.WriteStartArray("moves");
        MemberList members = s.Graph[s.Plan.Type].Members;
        foreach (ref readonly MemberMove move in s.Plan.Moves)
        {
            _json.WriteStartObject();
            WriteMember(members, "member", "name", move.Member);
            WriteMember(members, "behind_member", "behind", move.Behind);
            WriteMember(members, "old_behind_member", "old_behind", move.OldBehind);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteBarriers(ReorganizedStruct s)
    {
        _json.WriteStartArray("barriers");
        MemberList members = s.Graph[s.Plan.Type].Members;
        foreach (ref readonly Barrier barrier in s.Plan.Barriers)
        {
            _json.WriteStartObject();
            WriteMember(members, "member", "name", barrier.Member);
            _json.WriteString("reason", ReorganizeWords.KeyOf(barrier.Reason));
            WriteIf("alignment_bytes", barrier.AlignmentBytes);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteMembers(ReorganizedStruct s)
    {
        _json.WriteStartArray("members");
        MemberList old = s.Graph[s.Plan.Type].Members;
        foreach (ref readonly MemberLayout member in s.After.Members)
        {
            int index = s.IsImprovement ? s.Plan.Members[member.Index].Member : member.Index;
            _json.WriteStartObject();
            WriteMember(old, "member", "name", index);
            _json.WriteString("type", _types!.Of(old[index].Type));
            _json.WriteNumber("offset_bytes", member.BitOffset / 8);
            _json.WriteNumber("old_offset_bytes", (long)(old[index].BitOffset / 8));
            if (member.BitfieldBits != 0)
            {
                _json.WriteNumber("offset_bits", member.BitOffset);
                _json.WriteNumber("old_offset_bits", (long)old[index].BitOffset);
                _json.WriteNumber("bitfield_bits", member.BitfieldBits);
            }

            _json.WriteNumber("size_bytes", member.SizeBytes);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteSteps(ReorganizedStruct s)
    {
        if (s.Steps.Count == 0)
        {
            return;
        }

        _json.WriteStartArray("steps");
        MemberList members = s.Graph[s.Plan.Type].Members;
        foreach (ReorganizedStep step in s.Steps)
        {
            _json.WriteStartObject();
            _json.WriteStartArray("moved");
            foreach (int member in step.Members)
            {
                _json.WriteStartObject();
                WriteMember(members, "member", "name", member);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            WriteMember(members, "behind_member", "behind", step.Behind);
            _json.WriteNumber("size_bytes", step.Summary.SizeBytes);
            _json.WriteNumber("holes", step.Summary.Holes);
            _json.WriteNumber("hole_bytes", step.Summary.HoleBytes);
            _json.WriteNumber("padding_bytes", step.Summary.PaddingBytes);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    // Index and, where it has one, name; nothing for the start of the struct.
    private void WriteMember(MemberList members, string indexKey, string nameKey, int member)
    {
        if (member < 0)
        {
            return;
        }

        _json.WriteNumber(indexKey, member);
        WriteText(nameKey, members[member].IsAnonymous ? null : members[member].NameString);
    }

    private void WriteIf(string key, long value)
    {
        if (value != 0)
        {
            _json.WriteNumber(key, value);
        }
    }

    private void WriteText(string key, string? text)
    {
        if (text is not null)
        {
            _json.WriteString(key, text);
        }
    }
}
