using BtfTool.Core.Compare;
using BtfTool.Core.Sources;

using TypeSource old = SourceOpener.Open(args[0]), now = SourceOpener.Open(args[1]);
foreach (TypeDifference difference in GraphComparison.Of(old.Graph, now.Graph).Differences)
    Console.WriteLine(difference);
