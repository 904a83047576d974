using BtfTool.Core.Diagnostics;
using BtfTool.Core.Types;

namespace BtfTool.Emit.Headers;

/// <summary>Collects what was left out of a header, up to a number that someone may read.</summary>
internal sealed class HeaderDiagnostics
{
    private const int Max = 200;

    private readonly TypeColumns _types;
    private readonly List<Diagnostic> _list = [];
    private long _count;

    public HeaderDiagnostics(TypeColumns types) => _types = types;

    /// <summary>What was left out; the last entry counts what is not named.</summary>
    public IReadOnlyList<Diagnostic> ToList() =>
        _count <= Max ? _list : [.. _list, new(DiagnosticSeverity.Warning, $"header: {_count - Max} more were left out")];

    public void LeftOutMember(uint composite, in MemberView member)
    {
        if (Counts())
        {
            string name = member.IsAnonymous ? "an unnamed member" : "member " + _types.ShortName(member.NameId);
            Add($"{name} of {_types.Describe(composite)} is left out: {_types.Describe(member.Type.Value)} has no size, or no words in C");
        }
    }

    public void LeftOutType(uint id, string why)
    {
        if (Counts())
        {
            Add($"{_types.Describe(id)} is left out: {why}");
        }
    }

    private bool Counts() => ++_count <= Max;

    private void Add(string message) => _list.Add(new(DiagnosticSeverity.Warning, "header: " + message));
}
