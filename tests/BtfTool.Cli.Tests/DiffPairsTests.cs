using System.ComponentModel;
using System.Diagnostics;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

/// <summary>Exit codes of <c>diff</c> for each class of change, of types that compilers laid (<c>fixtures/diff</c>).</summary>
public class DiffPairsTests(DiffPairsTests.Sides sides) : IClassFixture<DiffPairsTests.Sides>
{
    [Theory]
    [InlineData("p_added_middle")]
    [InlineData("p_removed_last")]
    [InlineData("p_moved_to_end")]
    [InlineData("p_renamed_int")]
    [InlineData("p_type_float")]
    [InlineData("p_sign_int")]
    [InlineData("p_bits_widened_last")]
    [InlineData("p_array_longer")]
    [InlineData("p_enum_renumber")]
    [InlineData("p_enum_remove")]
    [InlineData("p_kind_union")]
    [InlineData("p_packed_type")]
    [InlineData("p_tail_grown")]
    [InlineData("p_gone_struct")]
    [InlineData("p_first_name")]
    [InlineData("p_no_more_complete")]
    [InlineData("p_target_int")]
    [InlineData("p_outer")]
    public void What_breaks_layout_or_source_is_an_error(string name) => Check(name, byDefault: 1, onErrors: 1);

    [Theory]
    [InlineData("p_hole_char")]
    [InlineData("p_tail_padding")]
    [InlineData("p_reserved_whole")]
    [InlineData("p_enum_append")]
    [InlineData("p_enum_insert_value")]
    [InlineData("p_now_complete")]
    [InlineData("p_new_struct")]
    [InlineData("p_target_same")]
    public void What_breaks_nothing_fails_only_where_any_difference_does(string name) => Check(name, byDefault: 1, onErrors: 0);

    [Theory]
    [InlineData("p_same_order_a")]
    [InlineData("p_same_values")]
    [InlineData("p_points_at_root")]
    public void What_does_not_differ_never_fails(string name) => Check(name, byDefault: 0, onErrors: 0);

    private void Check(string name, int byDefault, int onErrors)
    {
        foreach ((string old, string now) in sides.Compiled())
        {
            RunResult run = BtfToolProcess.Run("diff", old, now, name);
            run.ExitCode.ShouldBe(byDefault, run.Errors + run.Output);
            BtfToolProcess.Run("diff", old, now, name, "--fail-on", "error").ExitCode.ShouldBe(onErrors, run.Output);
            BtfToolProcess.Run("diff", old, now, name, "--fail-on", "never").ExitCode.ShouldBe(0);
        }
    }

    /// <summary>Both sides, as DWARF of gcc and as BTF of clang.</summary>
    public sealed class Sides : WorkFolder
    {
        private readonly Lazy<IReadOnlyList<(string Old, string New)>> _compiled;

        public Sides() => _compiled = new Lazy<IReadOnlyList<(string, string)>>(() =>
            [(Compile("gcc", "-g"), Compile("gcc", "-g", "-DNEW")), (Compile("clang", "-g", "-target", "bpf"), Compile("clang", "-g", "-target", "bpf", "-DNEW"))]);

        public IReadOnlyList<(string Old, string New)> Compiled() => _compiled.Value;

        private string Compile(string compiler, params string[] arguments)
        {
            string output = PathTo(compiler + string.Concat(arguments) + ".o");
            try
            {
                using Process process = Process.Start(compiler, [.. arguments, "-w", "-c", Fixtures.PathOf("diff/pairs.c"), "-o", output]);
                process.WaitForExit();
                process.ExitCode.ShouldBe(0, compiler);
            }
            catch (Win32Exception)
            {
                Assert.Skip($"{compiler} is not installed");
            }

            return output;
        }
    }
}
