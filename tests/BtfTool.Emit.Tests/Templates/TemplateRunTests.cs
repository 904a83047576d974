using System.Buffers;
using System.Text;
using System.Text.Json;
using BtfTool.Core.Diagnostics;
using BtfTool.Emit.Templates;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Templates;

public class TemplateRunTests
{
    [Theory]
    [InlineData("{{tool}} {{command}} {{inputs}} {{#each inputs}}{{file}} {{format}}{{/each}}", "btftool show  a.btf btf")]
    [InlineData("{{#each types}}{{@index}}{{name}}{{#unless @last}},{{/unless}}{{#if @first}}!{{/if}}{{/each}}", "0s,!1e")]
    [InlineData("{{#each types}}{{#each members}}{{../name}}.{{name}} {{@root.command}};{{else}}none{{/each}}{{/each}}", "s.a show;s. show;s.u show;none")]
    [InlineData("{{#each types as |t i|}}{{i}}{{t.name}}{{/each}}", "0s1e")]
    [InlineData("{{#with (lookup inputs 0)}}{{file}}{{/with}}", "a.btf")]
    [InlineData("{{#each types}}{{packed}} {{#if packed}}p{{else if size_bytes}}{{size_bytes}}{{/if}};{{/each}}", "false 24; 4;")]
    [InlineData("{{#each types}}{{c_name}};{{/each}}", "struct s;enum e;")]
    [InlineData("{{#each types}}{{#each enumerators}}{{value}} {{add value 1}} {{hex value}};{{/each}}{{/each}}",
        "-1 0 -0x1;18446744073709551615 18446744073709551615 0xffffffffffffffff;")]
    [InlineData("{{#each types}}{{#each fields}}{{depth}}{{path}}{{#if is_bitfield}}:{{mod offset_bits 8}}{{/if}} {{/each}}{{/each}}",
        "0a 0 0u 1u[0][0].f:3 1 2u[0][0].g ")]
    [InlineData("{{#each types}}x{{/each}}{{#each types}}{{name}}{{/each}}", "xxse")]
    [InlineData("{{#if types}}some{{/if}}{{#each types}}{{name}}{{/each}}", "somese")]
    [InlineData("{{sum types \"size_bytes\"}} {{length types}} {{join types \"+\" \"name\"}}", "28 2 s+e")]
    [InlineData("a\n{{#if tool}}\nb\n{{/if}}\nc\n", "a\nb\nc\n")]
    [InlineData("{{#if tool}}{x}{{/if}}}", "{x}}")]
    [InlineData("\\{{tool}} {{!-- {{x}} --}}{{~tool~}}  .", "{{tool}} btftool.")]
    [InlineData("{{upper 'x'}}{{add 1 -2}}{{#if true}}t{{/if}}", "X-1t")]
    public void A_template_makes_what_it_says(string template, string text) => TemplateText.Render(template).ShouldBe(text);

    [Fact]
    public void What_a_template_makes_decides_what_is_escaped()
    {
        const string Template = "{{#each types}}{{#each fields}}{{#if (eq path \"u[0][0].g\")}}{{type}} {{{type}}} {{html type}}{{/if}}{{/each}}{{/each}}";
        TemplateText.Render(Template, "t.c.hbs").ShouldBe("<&\"'> <&\"'> &lt;&amp;&quot;&#39;&gt;");
        TemplateText.Render(Template.Replace(" {{html type}}", ""), "t.html.hbs").ShouldBe("&lt;&amp;&quot;&#39;&gt; <&\"'>");
    }

    [Fact]
    public void Partials_see_the_root_and_what_they_are_given() => TemplateText.Render(
        "{{#each types}}\n  {{> row}}\n{{/each}}", "t.hbs", ("row.hbs", "{{name}} {{@root.tool}}\n{{#each members}}{{> row}}{{/each}}"))
        .ShouldContain("s btftool");

    [Theory]
    [InlineData("{{> row}}", "{{> row}}")]
    [InlineData("{{> row}}", "{{> row}}{{> row}}{{> row}}")]
    [InlineData("{{#each types}}{{> row}}{{/each}}", "{{#each @root.inputs}}{{> row}}{{> row}}{{/each}}")]
    public void Partials_without_an_end_are_one_mistake(string main, string row)
    {
        TemplateSet set = TemplateText.Load(main, "t.hbs", "show", ("row.hbs", row));

        Should.Throw<TemplateMistakeException>(() => TemplateText.Render(set, limits: new TemplateLimits { MaxSteps = 50_000 }))
            .Message.ShouldStartWith("t.hbs: ");
    }

    [Fact]
    public void What_costs_too_much_is_stopped()
    {
        var limits = new TemplateLimits { MaxOutput = 1000 };
        string loops = string.Concat(Enumerable.Repeat("{{#each @root.inputs}}{{#each @root.types}}", 1)) + "{{/each}}{{/each}}";
        TemplateText.Render(loops).ShouldBe("");
        Message("{{#each types}}{{#each members}}{{repeat \"x\" 2000000}}{{/each}}{{/each}}").ShouldBe("t.hbs: its output is longer than 1000 characters");
        Message("{{#each types}}{{#each types}}{{/each}}{{#each @root.types}}{{/each}}{{/each}}").ShouldContain("inside of itself");
        limits = new TemplateLimits { MaxSteps = 1000 };
        Message("{{#each types}}{{#each members}}{{repeat \"x\" 2000000}}{{/each}}{{/each}}").ShouldStartWith("t.hbs: it takes more than 1000 steps");
        limits = new TemplateLimits { MaxSteps = 3 };
        Message("{{> row}}", ("row.hbs", "{{#each types}}{{#each members}}{{name}}{{/each}}{{/each}}")).ShouldContain("takes more than 3 steps");

        string Message(string text, params (string, string)[] others) => Should.Throw<TemplateMistakeException>(
            () => TemplateText.Render(TemplateText.Load(text, others: others), limits: limits)).Message;
    }

    [Fact]
    public void A_long_document_is_never_whole_in_memory()
    {
        const int Types = 100_000, BytesOfOne = 200;
        TemplateSet set = TemplateText.Load("{{#each types}}{{kind}}{{/each}}");
        var sink = new DiscardingBufferWriter();
        long most = 0;

        new TemplateRun(set, "show", []).Render(
            output =>
            {
                output.Write("{\"types\":["u8);
                for (int i = 0; i < Types; i++)
                {
                    output.Write(Encoding.UTF8.GetBytes($"{(i > 0 ? "," : "")}{{\"name\":\"t{i}\",\"kind\":\"{new string('x', BytesOfOne)}\"}}"));
                    most = Math.Max(most, ((long)i * BytesOfOne) - sink.WrittenBytes);
                }

                output.Write("]}"u8);
            },
            sink);

        // What is between the one that writes the document and the text that came out of it.
        most.ShouldBeLessThan(2 << 20);
        sink.WrittenBytes.ShouldBe((long)Types * BytesOfOne);
    }

    [Fact]
    public void What_the_document_throws_comes_through()
    {
        TemplateSet set = TemplateText.Load("{{#each types}}{{name}}{{/each}}");

        Should.Throw<InvalidImageException>(() => new TemplateRun(set, "show", []).Render(
            output =>
            {
                output.Write("{\"types\":[{\"name\":\"a\"}"u8);
                throw new InvalidImageException("a.btf", "", 0, "is broken");
            },
            new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void Only_one_class_knows_the_template_library()
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("HandlebarsDotNet")).Select(file => Path.GetFileName(file))];

        files.ShouldBe(["TemplateEngine.cs"]);
    }

    [Fact]
    public void Helpers_have_an_answer_to_everything()
    {
        object?[] values = [null, "", "x", "-5", new string('y', 100_000), "\uD800", "a\0b*/\\", 0L, -1L, long.MinValue, long.MaxValue, ulong.MaxValue, 1.5,
            double.NaN, double.PositiveInfinity, 1e300, true, false, TemplateModelSamples.List(), TemplateModelSamples.Fields(), 3];
        foreach (TemplateHelper helper in TemplateHelpers.All)
        {
            for (int count = helper.LeastArguments; count <= Math.Min(3, helper.MostArguments); count++)
            {
                int combinations = (int)Math.Pow(values.Length, count);
                for (int i = 0; i < combinations; i++)
                {
                    object?[] arguments = [.. Enumerable.Range(0, count).Select(k => values[i / (int)Math.Pow(values.Length, k) % values.Length])];
                    string text = TemplateValuesOf(helper.Run(arguments));
                    text.Length.ShouldBeLessThanOrEqualTo(8 << 20, helper.Name);
                }
            }
        }
    }

    [Theory]
    [InlineData("{{c_string \"a?b\"}}", "\"a\\?b\"")]
    [InlineData("{{c_comment \"a*/b/*c\"}}", "a*_b/_c")]
    [InlineData("{{identifier \"9 a-b\"}}", "_9_a_b")]
    [InlineData("{{plural 1 \"hole\"}} {{plural 2 \"hole\"}} {{plural 0 \"box\" \"boxes\"}}", "1 hole 2 holes 0 boxes")]
    [InlineData("{{pad_left 7 3}}|{{pad_right 7 3}}|{{pad_left 7 3 \"0\"}}", "  7|7  |007")]
    [InlineData("{{div 7 2}} {{div -7 2}} {{mod 7 4}} {{div 1 0}} {{mul 3 4}} {{sub 1 2}}", "3 -3 3 0 12 -1")]
    [InlineData("{{default module \"d\"}} {{default 0 1}}", "d 0")]
    [InlineData("{{hex 255}} {{hex 255 4}} {{hex \"x\"}}", "0xff 0x00ff x")]
    [InlineData("{{csv \"a,b\"}} {{csv \"ab\"}}", "\"a,b\" ab")]
    [InlineData("{{and 1 0}} {{or 1 0}} {{not 0}} {{lt 2 10}} {{lt \"b\" \"a\"}} {{eq 1 \"1\"}}", "false true true true false true")]
    [InlineData("{{json inputs}}", "[{\"file\":\"a.btf\",\"format\":\"btf\"}]")]
    [InlineData("{{replace \"a_b_c\" \"_\" \" \"}} {{concat \"a\" 1}} {{upper \"a\"}} {{contains inputs 1}} {{repeat \"ab\" 2}}", "a b c a1 A false abab")]
    public void Helpers_do_what_the_documentation_says(string template, string text) =>
        TemplateText.Render(template).ShouldBe(text);

    [Fact]
    public void JSON_of_a_template_is_JSON() => JsonDocument.Parse(
        TemplateText.Render("[{{#each types}}{{#unless @first}},{{/unless}}{{json this}}{{/each}}]")).RootElement.GetArrayLength().ShouldBe(2);

    private static string TemplateValuesOf(object? value) => value?.ToString() ?? "";
}
