using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Reorganization;
using BtfTool.Core.Types;
using BtfTool.Emit.Reorganize;
using BtfTool.Emit.Text;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Emit.Tests;

public class SourcePatchTests
{
    [Fact]
    public void A_plan_becomes_a_patch_that_moves_declarations_with_their_comments()
    {
        Patch("""
            struct other { int x; };

            /* holed; { */
            struct holed
            {
            	char c; /* who; what */

            	/*
            	 * the next one;
            	 */
            	void *next;
            #ifdef CONFIG_X
            	int x;
            #endif
            	int (*n)(char a[sizeof("};")], int b);	// the last
            };
            """, line: 4).ShouldBe("""
            --- a/dir/file.h
            +++ b/dir/file.h
            @@ -4,6 +4,7 @@
             struct holed
             {
             	char c; /* who; what */
            +	int (*n)(char a[sizeof("};")], int b);	// the last
             
             	/*
             	 * the next one;
            @@ -12,5 +13,4 @@
             #ifdef CONFIG_X
             	int x;
             #endif
            -	int (*n)(char a[sizeof("};")], int b);	// the last
             };

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("struct holed { char c; void *next; int n; };", "its members stand on the line where it opens")]
    [InlineData("struct holed\n{\n\tchar c;\n\tvoid *next;\n\tchar k;\n};", "the declaration of 'n' was not found in it")]
    [InlineData("struct holed\n{\n\tchar c;\n\tvoid *next; int n;\n};", "'next' and 'n' are declared together, and only one of them moves")]
    [InlineData("struct holed\n{\n\tchar c;\n\tvoid *next;\n#if 1\n\tint n;\n#endif\n};", "'n' would move into or out of what the preprocessor may leave out")]
    [InlineData("int holed;\nint more;", "no struct opens at line 1")]
    [InlineData("struct holed\n{\n\tchar c; /* never ends", "no struct opens at line 1")]
    public void What_cannot_be_moved_in_the_source_is_said(string source, string reason)
    {
        Patch(source, 1).ShouldBe(reason);
    }

    [Fact]
    public void Any_text_ends_in_a_patch_or_a_reason()
    {
        const string Pieces = "{};#/*\"'\\ \n\nabcn,()";
        var random = new Random(7);
        for (int round = 0; round < 3000; round++)
        {
            char[] text = [.. Enumerable.Range(0, random.Next(200)).Select(_ => Pieces[random.Next(Pieces.Length)])];
            Patch("struct holed\n{\n" + new string(text), 1).ShouldNotBeEmpty();
        }
    }

    private static string Patch(string source, int line)
    {
        var b = new BtfAssembler();
        uint small = b.Int("char", 1), number = b.Int("int", 4, signed: true), pointer = b.Pointer(0);
        uint id = b.NextId;
        b.Struct("holed", 24).Member("c", small, 0).Member("next", pointer, 64).Member("n", number, 128);
        TypeGraph graph = BtfReader.Read(BtfFile.Parse("test", "BTF", ByteRegion.FromBytes(b.ToBytes())));
        var structs = new ReorganizedStructs(graph, 64, withSteps: false);
        structs.Add(new Reorganizer(graph).Plan(new TypeId(id)), "struct holed");
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var output = new Utf8Writer(buffer);
        string? reason = SourcePatch.Write(structs.Build()[0], "dir/file.h", source.ReplaceLineEndings("\n").Split('\n'), line, output);
        output.Flush();
        return reason ?? System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
