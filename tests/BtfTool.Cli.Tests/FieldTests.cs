using System.Text.Json;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class FieldTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Fact]
    public void Offsets_and_paths_of_a_kernel_lead_to_each_other()
    {
        Lines("task_struct", "0xfa", "se.vruntime", "-f", s_kernel).ShouldBe(
        [
            "task_struct+0xfa  250  line 3 byte 58  se.vruntime  u64  size 8  +2 into",
            "task_struct+0xf8  248  line 3 byte 56  se.vruntime  u64  size 8",
        ]);
        Lines("page+8", "--cacheline", "32", "-f", s_kernel).ShouldContain(
            "page+0x8  8  line 0 byte 8  callback_head.next           struct callback_head *  size 8");
        Lines("spinlock_t", "rlock.raw_lock.val", "-f", s_kernel)[0].ShouldContain("rlock.raw_lock.val  atomic_t  size 4");
    }

    [Fact]
    public void Bitfields_holes_and_what_lies_behind_pointers_are_said()
    {
        string file = Write("btf", Sample().ToBytes());

        Lines("outer", "1", "0:4", "flag", "4", "12", "next->next->flag", "tail[3]", "-f", file).ShouldBe(
        [
            "outer+0x1  1  line 0 byte 1  in the 27-bit hole between flag and number",
            "outer+0x0:4  0:4  line 0 byte 0  flag  int  2 bits at 0:3",
            "outer+0x0:3  0:3  line 0 byte 0  flag  int  2 bits at 0:3",
            "outer+0x4  4  line 0 byte 4  number  int  size 4",
            "outer+0xc  12  line 0 byte 12  in the 8-byte hole between number and next  +4 into",
            "outer+0x0:3  0:3  line 0 byte 0  next->next->flag  int  2 bits at 0:3  in the object that next->next points to",
            "outer+0x24  36  line 0 byte 36  tail[3]  int  size 4",
        ]);
    }

    [Fact]
    public void Many_questions_are_read_from_standard_input_and_those_without_an_answer_are_said_by_line()
    {
        string file = Write("btf", Sample().ToBytes());

        RunResult run = BtfToolProcess.RunShell($"printf 'outer 4\\n\\nouter+0x4\\r\\nbogus 1\\nstruct outer number\\nouter 4 5 6' | {BtfToolProcess.InShell} field - -f {file}");
        run.ExitCode.ShouldBe(3);
        run.Output.Split('\n').Count(line => line.Contains("  number  int  size 4", StringComparison.Ordinal)).ShouldBe(3);
        run.Errors.ShouldContain("line 4: unknown type 'bogus'");
        run.Errors.ShouldContain("line 6: 'outer 4 5 6' is no question");

        run = BtfToolProcess.RunShell($"printf '4\\nnumber\\n' | {BtfToolProcess.InShell} field outer -f {file}");
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.Split('\n').Length.ShouldBe(3);
    }

    [Fact]
    public void What_has_no_answer_ends_in_a_message_and_writes_nothing()
    {
        string file = Write("btf", Sample().ToBytes());

        Fails(3, "offset 9000 is past the end of struct small (4 bytes)", "small", "0", "9000", "-f", file);
        Fails(3, "struct outer has no member 'nunber': did you mean 'number'?", "outer", "nunber", "-f", file);
        Fails(3, "unknown type 'outr': did you mean 'outer'?", "outr", "4", "-f", file);
        Fails(3, "'word' has no members: a struct or union expected", "word", "4", "-f", file);
        Fails(2, "'12x' is no question: TYPE OFFSET, TYPE+OFFSET or TYPE PATH expected", "outer", "12x", "-f", file);
        Fails(2, "--cacheline takes a power of two", "outer", "4", "--cacheline", "63", "-f", file);
    }

    [Fact]
    public void An_index_behind_the_end_is_answered_with_a_warning()
    {
        RunResult run = BtfToolProcess.Run("field", "task_struct", "comm[99]", "-f", s_kernel);

        run.ExitCode.ShouldBe(0);
        run.Errors.ShouldContain("warning: 'comm[99]' is behind the end of the array, which has 16 elements");
        run.Output.ShouldContain("comm[99]  char  size 1");
    }

    [Fact]
    public void Types_of_DWARF_are_asked_as_those_of_BTF_and_their_pointers_lead_on()
    {
        string[] dwarf = ["--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz")];

        string offset = Lines(["sk_buff", "head", .. dwarf])[0].Split("  ")[1];
        Lines(["sk_buff", offset, .. dwarf])[0].ShouldContain("  head  ");
        Lines(["sk_buff", "dev->name[2]", .. dwarf])[0].ShouldContain("dev->name[2]  char  size 1  in the object that dev points to");
    }

    [Fact]
    public void Answers_are_written_as_JSON_that_fits_the_schema()
    {
        string file = Write("btf", Sample().ToBytes());

        RunResult run = BtfToolProcess.Run("field", "outer", "0", "1", "12", "4", "next->number", "flag", "--json", "-f", file);
        run.ExitCode.ShouldBe(0, run.Errors);
        JsonSchema.Validate(Path.Combine(Fixtures.Root, "docs/schemas/field.schema.json"), run.Output).ShouldBeEmpty();
        run.Output.ShouldEndWith("}\n");
        JsonElement answers = JsonDocument.Parse(run.Output).RootElement.GetProperty("answers");
        answers.EnumerateArray().Select(answer => answer.GetProperty("places")[0].GetProperty("kind").GetString())
            .ShouldBe(["member", "bit_hole", "hole", "member", "member", "member"]);
        answers[4].GetProperty("places")[0].GetProperty("pointer_path").GetString().ShouldBe("next");
        answers[5].GetProperty("places")[0].GetProperty("offset_bits").GetInt32().ShouldBe(3);
    }

    private static BtfAssembler Sample()
    {
        var b = new BtfAssembler();
        uint i = b.Int("int", 4, signed: true);
        uint next = b.Pointer(0);
        b.Typedef("word", i);
        b.Struct("small", 4).Member("a", i, 0);
        uint outer = b.Struct("outer", 24).Bitfield("flag", i, 3, 2).Bitfield("number", i, 32, 0).Bitfield("next", next, 128, 0)
            .Bitfield("tail", b.Array(i, i, 0), 192, 0);
        b[next].SizeOrType = outer;
        return b;
    }

    private static void Fails(int code, string message, params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["field", .. arguments]);
        run.ExitCode.ShouldBe(code, run.Errors);
        run.Errors.ShouldContain(message);
        run.Output.ShouldBeEmpty();
    }

    private static string[] Lines(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["field", .. arguments]);
        run.ExitCode.ShouldBe(0, run.Errors);
        return run.Output.TrimEnd('\n').Split('\n');
    }
}
