using System.ComponentModel;
using System.Diagnostics;
using BtfTool.Emit.Templates;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests.Templates;

/// <summary><c>--template</c> and <c>btftool templates</c>, by the program that users get.</summary>
public class TemplateTests : WorkFolder
{
    private static readonly string s_fixture = Fixtures.PathOf("bin/packing.gcc-x86_64.o");

    // Every shipped template, and in which ways it is asked for.
    public static TheoryData<string, string> Uses => new()
    {
        { "asserts.c", "show --all -f FIXTURE" },
        { "asserts.c", "header -f FIXTURE" },
        { "diff.html", "diff FIXTURE OTHER" },
        { "diff.md", "diff FIXTURE OTHER" },
        { "kfuncs.h", "header -f FIXTURE" },
        { "layout.html", "layout cache_lines -f FIXTURE" },
        { "layout.md", "layout cache_lines -f FIXTURE" },
        { "layout.md", "layout --all -f FIXTURE" },
        { "list.csv", "list -f FIXTURE" },
        { "list.md", "list --totals -f FIXTURE" },
        { "listing.txt", "show --all -f FIXTURE" },
        { "offsets.h", "header -f FIXTURE" },
        { "reorganize.html", "reorganize cache_lines -f FIXTURE" },
        { "reorganize.md", "reorganize cache_lines -f FIXTURE" },
        { "reorganize.md", "reorganize --all -f FIXTURE" },
        { "vmlinux.h", "header -f FIXTURE" },
    };

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_shipped_template_makes_what_was_approved(string template, string line)
    {
        string text = Render(template, line);

        text.Replace(Fixtures.Root, "ROOT", StringComparison.Ordinal)
            .ShouldMatchApproved(c => c.NoDiff().SubFolder("Approved").WithDiscriminator($"{template}.{line.Split(' ')[0]}{(line.Contains("--all") ? ".all" : "")}"));
    }

    [Fact]
    public void Every_shipped_template_is_rendered() =>
        Uses.Select(use => use.Data.Item1).Distinct().Order(StringComparer.Ordinal).ShouldBe(ShippedTemplate.All.Select(template => template.Name));

    [Theory]
    [InlineData("gcc", "-m64", "bin/packing.gcc-x86_64.o")]
    [InlineData("clang", "-m64", "bin/packing.gcc-x86_64.o")]
    [InlineData("clang", "-m32", "bin/packing.gcc-i686.o")]
    [InlineData("i686-linux-gnu-gcc", "-m32", "bin/packing.gcc-i686.o")]
    [InlineData("clang", "-m64", "bin/bitfields.gcc-x86_64.o")]
    [InlineData("clang", "-m32", "bin/bitfields.gcc-i686.o")]
    [InlineData("clang", "-m64", "bin/arrays.gcc-x86_64.o")]
    [InlineData("clang", "-m32", "bin/arrays.gcc-i686.o")]
    public void Rendered_C_compiles_and_the_compiler_agrees(string compiler, string bits, string fixture)
    {
        string input = Fixtures.PathOf(fixture);
        foreach (string template in (string[])["asserts.c", "offsets.h", "vmlinux.h"])
        {
            string file = PathTo(template + ".c");
            BtfToolProcess.Run("header", "-f", input, "--template", template, "-o", file).ExitCode.ShouldBe(0);
            Compile(compiler, bits, file).ShouldBeEmpty(template);
        }

        BtfToolProcess.Run("header", "-f", input, "-o", PathTo("vmlinux.h")).ExitCode.ShouldBe(0);

        // A header cannot say that a union is aligned; BTF does not say it either.
        string[] shown = fixture.Contains("packing") ? ["cache_lines", "natural", "holes", "packed_bits"] : ["--all"];
        BtfToolProcess.Run(["show", .. shown, "-f", input, "--template", "asserts.c", "-o", PathTo("show.c")]).ExitCode.ShouldBe(0);
        File.ReadAllText(PathTo("show.c")).ShouldContain("__builtin_offsetof");
        Compile(compiler, bits, PathTo("show.c")).ShouldBeEmpty();
    }

    [Fact]
    public void The_frame_of_the_header_is_a_template_like_others()
    {
        string file = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

        BtfToolProcess.Run("header", "--template", "vmlinux.h", "-f", file).OutputBytes.ShouldBe(BtfToolProcess.Run("header", "-f", file).OutputBytes);
    }

    [Fact]
    public void A_copy_makes_what_the_original_makes()
    {
        foreach (ShippedTemplate template in ShippedTemplate.All)
        {
            string copy = PathTo(template.FileName);
            BtfToolProcess.Run("templates", "--copy", template.Name, "-o", copy).ExitCode.ShouldBe(0);
            File.ReadAllText(copy).ShouldBe(File.ReadAllText(Path.Combine(Fixtures.Root, "templates", template.FileName)));
        }

        Render(PathTo("layout.html.hbs"), "layout cache_lines -f FIXTURE").ShouldBe(Render("layout.html", "layout cache_lines -f FIXTURE"));
    }

    [Fact]
    public void The_list_is_text_or_JSON()
    {
        RunResult list = BtfToolProcess.Run("templates");
        list.ExitCode.ShouldBe(0);
        list.Output.ShouldMatch("(?m)^layout\\.md +layout +a report in Markdown");

        RunResult json = BtfToolProcess.Run("templates", "--json");
        JsonSchema.Validate(Path.Combine(Fixtures.Root, "docs", "schemas", "templates.schema.json"), json.Output).ShouldBeEmpty();
        BtfToolProcess.Run("templates", "--copy", "layout.mdd").Errors.ShouldContain("there is no template 'layout.mdd': did you mean 'layout.md'?");
    }

    [Fact]
    public void A_mistake_leaves_the_file_that_was_there()
    {
        string template = Write("t.hbs", "x\n{{#each types}}{{nmae}}{{/each}}"u8);
        string output = Write("out.txt", "before"u8);

        RunResult run = BtfToolProcess.Run("show", "--all", "-f", s_fixture, "--template", template, "-o", output);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldBe($"btftool: error: {template}:2:18: 'show' has no field 'nmae': did you mean 'name'?\n");
        File.ReadAllText(output).ShouldBe("before");
        FilesInFolder.ShouldBe(["out.txt", "t.hbs"]);
    }

    [Theory]
    [InlineData("show --all --json")]
    [InlineData("show --all --hex")]
    [InlineData("list --tsv")]
    [InlineData("layout cache_lines --json")]
    [InlineData("reorganize cache_lines --json")]
    [InlineData("reorganize cache_lines --diff")]
    public void A_template_is_a_form_of_its_own(string line)
    {
        RunResult run = BtfToolProcess.Run([.. line.Split(' '), "--template", "x", "-f", s_fixture]);

        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("--template");
    }

    [Fact]
    public void What_is_no_template_is_one_line()
    {
        string large = Write("large.hbs", new byte[2 << 20]);
        string partial = Write("loop.hbs", "{{> loop}}"u8);
        string[] templates = ["no-such-template", "/", "/dev/zero", large, s_fixture, partial];
        foreach (string template in templates)
        {
            RunResult run = BtfToolProcess.Run("show", "--all", "-f", s_fixture, "--template", template);
            run.ExitCode.ShouldBe(2, template);
            run.Errors.ShouldStartWith($"btftool: error: {template}:");
            run.Errors.Count(c => c == '\n').ShouldBe(1, run.Errors);
            run.OutputBytes.ShouldBeEmpty(template);
        }
    }

    [Fact]
    public void Every_helper_works_in_the_program()
    {
        string calls = string.Join('\n', TemplateHelpers.All.Select(helper =>
            $"{helper.Name} {{{{{helper.Name}{string.Concat(Enumerable.Repeat(" inputs", helper.LeastArguments))}}}}}"));
        string template = Write("t.hbs", System.Text.Encoding.UTF8.GetBytes(calls
            + "\n{{#each types as |t i|}}{{#if @last}}{{i}} {{t.kind}} {{#with this}}{{@root.tool}}{{/with}}{{/if}}{{/each}}\n{{> part label=\"x\"}}\n"));
        Write("part.hbs", "{{label}} {{tool}} {{@root.command}}\n"u8);

        string[] lines = Render(template, "show aligned_type -f FIXTURE").Split('\n');

        lines.Length.ShouldBe(TemplateHelpers.All.Count + 3);
        lines[0].ShouldBe("eq true");
        lines[^3].ShouldBe("0 struct btftool");
        lines[^2].ShouldBe("x btftool show");
    }

    private static string Render(string template, string line)
    {
        string[] words = [.. line.Split(' ').Select(word => word switch
        {
            "FIXTURE" => s_fixture,
            "OTHER" => Fixtures.PathOf("bin/packing.gcc-i686.o"),
            _ => word,
        })];
        RunResult run = BtfToolProcess.Run([.. words, "--template", template]);
        run.ExitCode.ShouldBe(words[0] == "diff" ? 1 : 0, run.Errors);
        return run.Output;
    }

    private static string Compile(string compiler, string bits, string file)
    {
        string[] arguments = ["-fsyntax-only", "-w", "-fms-extensions", "-x", "c", file];
        if (compiler is "gcc" or "clang")
        {
            arguments = [compiler == "clang" ? bits == "-m32" ? "--target=i686-linux-gnu" : "--target=x86_64-linux-gnu" : bits, .. arguments];
        }

        try
        {
            using Process process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true })!;
            string messages = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : messages;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{compiler} is not installed");
            return "";
        }
    }
}
