using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using BtfTool.Cli.Output;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Lists;
using BtfTool.Emit.Pahole;
using BtfTool.Emit.Tables;
using BtfTool.Emit.Templates;
using BtfTool.Emit.Text;

namespace BtfTool.Cli.Commands;

/// <summary><c>btftool list</c>: types as a table, chosen and sorted by what they are.</summary>
internal static class ListCommand
{
    public static CommandEntry Entry { get; } = new("list", "List types by size, holes, members, and by what they hold or point to", Fill,
    [
        ("btftool list --sort size,desc --top 20", "the largest structs of the running kernel"),
        ("btftool list --where 'wasted > size && size < 4k'", "structs that are mostly holes"),
        ("btftool list --contains list_head -f vmlinux", "what has a list_head in it (pahole -i)"),
        ("btftool list --points-to task_struct", "what points to a task_struct (pahole -f)"),
        ("btftool list --packable --sort saving,desc", "what would shrink with its members sorted (pahole -P)"),
        ("btftool list --has-enumerator TCP_ESTABLISHED", "the enum of an enumerator (pahole --contains_enumerator)"),
        ("btftool list --sizes -f vmlinux", "name, size and holes (pahole --sizes)"),
        ("btftool list --totals --template list.md", "with a template: 'btftool templates' lists them"),
        ("btftool list --columns members,name", "the number of members (pahole -n)"),
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

    private static readonly RowColumn[] s_layoutColumns =
    [
        RowColumn.Size, RowColumn.Members, RowColumn.Holes, RowColumn.HoleBytes, RowColumn.Padding, RowColumn.Cachelines, RowColumn.Kind,
        RowColumn.Name,
    ];

    private static readonly RowColumn[] s_plainColumns = [RowColumn.Size, RowColumn.Members, RowColumn.Kind, RowColumn.Name];

    private sealed class Options
    {
        public Argument<string[]> Names { get; } = new("NAME")
        {
            Description = "Only these: a name, 'struct NAME' (union, enum, typedef), or a pattern such as 'tcp_*' or '/^tcp_/' [default: all]",
            Arity = ArgumentArity.ZeroOrMore,
        };

        public CommonOptions Common { get; } = new();

        private readonly ListOptions _which = new();

        private readonly Option<string?> _sort = new("--sort")
        {
            Description = "Sort by a column, the largest first with ',desc' [default: the order of the file]",
            HelpName = "COLUMN[,desc]",
        };

        private readonly Option<string?> _top = new("--top") { Description = "Only the first N", HelpName = "N" };
        private readonly Option<string?> _columns = new("--columns", "-c")
        {
            Description = $"What to say of each type, with commas: {RowColumns.Words}",
            HelpName = "COLUMNS",
        };

        private readonly Option<string?> _cacheline = new("--cacheline") { Description = "Bytes of a cache line [default: 64]", HelpName = "N" };
        private readonly Option<bool> _totals = CommonOptions.Flag("--totals", "End with sums");
        private readonly Option<bool> _noHeader = CommonOptions.Flag("--no-header", "Leave out the names of the columns");
        private readonly Option<bool> _tsv = CommonOptions.Flag("--tsv", "Tab-separated values instead of an aligned table");
        private readonly Option<bool> _json = CommonOptions.Flag("--json", "One JSON document");
        private readonly TemplateOption _template = new("list");
        private readonly Option<bool> _sizes = CommonOptions.Flag("--sizes", "Name, size and holes as 'pahole --sizes' writes them");

        public IEnumerable<Option> Own =>
            [.. _which.All, _sort, _top, _columns, _cacheline, _totals, _noHeader, _tsv, _json, _sizes, _template.Option];

        public void Validate(CommandResult result)
        {
            _which.Validate(result);
            TypeNames.Validate(result, result.GetValue(Names) ?? []);
            if (ColumnsOf(result.GetValue(_columns), out string? unknown) is null || unknown is not null)
            {
                result.AddError($"--columns: {unknown ?? "name at least one column"}.");
            }

            if (result.GetValue(_sort) is { } sort && SortOf(sort, out string? problem) is null)
            {
                result.AddError($"--sort: {problem}.");
            }

            if (result.GetValue(_top) is { } top && !ListOptions.TryNumber(top, out _))
            {
                result.AddError($"--top takes a number, not '{top}'.");
            }

            if (result.GetValue(_cacheline) is { } line
                && !(ListOptions.TryNumber(line, out long bytes) && bytes is > 0 and <= 1 << 20 && long.IsPow2(bytes)))
            {
                result.AddError("--cacheline takes a power of two, at most 1048576.");
            }

            if ((result.GetValue(_tsv) ? 1 : 0) + (result.GetValue(_json) ? 1 : 0) + (result.GetValue(_sizes) ? 1 : 0) > 1)
            {
                result.AddError("Give one of --tsv, --json and --sizes.");
            }

            _template.Validate(result, _tsv, _json, _sizes);
        }

        public int Run(ParseResult r)
        {
            TemplateSet? templates = _template.Load(r);
            using TypeSource source = Common.OpenSource(r, functions: _which.AsksForDeclarations(r));
            var query = new TypeListQuery(Common.ReadGraphs(r, source), QueryOf(r));
            if (query.Problems.Count > 0)
            {
                foreach (string problem in query.Problems.SkipLast(1))
                {
                    Messages.Error(problem);
                }

                throw new UnusableException(query.Problems[^1]);
            }

            using OutputTarget target = Common.OpenTarget(r);
            if (templates is not null)
            {
                _template.Write(templates, [TemplateOption.InputOf(source)], target, output => WriteJson(query, r, output));
                return ExitCode.Done;
            }

            Write(query, r, target);
            target.Commit();
            return ExitCode.Done;
        }

        private void Write(TypeListQuery query, ParseResult r, OutputTarget target)
        {
            if (r.GetValue(_json))
            {
                WriteJson(query, r, target.Writer);
                return;
            }

            var writer = new Utf8Writer(target.Writer);
            if (r.GetValue(_sizes))
            {
                query.Run(new PaholeSizes(writer));
            }
            else
            {
                TableFormat format = r.GetValue(_tsv) ? TableFormat.Tsv : TableFormat.Aligned;
                var table = new ListTable(writer, ColumnsOf(r), format, !r.GetValue(_noHeader), r.GetValue(_totals));
                query.Run(table);
                table.Finish();
            }

            writer.Flush();
        }

        private void WriteJson(TypeListQuery query, ParseResult r, IBufferWriter<byte> output)
        {
            using var json = new ListJson(output, r.GetValue(_totals), WantsSaving(r));
            query.Run(json);
            json.Finish();
        }

        private TypeListOptions QueryOf(ParseResult r)
        {
            TypeListOptions options = _which.Of(r);
            (RowColumn Column, bool IsDescending)? sort = r.GetValue(_sort) is { } text ? SortOf(text, out _) : null;
            return options with
            {
                Names = r.GetValue(Names) ?? [],
                WithSaving = WantsSaving(r),
                SortBy = sort?.Column,
                Descending = sort?.IsDescending ?? false,
                Top = r.GetValue(_top) is { } top && ListOptions.TryNumber(top, out long number) ? number : long.MaxValue,
                CachelineBytes = r.GetValue(_cacheline) is { } line && ListOptions.TryNumber(line, out long bytes)
                    ? (int)bytes : DefaultCachelineBytes,
            };
        }

        private bool WantsSaving(ParseResult r) => _which.IsPackable(r) || ColumnsOf(r).Contains(RowColumn.Saving)
            || (r.GetValue(_sort) is { } sort && SortOf(sort, out _)?.Column == RowColumn.Saving);

        private RowColumn[] ColumnsOf(ParseResult r)
        {
            if (r.GetValue(_columns) is not null)
            {
                return ColumnsOf(r.GetValue(_columns), out _)!;
            }

            TypeListOptions options = _which.Of(r);
            ulong laidOut = TypeKinds.SetOf(TypeKind.Struct, TypeKind.Union, TypeKind.Typedef);
            bool isPlain = options.Kinds != 0 ? (options.Kinds & laidOut) == 0 : options.HasEnumerator is not null;
            return isPlain ? s_plainColumns : _which.IsPackable(r) ? [RowColumn.Saving, .. s_layoutColumns] : s_layoutColumns;
        }

        // Null where there is none; with what is wrong where there is something.
        private static RowColumn[]? ColumnsOf(string? text, out string? unknown)
        {
            unknown = null;
            if (text is null)
            {
                return [];
            }

            var columns = new List<RowColumn>();
            foreach (string word in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (RowColumns.TryParse(word, out RowColumn column))
                {
                    columns.Add(column);
                }
                else
                {
                    unknown ??= RowColumns.DescribeUnknown(word);
                }
            }

            return columns.Count == 0 ? null : [.. columns];
        }

        private static (RowColumn Column, bool IsDescending)? SortOf(string text, out string? problem)
        {
            string[] words = text.Split(',', StringSplitOptions.TrimEntries);
            bool isSort = words is [_] or [_, "asc" or "desc"];
            bool isColumn = RowColumns.TryParse(words[0], out RowColumn column);
            problem = !isSort ? $"takes COLUMN or COLUMN,desc, not '{text}'" : isColumn ? null : RowColumns.DescribeUnknown(words[0]);
            return problem is null ? (column, words is [_, "desc"]) : null;
        }
    }
}
