using System.Buffers;
using System.Text;
using BtfTool.Emit.Reports;

namespace BtfTool.Emit.Tests.Reports;

/// <summary>Reports that the tests of the writers share.</summary>
internal static class ReportSamples
{
    /// <summary>What could end a line, a cell, an element, a fence, a command or a directive, and half a surrogate pair.</summary>
    public const string Hostile = "a\n::error::b\r\n|`c` ``` ]]> <d>&\"' # SKIP %0A @e,f:g \\ \t\0\u001b[31m\u0085\u202e\ufffe\ud800z";

    public static readonly ReportRule Size = new("BT001", "size", "The size of a type", "Says how large\na type may be.", ReportLevel.Error);
    public static readonly ReportRule Holes = new("BT002", "holes", "Holes between members", "", ReportLevel.Warning);

    /// <summary>One finding of each sort.</summary>
    public static Report Ordinary => new()
    {
        Command = "check",
        Rules = [Size, Holes],
        Inputs = ["vmlinux"],
        Passed = ["struct file", "union thread_union"],
        Items =
        [
            new ReportItem
            {
                Rule = Size, Level = ReportLevel.Error, Type = "struct sock", Message = "size is 776, at most 768 is allowed", Expected = "<= 768",
                Found = "776", Context = "struct sock {\n\tint a;   /* 0 4 */\n};\n", File = "include/net/sock.h", Line = 341, Column = 8,
                IsInBaseline = false,
            },
            new ReportItem
            {
                Rule = Holes, Level = ReportLevel.Warning, Type = "struct sk_buff", Member = "head", Message = "a hole of 4 bytes before head",
                Target = "arm64", IsInBaseline = true, File = "include/linux/skbuff.h", Line = 880, Related = new ReportPlace("net.layout", 12, 3, "the rule"),
            },
            new ReportItem
            {
                Rule = Holes, Level = ReportLevel.Error, Type = "struct sock", Member = "sk_lock", Message = "a hole of 2 bytes before sk_lock",
                Suppression = new ReportSuppression("rework pending", new DateOnly(2027, 12, 1)),
            },
            new ReportItem { Rule = Size, Level = ReportLevel.Note, Type = "", Message = "another compiler: gcc 13, the baseline has gcc 12" },
        ],
    };

    /// <summary>Nothing but <see cref="Hostile"/>, in every place.</summary>
    public static Report AllHostile => new()
    {
        Command = "check",
        Rules = [],
        Inputs = [Hostile],
        Passed = [Hostile],
        Items = [HostileItem(null), HostileItem(new ReportSuppression(Hostile, null))],
    };

    public static Report Empty => new() { Command = "diff", Rules = [], Items = [] };

    public static string Write(Report report, ReportFormat format, ReportWriterOptions? options = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        ReportWriters.Write(report, format, buffer, options ?? new ReportWriterOptions { ToolVersion = "1.2.3" });

        // Throws for what is not UTF-8.
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(buffer.WrittenSpan);
    }

    private static ReportItem HostileItem(ReportSuppression? suppression) => new()
    {
        Rule = new ReportRule(Hostile, Hostile, Hostile, Hostile, ReportLevel.Error),
        Level = ReportLevel.Error,
        Type = Hostile,
        Member = Hostile,
        Message = Hostile,
        Expected = Hostile,
        Found = Hostile,
        Context = Hostile,
        Target = Hostile,
        File = Hostile,
        Line = 1,
        Related = new ReportPlace(Hostile, 1, 1, Hostile),
        Suppression = suppression,
    };
}
