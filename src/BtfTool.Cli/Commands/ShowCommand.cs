using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Queries;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool show</c>: how types lie in memory, as pahole's users know it.</summary>
internal static class ShowCommand
{
    public static CommandEntry Entry { get; } = new("show", "Show how types lie in memory: offsets, sizes, holes, cache lines", Fill,
    [
        ("btftool show task_struct", "a struct of the running kernel"),
        ("btftool show 'struct tcp_*' -f vmlinux", "all structs that match, from a file"),
        ("btftool show fuse_inode -f /sys/kernel/btf/fuse", "a struct of a module"),
        ("btftool show fuse_inode --kernel", "the same, of whichever module has it"),
        ("btftool show 'function tcp_v4_rcv'", "a function: its prototype, linkage, section and address"),
        ("btftool show --functions '/^tcp_v[46]_/'", "prototypes, a line each (pfunct -P)"),
        ("btftool show --reorganize inode", "with its members in the best order (pahole -R); 'reorganize' says why"),
        ("btftool show --all -f vmlinux -o listing.txt", "every type of a file"),
        ("btftool show sk_buff sock --template asserts.c", "with a template: 'btftool templates' lists them"),
        ("btftool show --json sk_buff | jq '.types[0].members[] | select(.hole_bytes)'", "as data: the members before holes"),
    ]);

    private static void Fill(Command command)
    {
        var options = new Options();
        command.Arguments.Add(options.Names);
        options.Common.AddTo(command, options.Own);
        command.Validators.Add(options.Validate);
        command.SetAction(options.Run);
    }

    private const int DefaultCachelineBytes = 64;

    private sealed class Options
    {
        public Argument<string[]> Names { get; } = new("NAME")
        {
            Description = "A name, 'struct NAME' (union, enum, typedef, function, var), or a pattern such as 'tcp_*' or '/^tcp_v[46]_/'",
            Arity = ArgumentArity.ZeroOrMore,
        };

        public CommonOptions Common { get; } = new();

        private readonly ShownFunctions _functions = new();
        private readonly NameFilterOptions _filter = new();

        private readonly Option<bool> _all = CommonOptions.Flag("--all", "Every type of the file");
        private readonly Option<bool> _first = CommonOptions.Flag("--first", "Stop at the first DWARF unit that has a type of the name");
        private readonly Option<bool> _decl = CommonOptions.Flag("--decl", "Say where what is shown is declared, and which DWARF units define it");
        private readonly Option<bool> _paholeCompat = CommonOptions.Flag("--pahole-compat",
            "Write what pahole writes, its mistakes included; of several types of a name the first");
        private readonly Option<bool> _expand = new("--expand", "-E") { Description = "Write the members of nested types in their place" };
        private readonly Option<bool> _hex = CommonOptions.Flag("--hex", "Offsets and sizes in hexadecimal");
        private readonly Option<int> _cacheline = new("--cacheline")
        {
            Description = "Bytes of a cache line [default: 64]",
            HelpName = "N",
        };

        private readonly Option<bool> _flatArrays = CommonOptions.Flag("--flat-arrays", "Arrays of several dimensions as one");
        private readonly Option<bool> _noPacked = CommonOptions.Flag("--no-packed", "Leave out inferred __packed__ attributes");
        private readonly Option<bool> _noAligned = CommonOptions.Flag("--no-aligned", "Leave out inferred __aligned__ attributes");
        private readonly Option<bool> _dataOnly = CommonOptions.Flag("--data-members-only",
            "Leave out what takes no room in the layout: static members, methods");
        private readonly Option<bool> _relative = CommonOptions.Flag("--relative-offsets", "Offsets in nested types from the nested type's start");
        private readonly Option<bool> _reorganize = new("--reorganize", "-R")
        {
            Description = "Structs with their members in the best order, and what that saves; see 'reorganize'",
        };

        private readonly Option<bool> _steps = CommonOptions.Flag("--steps", "With --reorganize: the struct after each move too");
        private readonly Option<bool> _json = CommonOptions.Flag("--json", "As JSON (docs/json.md)");
        private readonly TemplateOption _template = new("show");
        private readonly Option<string> _color = CommonOptions.Color();

        public IEnumerable<Option> Own =>
        [
            _all, .. _functions.All, .. _filter.All, _first, _decl, _expand, _hex, _cacheline, _flatArrays, _noPacked, _noAligned, _dataOnly,
            _relative, _paholeCompat, _reorganize, _steps, _json, _template.Option, _color,
        ];

        public void Validate(CommandResult result)
        {
            bool all = result.GetValue(_all);
            bool names = result.GetResult(Names) is { Tokens.Count: > 0 };
            if (all == names)
            {
                result.AddError(all ? "Give names or --all, not both." : "Give the NAME of a type, or --all.");
            }

            if (result.GetValue(_steps) && !result.GetValue(_reorganize))
            {
                result.AddError("--steps goes with --reorganize.");
            }

            if (result.GetValue(_steps) && all)
            {
                result.AddError("--steps is about few structs: give names, not --all.");
            }

            if (result.GetValue(_reorganize) && result.GetValue(_json))
            {
                result.AddError("--reorganize is about the listing: 'btftool reorganize --json' writes plans as JSON.");
            }

            if (result.GetValue(_reorganize) && _functions.IsAsked(result))
            {
                result.AddError("--reorganize is about structs, not functions.");
            }

            JsonShow.Validate(result, _json, _paholeCompat, _hex, _flatArrays, _noPacked, _noAligned);
            _template.Validate(result, _json, _paholeCompat, _hex, _flatArrays, _noPacked, _noAligned, _reorganize);
            if (_template.IsAsked(result) && _functions.IsAsked(result))
            {
                result.AddError("--template is about types, not lines of functions: name them, 'function NAME'.");
            }

            _functions.Validate(result);
            _filter.Validate(result);
            TypeNames.Validate(result, result.GetValue(Names) ?? []);

            if (result.GetResult(_cacheline) is { Tokens.Count: 1 } line
                && !(int.TryParse(line.Tokens[0].Value, out int bytes) && bytes is > 0 and <= 1 << 20 && int.IsPow2(bytes)))
            {
                result.AddError("--cacheline takes a power of two, at most 1048576.");
            }

            if (result.GetResult(_color) is { Tokens.Count: 1 } color && color.Tokens[0].Value is not ("auto" or "always" or "never"))
            {
                result.AddError($"--color takes auto, always or never, not '{color.Tokens[0].Value}'.");
            }
        }

        public int Run(ParseResult r)
        {
            TemplateSet? templates = _template.Load(r);
            bool sayPlaces = r.GetValue(_decl);
            string[] names = r.GetValue(Names) ?? [];
            NameFilter? filter = _filter.Of(r);
            using TypeSource source = Common.OpenSource(r, functions: _functions.NeedsDeclarations(r, names), declarationPlaces: sayPlaces || r.GetValue(_reorganize));
            if (_functions.IsAsked(r))
            {
                bool colours = Colours.Wanted(r.GetValue(_color) ?? "auto", Common.OutputPath(r));
                return _functions.Run(r, Common, source, names, filter, Settings(r) with { Expand = false }, colours, r.GetValue(_json));
            }

            if (sayPlaces && source.Format == SourceFormat.Btf)
            {
                Messages.Warning($"{source.Path}: its types are BTF, which does not say where they are declared (--decl); "
                    + "DWARF does (--format dwarf, where there is some)");
            }

            List<FoundTypes>? groups = Common.IsWholeKernel(r)
                ? null : FoundTypes.In(source, names, r.GetValue(_first), r.GetValue(_paholeCompat), Common.WantsStages(r));
            TypeGraphSet? set = groups is null ? Common.ReadGraphs(r, source) : null;
            groups ??= OfGraphs(set!, r, source, names);
            using OutputTarget target = Common.OpenTarget(r);
            if (templates is not null)
            {
                PaholeOptions settings = Settings(r);
                bool declarations = templates.Uses("declaration");
                _template.Write(templates, [TemplateOption.InputOf(source)], target,
                    output => JsonShow.Write(groups, settings, filter, output, declarations));
                return ExitCode.Done;
            }

            if (r.GetValue(_json))
            {
                JsonShow.Write(groups, Settings(r), filter, target.Writer);
                target.Commit();
                return ExitCode.Done;
            }

            var writer = new Utf8Writer(target.Writer, Colours.Wanted(r.GetValue(_color) ?? "auto", Common.OutputPath(r)));
            DistinctTypesOfSet? distinct = set is { Graphs.Length: > 1 } ? new DistinctTypesOfSet(set) : null;
            foreach (FoundTypes group in groups)
            {
                WriteListing(group, Settings(r), filter, sayPlaces, distinct, () => EmitterFor(group, r, filter, writer), writer);
            }

            writer.Flush();
            target.Commit();
            return ExitCode.Done;
        }

        private List<FoundTypes> OfGraphs(TypeGraphSet set, ParseResult r, TypeSource source, string[] names)
        {
            if (!r.GetValue(_all))
            {
                return ShownTypes.Of(set, TypeNames.Resolve(set, names, name => Common.ElsewhereHint(r, source, name), orDeclarations: true),
                    r.GetValue(_paholeCompat));
            }

            var groups = new List<FoundTypes>();
            foreach (TypeGraph graph in set.Graphs)
            {
                groups.Add(new FoundTypes(graph, null) { Module = groups.Count == 0 ? null : KernelModules.NameOf(graph) });
            }

            return groups;
        }

        private PaholeEmitter EmitterFor(FoundTypes group, ParseResult r, NameFilter? filter, Utf8Writer writer)
        {
            PaholeOptions options = Settings(r);
            var emitter = new PaholeEmitter(group.Graph, options, writer);
            if (r.GetValue(_reorganize))
            {
                var plans = new ReorganizedTypes(new ReorganizeOptions { CachelineBytes = options.CachelineBytes }, movesUapi: false);
                var relaid = new ReorganizedListing(
                    plans.PlanListed(group, id => filter?.Accepts(group.Graph, id) != false, r.GetValue(_steps)), options, writer);
                emitter.WrittenElsewhere = relaid.TryWrite;
            }

            return emitter;
        }

        private static void WriteListing(
            FoundTypes group, PaholeOptions options, NameFilter? filter, bool sayPlaces, DistinctTypesOfSet? distinct,
            Func<PaholeEmitter> open, Utf8Writer writer)
        {
            if (group.Types is null && group.Module is not null)
            {
                WriteModule(group, options, filter, distinct!, open, writer);
                return;
            }

            PaholeEmitter emitter = open();
            if (group.Types is null)
            {
                emitter.WriteAll(
                    after: distinct is null ? null : (id, _) => distinct.Add(new TypeRef(group.Graph, id)),
                    before: sayPlaces ? id => WritePlace(group, id, writer) : null,
                    where: filter is null ? null : id => filter.Accepts(group.Graph, id));
                Messages.Write(emitter.Diagnostics);
                return;
            }

            WriteModuleLine(group, options, writer);
            foreach (TypeId id in group.Types)
            {
                if (filter?.Accepts(group.Graph, id) == false)
                {
                    continue;
                }

                if (sayPlaces)
                {
                    WritePlace(group, id, writer);
                }

                emitter.WriteType(id);
                writer.Write((byte)'\n');
            }
        }

        private static void WritePlace(FoundTypes group, TypeId id, Utf8Writer writer)
        {
            if (group.PlaceOf(id) is { } place)
            {
                writer.Write($"/* {place} */\n");
            }
        }

        // What a module has and those before it have not.
        private static void WriteModule(
            FoundTypes group, PaholeOptions options, NameFilter? filter, DistinctTypesOfSet distinct,
            Func<PaholeEmitter> open, Utf8Writer writer)
        {
            TypeGraph graph = group.Graph;
            PaholeEmitter? emitter = null;
            for (uint id = graph.FirstOwnType.Value; id < (uint)graph.TypeCount; id++)
            {
                TypeView type = graph[new TypeId(id)];
                if (!type.IsComposite || type.IsAnonymous || filter?.Accepts(graph, type.Id) == false || !distinct.Add(new TypeRef(graph, type.Id)))
                {
                    continue;
                }

                if (emitter is null)
                {
                    WriteModuleLine(group, options, writer);
                    emitter = open();
                }

                emitter.WriteType(type.Id);
            }
        }

        private static void WriteModuleLine(FoundTypes group, PaholeOptions options, Utf8Writer writer)
        {
            if (group.Module is { } module && !options.Compat)
            {
                writer.Write($"/* module {module.Replace("*/", "", StringComparison.Ordinal)} */\n");
            }
        }

        private PaholeOptions Settings(ParseResult r) => new()
        {
            Compat = r.GetValue(_paholeCompat),
            Expand = r.GetValue(_expand),
            Hex = r.GetValue(_hex),
            CachelineBytes = r.GetResult(_cacheline) is { Implicit: false } ? r.GetValue(_cacheline) : DefaultCachelineBytes,
            FlatArrays = r.GetValue(_flatArrays),
            NoPacked = r.GetValue(_noPacked),
            NoAligned = r.GetValue(_noAligned),
            DataMembersOnly = r.GetValue(_dataOnly),
            RelativeOffsets = r.GetValue(_relative),
        };
    }
}
