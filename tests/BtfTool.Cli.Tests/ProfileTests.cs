using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class ProfileTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");
    private static readonly string s_samples = Fixtures.PathOf("profiles/inode.csv");

    [Fact]
    public void A_layout_shows_the_heat_of_members_and_lines_and_who_disturbs_whom()
    {
        string text = Run("layout", "inode", "--profile", s_samples, "-f", s_kernel);

        text.ShouldContain("\nSamples: 9274 accesses in 42 rows (no sample is not the same as never touched)\n");
        text.ShouldMatch(@"(?m)^  behind the end +2 +0\.0 %$");
        text.ShouldMatch(@"(?m)^  members with samples +21 of 56 +37\.5 %$");
        text.ShouldMatch(@"(?m)^ +40 +8  i_sb +1010 +2020 +32\.7 % +1 +1$");
        text.ShouldMatch(@"(?m)^ +4 +4  i_uid +- +-$");
        text.ShouldMatch(@"(?m)^ +0 +6 +1531 +2751 +46\.2 % +4 +4$");
        text.ShouldMatch(@"(?m)^ +0 +462  i_sb +2020 written by CPU 0, 1010 read by CPU 0 +i_op +308 written by CPU 0 1 2 3, 308 read by CPU 0 1 2 3$");
        text.ShouldMatch(@"(?ms)^Contended members .*^  i_op +308 written by CPU 0 1 2 3");
    }

    [Fact]
    public void Samples_of_other_types_say_nothing_of_this_one()
    {
        Run("layout", "list_head", "--profile", s_samples, "-f", s_kernel).ShouldContain("\nSamples: 0 accesses in 0 rows");
        Run("reorganize", "hlist_head", "--profile", s_samples, "-f", s_kernel).ShouldContain("nothing follows from them");
    }

    [Fact]
    public void The_documents_with_samples_are_as_their_schemas_say()
    {
        JsonElement heat = ShouldFollow("layout", Run("layout", "inode", "dentry", "--json", "--guess", "--profile", s_samples, "-f", s_kernel))
            .GetProperty("types")[0].GetProperty("heat");
        heat.GetProperty("coverage").GetProperty("on_members").GetInt64().ShouldBe(9272);
        heat.GetProperty("members").GetArrayLength().ShouldBe(21);
        heat.GetProperty("false_sharing")[0].GetProperty("collisions").GetInt64().ShouldBe(462);

        JsonElement plan = ShouldFollow("reorganize", Run("reorganize", "inode", "--json", "--profile", s_samples, "-f", s_kernel)).GetProperty("structs")[0];
        JsonElement profile = plan.GetProperty("profile");
        profile.GetProperty("hot").GetArrayLength().ShouldBe(9);
        profile.GetProperty("rivals").EnumerateArray().ShouldAllBe(pair => pair.GetProperty("apart").GetBoolean());
        profile.GetProperty("after").GetProperty("collisions").GetInt64().ShouldBeLessThan(profile.GetProperty("before").GetProperty("collisions").GetInt64());
        plan.GetProperty("after").GetProperty("size_bytes").GetInt64().ShouldBeLessThanOrEqualTo(plan.GetProperty("before").GetProperty("size_bytes").GetInt64());
    }

    [Fact]
    public void A_reorganisation_packs_what_is_hot_and_parts_what_fights()
    {
        string text = Run("reorganize", "inode", "--profile", s_samples, "-f", s_kernel);

        text.ShouldContain("lines with hot members 8 -> 2, pairs that share a line 5 -> 0");
        text.ShouldContain("hot, the fewest members with 90 % of the accesses: i_sb 32.7 %");
        text.ShouldMatch(@"(?m)^  lines with 90 % of the accesses +5 +2$");
        text.ShouldContain("i_op, i_sb: 462 collisions if on one line: apart");
        text.ShouldContain("21 of 56 members have samples (no sample is not the same as never touched)");
        Run("reorganize", "inode", "--profile", s_samples, "--hot-share", "30", "--pin", "i_sb", "-f", s_kernel).ShouldContain(
            "hot, the fewest members with 30 % of the accesses: i_sb 32.7 %\n");
    }

    [Fact]
    public void What_cannot_be_parted_is_said()
    {
        string samples = Write("samples.csv", "type,offset,reads,writes,cpu\nlist_head,0,0,100,0\nlist_head,8,0,90,1\n"u8.ToArray());

        string text = Run("reorganize", "list_head", "--profile", samples, "-f", s_kernel);
        text.ShouldContain("next, prev: 90 collisions if on one line: still on one\n");
        text.ShouldContain("1 pair not parted: without growing, and with what is held in place, no order does better\n");
    }

    [Fact]
    public void Guesses_are_called_guesses_and_shown_where_they_are_asked_for()
    {
        string guessed = Run("layout", "inode", "--guess", "-f", s_kernel);

        guessed.ShouldContain("\nGuesses, from types and names of members alone; samples tell (--profile)\n");
        guessed.ShouldMatch(@"(?m)^ +128  i_lock +guess: written often \(a word of its name\)$");
        Run("layout", "inode", "-f", s_kernel).ShouldNotContain("guess:");
    }

    [Theory]
    [InlineData(2, "--profile goes with the NAMEs of types", "layout", "--all", "--profile", "x")]
    [InlineData(2, "--guess goes with the NAMEs of types", "layout", "inode", "--against", "x", "--guess")]
    [InlineData(2, "--profile is about the samples of single structs", "reorganize", "--all", "--profile", "x")]
    [InlineData(2, "--hot-share goes with --profile", "reorganize", "inode", "--hot-share", "50")]
    [InlineData(2, "--hot-share takes a number from 1 to 100, not '0'", "reorganize", "inode", "--profile", "x", "--hot-share", "0")]
    [InlineData(3, "cannot read no-such-file: no such file or directory", "layout", "inode", "--profile", "no-such-file")]
    [InlineData(3, "cannot read no-such-file: no such file or directory", "reorganize", "inode", "--profile", "no-such-file")]
    [InlineData(3, "cannot read /: is a directory", "layout", "inode", "--profile", "/")]
    public void Mistakes_in_the_options_are_said(int exitCode, string message, params string[] arguments) => ShouldFail(exitCode, message, arguments);

    [Theory]
    [InlineData("layout")]
    [InlineData("reorganize")]
    public void Mistakes_in_a_file_of_samples_say_the_line_and_what_was_expected(string command)
    {
        string samples = Write("samples.csv", "type,offset,reads,writes,cpu\n\ninode,zero,1,2,0\n"u8.ToArray());

        ShouldFail(3, $"{samples}: line 3: offset: bytes from the start of the type expected, decimal or 0x and hexadecimal",
            command, "inode", "--profile", samples);
    }

    private static void ShouldFail(int exitCode, string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run([.. arguments, "-f", s_kernel]);

        run.ExitCode.ShouldBe(exitCode, run.Errors);
        run.Errors.ShouldContain(message);
        run.OutputBytes.ShouldBeEmpty();
    }

    private static JsonElement ShouldFollow(string command, string json)
    {
        JsonSchema.Validate(Path.Combine(Fixtures.Root, $"docs/schemas/{command}.schema.json"), json).ShouldBeEmpty();
        return JsonDocument.Parse(json).RootElement;
    }

    private static string Run(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(arguments);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }
}
