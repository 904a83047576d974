using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class RankedReportTests : WorkFolder
{
    [Fact]
    public void All_types_of_a_file_are_one_page_that_is_the_same_for_any_number_of_threads()
    {
        string file = Fixtures.PathOf("bin/packing.gcc-x86_64.o"), path = PathTo("all.html");
        RunResult run = BtfToolProcess.Run("report", "--all", "-f", file, "-o", path);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Output.ShouldBeEmpty();
        string page = File.ReadAllText(path);

        page.ShouldStartWith("<!DOCTYPE html>\n");
        page.ShouldContain("default-src 'none'");
        page.ShouldContain("id=\"types-data\">{");
        page.ShouldContain("data-chunk=\"0\"");
        page.ShouldEndWith("</html>\n");
        page.ShouldNotContain("http:");
        BtfToolProcess.Run("report", "--all", "--jobs", "5", "-f", file).Output.ShouldBe(page);
    }

    [Fact]
    public void Types_of_modules_say_which()
    {
        var kernel = new BtfAssembler();
        uint number = kernel.Int("int", 4, signed: true);
        kernel.Struct("base_struct", 4).Member("m", number, 0);
        string modules = Directory.CreateDirectory(PathTo("mods")).FullName;
        foreach (string name in (string[])["one", "two"])
        {
            var module = new BtfAssembler(baseBtf: kernel);
            module.Struct("twin", 4).Member("t", number, 0);
            module.Struct("of_" + name, 4).Member("m", number, 0);
            Write($"mods/{name}.btf", module.ToBytes());
        }

        string page = BtfToolProcess.Run("report", "--all", "--kernel", modules, "-f", Write("kernel", kernel.ToBytes())).Output;

        page.ShouldContain("\"values\":[\"base_struct\",\"twin\",\"of_one\",\"of_two\"]");
        page.ShouldContain("\"words\":[\"\",\"one\",\"two\"],\"values\":[0,1,1,2]");
    }
}
