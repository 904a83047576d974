using BtfTool.Core.Layout;
using BtfTool.Core.Queries;
using BtfTool.Core.Sources;
using BtfTool.Core.Types;

using TypeSource kernel = args.Length > 1 ? SourceOpener.Open(args[1]) : SourceOpener.OpenDefault();
TypeView type = kernel.Graph.Find(args[0]);
foreach (MemberView member in type.Members)
    Console.WriteLine($"{member.BitOffset / 8,6} {member.NameString}");
foreach (LayoutGap gap in new LayoutReporter(kernel.Graph).Report(type.Id).Gaps)
    Console.WriteLine($"{gap.Kind} of {gap.SizeBits} bits at byte {gap.BitOffset / 8}: {gap.Cause}");
