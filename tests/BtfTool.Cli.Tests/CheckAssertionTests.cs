using System.Diagnostics;
using System.Text;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

/// <summary>What <c>check --emit static_assert</c> writes is C that compilers take, for every kind of rule.</summary>
public class CheckAssertionTests : WorkFolder
{
    private const string Definitions = """
        struct inner { int a; long b; };
        struct all {
          int a; int b; unsigned x:3, y:5; char name[60]; struct inner in; struct { int unnamed; };
          char __cacheline_group_begin__g[0]; int g1; int g2; char __cacheline_group_end__g[0]; void (*call)(int); char last[64];
        };
        union both { int i; long l; unsigned f:4; };
        enum state { MINUS = -1, ONE = 1, LARGE = 0x7fffffff };
        typedef struct all all_t;
        struct all kept_all; union both kept_both; enum state kept_state; all_t *kept_all_t;
        int main(void) { return MINUS + ONE; }
        """;

    private const string Rules = """
        target pointer 8
        struct all {
          size == 176; size name == 60; size in == 16; alignment == 8; holes <= 3; hole_bytes <= 20; bit_holes <= 1; padding <= 8; cachelines <= 4; members > 3
          offset b == 4; offset in.b == 80; offset x == 8:0; offset y <= 8; type a is "int"; type x is "unsigned int"; first a; last last; line a == 0; line x == 0
          aligned in 8; aligned x 8; bits x == 3; member nope absent; member x exists; member a exists; member unnamed exists
          same_line a, b; same_line a, x, b; same_line x, y; separate_lines a, in; separate_lines y, in; separate_lines x, last
          warn no_straddle; no_straddle except name, last; no_straddle a, x; no_straddle x
          group g { lines <= 1; bytes <= 8; contains g1, g2 }
          fast { a, b } lines <= 1; fast { a, x } lines <= 1
          optional size nope == 1; warn size == 1
          when pointer 8 { offset b == 4; same_line x, a } else { offset b == 3 }
          when has(a) { size == 176 }; when arch x86_64 and not pointer 4 { line y == 0 }
        }
        union both { size == 8; offset l == 0; offset f == 0; aligned f 4; member f exists }
        enum state { value MINUS == -1; value ONE == 1; value LARGE == 0x7fffffff; size == 4; members == 3 }
        typedef all_t { size == 176; offset b == 4; line x == 0; member y exists }
        match struct "all*" { size > 0 }
        optional struct nope { size == 1 }
        target other { struct all { size == 1 } }
        """;

    [Theory]
    [InlineData("gcc")]
    [InlineData("clang")]
    public void Assertions_of_every_kind_of_rule_compile(string compiler)
    {
        string source = Write("all.c", Encoding.UTF8.GetBytes(Definitions));
        string program = PathTo("all");
        Run(compiler, "-g", "-O0", "-fno-eliminate-unused-debug-types", "-o", program, source).ShouldBe("");
        string file = Write("all.layout", Encoding.UTF8.GetBytes(Rules));
        BtfToolProcess.Run("check", file, "-f", program).ExitCode.ShouldBe(0);

        RunResult run = BtfToolProcess.Run("check", file, "--emit", "static_assert", "-f", program);

        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.ShouldContain("a bitfield */");
        run.Output.ShouldContain("_Static_assert(offsetof(struct all, a) / 64 == offsetof(struct all, a) / 64");
        string checkedSource = Write("checked.c", Encoding.UTF8.GetBytes(Definitions + "\n" + run.Output));
        Run(compiler, "-fsyntax-only", "-w", checkedSource).ShouldBe("");
        string wrong = Write("wrong.c", Encoding.UTF8.GetBytes(Definitions + "\n" + run.Output.Replace("offsetof(struct all, b) == 4", "offsetof(struct all, b) == 5", StringComparison.Ordinal)));
        Run(compiler, "-fsyntax-only", "-w", wrong).ShouldContain("static");
    }

    [Fact]
    public void Without_an_input_the_file_shows_which_members_are_bitfields()
    {
        string file = Write("a.layout", "struct all { offset x == 8:0; bits y == 5; same_line x, a; line y == 0; offset b == 4 }"u8);

        RunResult run = BtfToolProcess.Run("check", file, "--emit", "static_assert");

        run.ExitCode.ShouldBe(0, run.Errors);
        string source = Write("a.c", Encoding.UTF8.GetBytes(Definitions + "\n" + run.Output));
        Run("gcc", "-fsyntax-only", "-w", source).ShouldBe("");
        run.Output.ShouldContain("offsetof(struct all, b) == 4");
    }

    [Fact]
    public void Assertions_of_an_input_that_is_not_there_end_with_3()
    {
        string file = Write("a.layout", "struct all { size == 176 }"u8);
        BtfToolProcess.Run("check", file, "--emit", "static_assert", "-f", PathTo("gone")).ExitCode.ShouldBe(3);
        BtfToolProcess.Run("check", file, "--emit", "static_assert", "--json").ExitCode.ShouldBe(2);
    }

    private static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return errors;
    }
}
