using BtfTool.Core.Btf;
using BtfTool.Core.IO;
using BtfTool.Core.Types;
using BtfTool.Oracles;

// Reorganize FILE.btf LISTING: compares the plans for the structs of a file with what `pahole --reorganize` lists of them. Exit code 1
// where pahole's order is legal and better.
TypeGraph graph = BtfReader.Read(BtfFile.Parse(args[0], "BTF", ByteRegion.FromBytes(File.ReadAllBytes(args[0]))));
var comparison = new Comparison(graph);
foreach (PaholeOrder order in PaholeOrder.ReadAll(File.ReadLines(args[1])))
{
    comparison.Add(order);
}

int legal = comparison.Wins + comparison.Ties + comparison.Losses.Count;
Row("structs that pahole lists", comparison.Listed);
Row("not compared", comparison.LeftOut.Values.Sum());
foreach ((string reason, int count) in comparison.LeftOut)
{
    Row("  " + reason, count);
}

Row("pahole's order is illegal", comparison.Illegal.Values.Sum());
foreach ((string reason, int count) in comparison.Illegal)
{
    Row("  " + reason, count);
}

Row("pahole's order is legal", legal);
Row("  btftool's plan is better", comparison.Wins);
Row("  as good", comparison.Ties);
Row("    of these neither changes the struct", comparison.UnchangedTies);
Row("  pahole's is better", comparison.Losses.Count);
Row("bytes saved by legal orders of pahole", comparison.PaholeBytes);
Row("bytes saved by btftool in the structs compared", comparison.OurBytes);
comparison.Losses.ForEach(Console.WriteLine);
return comparison.Losses.Count == 0 ? 0 : 1;

static void Row(string what, long count) => Console.WriteLine($"{what,-60} {count,8}");
