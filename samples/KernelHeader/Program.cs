using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;
using BtfTool.Emit.Headers;
using BtfTool.Emit.Text;

using TypeSource kernel = args.Length > 1 ? SourceOpener.Open(args[1]) : SourceOpener.OpenDefault();
TypeView type = kernel.Graph.Find(args[0]);
Console.WriteLine(type.ToListing());
using Stream output = Console.OpenStandardOutput();
kernel.Graph.WriteHeader(output, new HeaderOptions { Roots = [type.Id] });
