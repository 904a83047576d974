using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using BtfTool.Core.Baselines;
using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Emit.Templates;
using BtfTool.TestKit;

namespace BtfTool.Fuzz;

/// <summary>Texts that mutations start from, and the words that they are spliced from.</summary>
internal static partial class TextSeeds
{
    private const string EveryRule = """
        target cacheline 64
        target pointer 8
        include "part.layout"
        struct s { size <= 40; alignment == 8; holes <= 2; hole_bytes < 9; bit_holes == 0; padding <= 8; no_holes; no_padding; cachelines == 1 }
        struct s {
          members == 5
          offset a == 0; offset c == 4:3
          type next is "struct s *"; first a; last f
          line a == 0; aligned next 8; bits c == 9
          member debug absent; member a exists
          same_line a,
            next
          separate_lines a, f; no_straddle; no_straddle except f; no_straddle a, b
          fast { a, b, next } lines <= 1
          optional size nope == 3; warn size > 100
        }
        struct holder { group g { lines <= 1; bytes <= 64; contains list[0].a } when has(list) and not pointer 4 { size == 64 } else { when size > 3 { no_holes } } }
        enum e { value minus == -1; value one == 1; members == 2 }
        enum f { size == 8 }
        typedef t { size == 40; when arch x86_64 { size == 1 } else { when target x86 { size == 2 } } }
        match struct "*" except "hold*", "?" { size > 0; decl_file "include/**" }
        optional union "odd name" decl_file "a.h" { size == 0x10 }
        target x86 { cacheline 32; arch amd64; struct s { size > 3 }; baseline "b.base" allow size, member_moved; suppress BT010 struct s reason "x" }
        baseline "a.base"
        suppress BT010, BT012 struct s.a until 2027-12-01 reason "rework \"pending\" \\"
        suppress BT016 struct "h*" member a reason "" # behind
        """;

    /// <summary>What stands in an included file.</summary>
    public const string Part = "struct s { size > 0 }\ntarget arm64 { enum e { value one == 1 } }\n";

    /// <summary>Check files.</summary>
    public static IReadOnlyList<FuzzSeed> Checks { get; } =
    [
        new("every rule", Encoding.UTF8.GetBytes(EveryRule)),
        .. EveryRule.Split('\n').Where(line => line.StartsWith("struct s {", StringComparison.Ordinal) && line.EndsWith('}'))
            .Select(line => new FuzzSeed("a line", Encoding.UTF8.GetBytes(line))),
        new("the project's", Fixtures.Read("layouts/project.layout")),
        new("nested conditions", Encoding.UTF8.GetBytes("struct s { " + string.Concat(Enumerable.Repeat("when has(a) { ", 31)) + "no_holes" + new string('}', 31) + " }")),
        new("stars", Encoding.UTF8.GetBytes("match struct \"" + string.Concat(Enumerable.Repeat("*a", 100)) + "b\" { size > 0 }")),
    ];

    /// <summary>Baselines, without the hashes that would tell that they are spoiled.</summary>
    public static IReadOnlyList<FuzzSeed> Baselines { get; } =
    [
        Bare("everything", Fixtures.Read("baselines/everything.base")),
        Bare("one of each", Written(Assembled.OneOfEach(bigEndian: false))),
        Bare("huge counts", Written(Assembled.HugeCounts())),
        Bare("mixed cycle", Written(Assembled.MixedCycle(bigEndian: false))),
        new("with hashes", Fixtures.Read("baselines/everything.base")),
    ];

    /// <summary>A partial that calls itself, as deep as members nest.</summary>
    public const string TemplatePart = "{{name}}{{#each members}}{{> part}}{{@index}}{{../name}}{{/each}}";

    /// <summary>What templates are rendered over.</summary>
    public static ReadOnlySpan<byte> TemplateDocument => """
        {"schema":"btftool/show/1","cacheline_bytes":64,"types":[{"name":"s","kind":"struct","size_bytes":24,"packed":false,"members":[{"name":"a","type":"int","offset_bytes":0,"size_bytes":4},{"name":"u","type":"struct {...} [2]","offset_bytes":8,"size_bytes":12,"members":[{"name":"f","type":"<int>","offset_bytes":8,"size_bytes":4,"offset_bits":67,"bitfield_bits":3}]}]},{"name":"e","kind":"enum","size_bytes":4,"enumerators":[{"name":"A","value":-1}]}],"totals":{"types":2,"size_bytes":28}}
        """u8;

    /// <summary>Templates: those that are shipped, and one of all that there is. They ask for the command, so that all fields are known.</summary>
    public static IReadOnlyList<FuzzSeed> Templates { get; } =
    [
        .. ShippedTemplate.All.Select(template => new FuzzSeed(template.Name, Encoding.UTF8.GetBytes("{{command}}" + ShippedTemplate.Read(template.FileName)))),
        new("helpers", Encoding.UTF8.GetBytes(string.Concat(TemplateHelpers.All.Select(helper =>
            $"{{{{#each types}}}}{{{{{helper.Name}{string.Concat(Enumerable.Repeat(" members", helper.LeastArguments))}}}}}{{{{/each}}}}\n")))),
        new("everything", Encoding.UTF8.GetBytes("""
            {{command}}{{#each types as |t i|}}{{#if @first}}{{t.name}}{{else if (eq i 1)}}{{hex t.size_bytes 4}}{{else}}-{{/if}}
            {{#each members}}{{~> part}}{{../name}}.{{name}} {{@root.tool}} {{{type}}} {{repeat "ab" 100000}}{{else}}none{{/each}}{{/each}}}
            {{#with totals}}{{sum (lookup this "x") "y"}}{{/with}}{{^totals}}no{{/totals}}\{{text}}{{!-- a --}}{{! b }}
            {{#unless (and 1 0)}}{{pad_left (add 1 -2 (mul 3 4)) 10 "."}}{{/unless}}{{#each @root.inputs}}{{@key}}{{this}}{{/each}}{{> part label=3}}
            """)),
    ];

    private static byte[] Written(BtfAssembler assembler)
    {
        var text = new ArrayBufferWriter<byte>();
        BaselineWriter.Write(BtfReader.Read(BtfFile.Parse("seed", "BTF", ByteRegion.FromBytes(assembler.ToBytes()))), new BaselineHeader(), text, null);
        return text.WrittenSpan.ToArray();
    }

    private static FuzzSeed Bare(string name, byte[] text) => new(name, Encoding.UTF8.GetBytes(Hash().Replace(Encoding.UTF8.GetString(text), "")));

    [GeneratedRegex(" @[0-9a-f]{16}")]
    private static partial Regex Hash();
}
