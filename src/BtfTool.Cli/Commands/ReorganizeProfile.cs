using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;

namespace BtfTool.Cli.Commands;

/// <summary><c>reorganize --profile</c>: samples decide what lies together and what apart.</summary>
internal sealed class ReorganizeProfile
{
    private const int UsualShare = 90;

    private readonly Option<string?> _profile = new("--profile")
    {
        Description = "Pack what is used most and part what different CPUs fight over, by the samples in FILE: CSV with type,offset,reads,writes,cpu",
        HelpName = "FILE",
    };

    private readonly Option<int> _hotShare = new("--hot-share")
    {
        Description = "With --profile: the fewest members with PERCENT of the accesses are hot",
        HelpName = "PERCENT",
        DefaultValueFactory = _ => UsualShare,
    };

    public IEnumerable<Option> All => [_profile, _hotShare];

    public void Validate(CommandResult result, bool isOfAll)
    {
        bool hasProfile = result.GetResult(_profile) is { Implicit: false };
        if (hasProfile && isOfAll)
        {
            result.AddError("--profile is about the samples of single structs: give their NAMEs, not --all.");
        }

        if (result.GetResult(_hotShare) is { Implicit: false, Tokens.Count: 1 } share)
        {
            bool isShare = int.TryParse(share.Tokens[0].Value, out int percent) && percent is >= 1 and <= 100;
            if (!hasProfile || !isShare)
            {
                result.AddError(isShare ? "--hot-share goes with --profile." : $"--hot-share takes a number from 1 to 100, not '{share.Tokens[0].Value}'.");
            }
        }
    }

    /// <summary>What samples say; null where none are given.</summary>
    public ProfiledStructs? Of(ParseResult r) =>
        r.GetValue(_profile) is { } path ? new ProfiledStructs(path, r.GetValue(_hotShare)) : null;
}

/// <summary>What the samples of a file ask of structs.</summary>
/// <param name="path">The file.</param>
/// <param name="hotSharePercent">The share of the accesses that the hot members carry.</param>
internal sealed class ProfiledStructs(string path, int hotSharePercent)
{
    private readonly Dictionary<(TypeGraph, TypeId), (HotMembers Wanted, LayoutHeat Heat)> _known = [];
    private SampleProfile? _profile;

    /// <summary>Reads the file, once.</summary>
    /// <param name="names">Names of structs as C has them, <c>struct foo</c>, or of typedefs.</param>
    /// <exception cref="UnusableException">It cannot be read.</exception>
    /// <exception cref="Core.Diagnostics.InvalidImageException">It is no file of samples.</exception>
    public void Read(IEnumerable<string> names) => _profile ??= SampleFiles.Read(path, names.Select(Bare));

    /// <summary>Looks at one struct.</summary>
    public void Add(TypeGraph graph, StructLayout layout, string name, int cachelineBytes)
    {
        bool isUnion = graph.KindOf(layout.Type) == TypeKind.Union;
        var heat = LayoutHeat.Of(MemberSamples.Of(layout, _profile?.Of(Bare(name))), cachelineBytes, isUnion);
        _known.TryAdd((graph, layout.Type), (HotMembers.Of(heat, hotSharePercent), heat));
    }

    /// <summary>What the samples ask.</summary>
    public MeasuredUse? UseOf(TypeGraph graph, TypeId id) =>
        _known.TryGetValue((graph, id), out (HotMembers Wanted, LayoutHeat Heat) known) ? known.Wanted.ToUse(known.Heat.Samples.Layout) : null;

    /// <summary>What a plan does for the accesses.</summary>
    public ProfiledPlan Judge(TypeGraph graph, ReorganizationPlan plan)
    {
        (HotMembers wanted, LayoutHeat heat) = _known[(graph, plan.Type)];
        return ProfiledPlan.Of(wanted, heat, plan);
    }

    private static string Bare(string name) => name.StartsWith("struct ", StringComparison.Ordinal) ? name["struct ".Length..]
        : name.StartsWith("union ", StringComparison.Ordinal) ? name["union ".Length..] : name;
}
