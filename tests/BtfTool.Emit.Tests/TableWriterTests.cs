using System.Buffers;
using System.Text;
using BtfTool.Emit.Tables;
using BtfTool.Emit.Text;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

public class TableWriterTests
{
    private static readonly TableColumn[] s_columns = [new("size", IsRightAligned: true), new("kind"), new("name")];

    [Fact]
    public void Numbers_are_right_aligned_and_lines_end_without_spaces()
    {
        Table(TableFormat.Aligned, header: true).ShouldBe(
            "   size  kind    name\n" +
            "      7  struct  a\n" +
            "1234567  union   longer\n");
        Table(TableFormat.Aligned, header: false).ShouldStartWith("      7  struct  a\n");
    }

    [Fact]
    public void Tab_separated_values_are_not_padded()
    {
        Table(TableFormat.Tsv, header: true).ShouldBe("size\tkind\tname\n7\tstruct\ta\n1234567\tunion\tlonger\n");
        Table(TableFormat.Tsv, header: false).ShouldBe("7\tstruct\ta\n1234567\tunion\tlonger\n");
    }

    [Fact]
    public void Control_characters_and_what_is_no_text_are_escaped()
    {
        byte[] name = [.. "a\tb\nc\e[31m\\é\u0085\u202E"u8, 0xff];

        Row(TableFormat.Aligned, name).ShouldBe("a\\tb\\nc\\x1b[31m\\\\é\\xc2\\x85\\xe2\\x80\\xae\\xff".Replace("\\\\", "\\", StringComparison.Ordinal) + "\n");
        Row(TableFormat.Tsv, name).ShouldBe("a\\tb\\nc\\x1b[31m\\\\é\\xc2\\x85\\xe2\\x80\\xae\\xff\n");
    }

    [Fact]
    public void Widths_count_characters()
    {
        Text(table =>
        {
            table.Cell("é"u8);
            table.Cell("x"u8);
            table.Cell("ab"u8);
            table.Cell("y"u8);
        }, [new("n"), new("m")], TableFormat.Aligned).ShouldBe("n   m\né   x\nab  y\n");
    }

    [Fact]
    public void A_long_table_is_kept_only_in_part()
    {
        byte[] name = new byte[1 << 20];
        name.AsSpan().Fill((byte)'x');
        long most = 0;
        var target = new ArrayBufferWriter<byte>();
        var writer = new Utf8Writer(target);
        var table = new TableWriter(writer, [new("name")], TableFormat.Aligned, header: false);
        for (int i = 0; i < 80; i++)
        {
            table.Cell(name);
            most = Math.Max(most, writer.Length);
        }

        most.ShouldBeGreaterThan(TableWriter.MaxKeptBytes);
        table.Finish();
        writer.Length.ShouldBe(80L * (name.Length + 1));
    }

    private static string Table(TableFormat format, bool header) => Text(table =>
    {
        table.Cell(7);
        table.Cell("struct"u8);
        table.Cell("a"u8);
        table.Cell(1234567);
        table.Cell("union"u8);
        table.Cell("longer"u8);
    }, s_columns, format, header);

    private static string Row(TableFormat format, byte[] name) => Text(table => table.Cell(name), [new("name")], format, header: false);

    private static string Text(Action<TableWriter> write, TableColumn[] columns, TableFormat format, bool header = true)
    {
        var target = new ArrayBufferWriter<byte>();
        var writer = new Utf8Writer(target);
        var table = new TableWriter(writer, columns, format, header);
        write(table);
        table.Finish();
        writer.Flush();
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
