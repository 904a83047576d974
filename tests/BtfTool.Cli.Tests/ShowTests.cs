using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Cli.Tests;

public class ShowTests : WorkFolder
{
    private static readonly string s_kernel = Oracle.PathOf("linux-6.18/vmlinux.btf.gz");

    [Theory]
    [InlineData("linux-6.1")]
    [InlineData("linux-6.18")]
    public void All_types_in_compat_mode_are_what_pahole_writes(string kernel)
    {
        BtfToolProcess.Run("show", "--all", "--pahole-compat", "-f", Oracle.PathOf($"{kernel}/vmlinux.btf.gz"))
            .ShouldHaveWritten($"{kernel}/pahole-1.31.all.txt.gz");
    }

    [Fact]
    public void Named_types_expanded_in_compat_mode_are_what_pahole_writes()
    {
        string[] names = ["task_struct", "sk_buff", "tcp_sock", "inode", "page", "net_device"];

        BtfToolProcess.Run(["show", "--expand", "--pahole-compat", .. names, "-f", s_kernel])
            .ShouldHaveWritten("linux-6.18/pahole-1.31.expand.txt");
    }

    [Fact]
    public void Of_several_types_of_one_name_all_are_shown_and_in_compat_mode_the_first()
    {
        var btf = new BtfAssembler();
        uint number = btf.Int("int", 4, signed: true);
        btf.Struct("twice", 4).Member("first", number, 0);
        btf.Struct("twice", 8).Member("second", number, 32);
        string file = Write("btf", btf.ToBytes());

        Heads("twice", "-f", file).ShouldBe(["struct twice", "struct twice"]);
        Heads("twi*", "twice", "-f", file).ShouldBe(["struct twice", "struct twice"]);
        Show("--pahole-compat", "twice", "-f", file).ShouldNotContain("second");
        Heads("--pahole-compat", "twi*", "-f", file).ShouldBe(["struct twice"]);
    }

    [Fact]
    public void Types_come_in_the_order_in_which_they_were_asked_for_with_an_empty_line_behind_each()
    {
        string text = Show("list_head", "enum zone_type", "hlist_head", "-f", s_kernel);

        HeadsOf(text).ShouldBe(["struct list_head", "enum zone_type", "struct hlist_head"]);
        text.Split("};\n\n").Length.ShouldBe(4);
        text.ShouldEndWith("};\n\n");
    }

    [Fact]
    public void A_typedef_is_shown_with_the_struct_that_it_names_but_not_in_compat_mode()
    {
        Heads("spinlock_t", "-f", s_kernel).ShouldBe(["typedef struct spinlock spinlock_t;", "struct spinlock"]);
        Heads("spinlock_t", "spinlock", "-f", s_kernel).ShouldBe(["typedef struct spinlock spinlock_t;", "struct spinlock"]);
        Heads("typedef atomic_t", "-f", s_kernel).ShouldBe(["typedef struct", "atomic_t;"]);
        Heads("--pahole-compat", "spinlock_t", "-f", s_kernel).ShouldBe(["typedef struct spinlock spinlock_t;"]);
    }

    [Fact]
    public void Where_types_of_DWARF_are_declared_is_said_when_asked()
    {
        string[] dwarf = ["--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz")];

        Show(["--decl", "list_head", .. dwarf]).ShouldMatch(@"^/\* include/linux/types\.h:179; \S+ and 1 more unit \*/\nstruct list_head \{");
        Show(["--decl", "hlist_hea[d]", .. dwarf]).ShouldMatch(@"^/\* include/linux/types\.h:183 \*/\nstruct hlist_head \{");
        Show(["--decl", "--all", .. dwarf]).ShouldContain("/* include/linux/types.h:183 */\nstruct hlist_head {");
        Show(["list_head", .. dwarf]).ShouldStartWith("struct list_head {");
    }

    [Fact]
    public void That_BTF_does_not_say_where_types_are_declared_is_a_warning()
    {
        BtfToolProcess.Run("show", "--decl", "list_head", "-f", s_kernel).Errors.ShouldContain("BTF, which does not say where they are declared");
    }

    [Fact]
    public void Types_of_DWARF_are_chosen_as_those_of_BTF()
    {
        string[] dwarf = ["--format", "dwarf", "-f", Oracle.PathOf("tun-ko/tun.ko.debug.gz")];

        Heads(["--pahole-compat", "spinlock_t", .. dwarf]).ShouldBe(["typedef struct spinlock spinlock_t;"]);
        Heads(["spinlock_t", .. dwarf]).ShouldBe(["typedef struct spinlock spinlock_t;", "struct spinlock"]);
    }

    [Theory]
    [InlineData("struct spinlock", "struct spinlock")]
    [InlineData("union bpf_attr", "union bpf_attr")]
    [InlineData("enum zone_type", "enum zone_type")]
    [InlineData("spin[l]oc?", "struct spinlock")]
    public void A_word_in_front_or_a_pattern_chooses(string name, string head)
    {
        Heads(name, "-f", s_kernel).ShouldBe([head]);
    }

    [Fact]
    public void A_module_is_listed_without_the_types_of_its_kernel_and_finds_both_by_name()
    {
        string[] files = ["-f", Oracle.PathOf("fuse-ko-split/fuse.split.btf.gz"), "-B", Oracle.PathOf("linux-6.1/vmlinux.btf.gz")];

        Heads(["--all", .. files]).ShouldNotContain("struct list_head");
        Heads(["fuse_inode", "list_head", .. files]).ShouldBe(["struct fuse_inode", "struct list_head"]);
    }

    [Theory]
    [InlineData("task_struct", "cacheline 1 boundary (128 bytes)", "--cacheline", "128")]
    [InlineData("list_head", "/*   0x8   0x8 */", "--hex")]
    [InlineData("spinlock", "/* typedef arch_spinlock_t */", "--expand")]
    public void An_option_adds_what_it_promises(string type, string promised, params string[] option)
    {
        Show(type, "-f", s_kernel).ShouldNotContain(promised);
        string text = Show([type, "-f", s_kernel, .. option]);
        text.ShouldContain(promised);
    }

    [Theory]
    [InlineData("packing", "__attribute__((__packed__))", "--no-packed")]
    [InlineData("packing", "__attribute__((__aligned__(", "--no-aligned")]
    [InlineData("arrays", "[2][3]", "--flat-arrays")]
    public void An_option_leaves_out_what_it_promises(string fixture, string left, string option)
    {
        string file = Fixtures.PathOf($"bin/{fixture}.clang-bpf.o");

        Show("--all", "-f", file).ShouldContain(left);
        Show("--all", "-f", file, option).ShouldNotContain(left);
    }

    [Fact]
    public void Relative_offsets_begin_anew_in_each_nested_struct()
    {
        var btf = new BtfAssembler();
        uint number = btf.Int("int", 4, signed: true);
        uint inner = btf.Struct("", 8).Member("a", number, 0).Member("b", number, 32);
        btf.Struct("outer", 12).Member("head", number, 0).Member("", inner, 32);
        string file = Write("btf", btf.ToBytes());

        Show("outer", "-f", file).ShouldMatch(@"b; +/\* +8 +4 \*/");
        Show("outer", "-f", file, "--relative-offsets").ShouldMatch(@"b; +/\* +4 +4 \*/");
    }

    [Fact]
    public void Without_a_file_the_running_kernel_is_shown()
    {
        Assert.SkipUnless(File.Exists("/sys/kernel/btf/vmlinux"), "this kernel does not describe its types");

        Heads("struct list_head").ShouldBe(["struct list_head"]);
    }

    // Text that is not indented is the head of a type, up to its body.
    private static string[] HeadsOf(string text) =>
        [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '\t').Select(line => line.TrimStart('}').Replace(" {", "").Trim())
            .Where(line => line.Length > 0 && line[0] != ';' && !line.StartsWith("__attribute__", StringComparison.Ordinal))];

    private static string[] Heads(params string[] arguments) => HeadsOf(Show(arguments));

    private static string Show(params string[] arguments)
    {
        RunResult run = BtfToolProcess.Run(["show", .. arguments]);
        run.ExitCode.ShouldBe(0, run.Errors);
        run.Errors.ShouldBeEmpty();
        return run.Output;
    }
}
