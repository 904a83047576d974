using BtfTool.Emit.Templates;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests.Templates;

public class TemplateCheckTests
{
    [Theory]
    [InlineData("a\nb\n {{name}", "t.hbs:3:2: the expression is not closed: it has no '}}'")]
    [InlineData("a\n{{#each types}\n{{name}}", "t.hbs:2:1: the expression is not closed: it has no '}}'")]
    [InlineData("{{name", "t.hbs:1:1: the expression is not closed: it has no '}}'")]
    [InlineData("{{{name}}", "t.hbs:1:1: the expression is not closed: it has no '}}'")]
    [InlineData("{{!-- open", "t.hbs:1:1: the comment has no '--}}'")]
    [InlineData("{{! open", "t.hbs:1:1: the comment has no '}}'")]
    [InlineData("{{}}", "t.hbs:1:1: there is nothing between the braces")]
    [InlineData("x {{#each types}}\n{{#if name}}{{/if}}\n", "t.hbs:1:3: '{{#each}}' is not closed: it has no '{{/each}}'")]
    [InlineData("{{#each types}}\n{{#if name}}\n{{/each}}", "t.hbs:3:1: '{{/each}}' closes '{{#if}}' of 2:1, which needs '{{/if}}'")]
    [InlineData("{{/if}}", "t.hbs:1:1: '{{/if}}' closes nothing: there is no '{{#if}}'")]
    [InlineData("{{else}}", "t.hbs:1:1: 'else' stands in no block")]
    [InlineData("{{#if tool}}{{else}}{{else}}{{/if}}", "t.hbs:1:21: the block 'if' has an 'else' already")]
    [InlineData("{{#each types}}{{else if tool}}{{/each}}", "t.hbs:1:23: 'else if' belongs to '#if', not to '#each'")]
    [InlineData("{{hxe 1}}", "t.hbs:1:3: unknown helper 'hxe': did you mean 'hex'?")]
    [InlineData("{{add (hxe 1) 2}}", "t.hbs:1:8: unknown helper 'hxe': did you mean 'hex'?")]
    [InlineData("{{hex}}", "t.hbs:1:3: helper 'hex' takes 1 or 2 arguments, not 0")]
    [InlineData("{{eq 1}}", "t.hbs:1:3: helper 'eq' takes 2 arguments, not 1")]
    [InlineData("{{upper tool tool}}", "t.hbs:1:3: helper 'upper' takes 1 argument, not 2")]
    [InlineData("{{hex tool n=1}}", "t.hbs:1:3: helper 'hex' takes no 'n='")]
    [InlineData("{{#eq 1 2}}{{/eq}}", "t.hbs:1:4: helper 'eq' opens no block: '{{#if (eq ...)}}'")]
    [InlineData("{{#iff tool}}{{/iff}}", "t.hbs:1:4: unknown block 'iff': did you mean 'if'?")]
    [InlineData("{{#if}}{{/if}}", "t.hbs:1:4: '#if' takes one value, not 0")]
    [InlineData("{{if tool}}", "t.hbs:1:3: 'if' opens a block: '{{#if ...}}'")]
    [InlineData("{{#each \"x\"}}{{/each}}", "t.hbs:1:9: '#each' takes a field, not a text or number")]
    [InlineData("{{#each types}}\n  {{size}}{{/each}}", "t.hbs:2:5: 'show' has no field 'size': did you mean 'size_bytes'?")]
    [InlineData("{{nmae}}", "t.hbs:1:3: 'show' has no field 'nmae': did you mean 'name'?")]
    [InlineData("{{../../nmae}}", "t.hbs:1:9: 'show' has no field 'nmae': did you mean 'name'?")]
    [InlineData("{{@root.toll}}", "t.hbs:1:9: 'show' has no field 'toll': did you mean 'tool'?")]
    [InlineData("{{@indx}}", "t.hbs:1:3: there is no '@indx': did you mean '@index'?")]
    [InlineData("{{types.[0]}}", "t.hbs:1:9: 'types.[0]' cannot be read as a path: an item is (lookup list index)")]
    [InlineData("{{#if hex}}{{/if}}", "t.hbs:1:7: 'hex' is a helper: in an expression it stands in parentheses, '(hex ...)'")]
    [InlineData("{{#each types as |1|}}{{/each}}", "t.hbs:1:19: '1' cannot name an item")]
    [InlineData("{{#each types as |a b c|}}{{/each}}", "t.hbs:1:18: 'as |item|' or 'as |item index|' names one or two things")]
    [InlineData("{{#each types as |t|}}{{/each}}{{t}}", "t.hbs:1:34: 'show' has no field 't'")]
    [InlineData("{{> gone}}", "t.hbs:1:5: there is no partial 'gone': neither gone.hbs nor a shipped one")]
    [InlineData("{{> ../x}}", "t.hbs:1:5: '../x' cannot name a partial: letters, digits, '_', '-', '.' and folders below the template's")]
    [InlineData("{{> /etc/passwd}}", "t.hbs:1:5: '/etc/passwd' cannot name a partial: letters, digits, '_', '-', '.' and folders below the template's")]
    [InlineData("{{&name}}", "t.hbs:1:1: '{{&n' is not supported")]
    [InlineData("{{upper \"x}}", "t.hbs:1:9: the text has no closing quote on its line")]
    [InlineData("{{upper (lower tool}}", "t.hbs:1:9: '(' has no ')'")]
    [InlineData("{{upper tool)}}", "t.hbs:1:13: ')' is not expected here")]
    [InlineData("a\u0001", "t.hbs:1:2: is no text: it has control characters")]
    public void A_mistake_is_told_with_its_place(string text, string message) =>
        Should.Throw<TemplateMistakeException>(() => TemplateText.Load(text)).Message.ShouldBe(message);

    [Fact]
    public void A_template_that_asks_for_the_command_may_speak_of_the_fields_of_all()
    {
        Should.Throw<TemplateMistakeException>(() => TemplateText.Load("{{definitions}}"));
        TemplateText.Render("{{#if (eq command \"header\")}}{{definitions}}{{else}}x{{/if}}").ShouldBe("x");
    }

    [Fact]
    public void Mistakes_of_a_partial_name_its_file() =>
        Should.Throw<TemplateMistakeException>(() => TemplateText.Load("{{> row}}", "d/t.hbs", "show", ("d/row.hbs", "\n {{nmae}}")))
            .Message.ShouldBe("d/row.hbs:2:4: 'show' has no field 'nmae': did you mean 'name'?");

    [Fact]
    public void Names_that_a_partial_is_given_are_known_in_it() =>
        TemplateText.Render("{{> row label=\"x\"}}", "t.hbs", ("row.hbs", "{{label}}!")).ShouldBe("x!");

    [Fact]
    public void Broken_UTF_8_and_files_that_are_too_large_are_no_templates()
    {
        Mistake([(byte)'a', (byte)'\n', 0xFF, (byte)'b']).ShouldBe("t.hbs:2:1: is no UTF-8");
        Mistake(new byte[(1 << 20) + 1]).ShouldBe("t.hbs: is larger than 1048576 bytes: no template is");
        Mistake(null).ShouldBe("t.hbs: there is neither a file nor a shipped template of that name");

        static string Mistake(byte[]? bytes) =>
            Should.Throw<TemplateMistakeException>(() => TemplateSet.Load("t.hbs", TemplateVocabulary.Of("show"), (_, _) => bytes)).Message;
    }

    [Fact]
    public void Nesting_has_an_end()
    {
        string blocks = string.Concat(Enumerable.Repeat("{{#if tool}}", 33));
        Should.Throw<TemplateMistakeException>(() => TemplateText.Load(blocks)).Message.ShouldContain("blocks nest deeper than 32 levels");
        string calls = "{{upper " + string.Concat(Enumerable.Repeat("(upper ", 40));
        Should.Throw<TemplateMistakeException>(() => TemplateText.Load(calls)).Message.ShouldContain("expressions nest deeper than 32 levels");
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"p{i}")];
        Should.Throw<TemplateMistakeException>(() => TemplateText.Load("{{> p0}}", "t.hbs", "show",
            [.. names.Select((name, i) => (name + ".hbs", $"{{{{> p{i + 1}}}}}"))])).Message.ShouldContain("more than 64 files");
    }

    [Fact]
    public void Every_shipped_template_is_right_for_its_commands()
    {
        foreach (ShippedTemplate template in ShippedTemplate.All)
        {
            template.Commands.ShouldNotBeEmpty(template.Name);
            template.Description.ShouldMatch(@"\A\S.*[^.]\z", template.Name);
            foreach (string command in template.Commands)
            {
                TemplateSet.Load(template.Name, TemplateVocabulary.Of(command), (_, _) => null).Main.Name.ShouldBe(template.FileName);
            }
        }

        ShippedTemplate.All.Select(template => template.Name).ShouldBe(["asserts.c", "diff.html", "diff.md", "kfuncs.h", "layout.html",
            "layout.md", "list.csv", "list.md", "listing.txt", "offsets.h", "reorganize.html", "reorganize.md", "vmlinux.h"]);
    }

    [Fact]
    public void Every_prefix_of_a_shipped_template_is_a_template_or_has_one_mistake()
    {
        foreach (ShippedTemplate template in ShippedTemplate.All)
        {
            string text = ShippedTemplate.Read(template.FileName)!;
            for (int length = 0; length < text.Length; length += 3)
            {
                try
                {
                    TemplateText.Load(text[..length], "t.hbs", template.Commands[^1]);
                }
                catch (TemplateMistakeException e)
                {
                    e.Line.ShouldBeGreaterThan(0);
                    e.Message.ShouldNotContain("\n");
                }
            }
        }
    }
}
