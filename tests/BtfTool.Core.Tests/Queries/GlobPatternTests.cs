using System.Text;
using BtfTool.Core.Queries;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Queries;

public class GlobPatternTests
{
    [Theory]
    [InlineData("tcp_*", "tcp_sock", true)]
    [InlineData("tcp_*", "tcp_", true)]
    [InlineData("tcp_*", "mptcp_sock", false)]
    [InlineData("*", "", true)]
    [InlineData("*a*b*", "xxaxxbxx", true)]
    [InlineData("*a*b*", "xxbxxaxx", false)]
    [InlineData("*ab", "aab", true)]
    [InlineData("u?", "u8", true)]
    [InlineData("u?", "u16", false)]
    [InlineData("u?", "u", false)]
    [InlineData("[us]8", "s8", true)]
    [InlineData("[us]8", "x8", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[]]x", "]x", true)]
    [InlineData("[a-]x", "-x", true)]
    [InlineData("[ab", "[ab", true)]
    [InlineData("[", "[", true)]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("a\\", "a\\", true)]
    public void Patterns_match_as_those_of_the_shell_do(string pattern, string name, bool matches)
    {
        new GlobPattern(Encoding.UTF8.GetBytes(pattern)).IsMatch(Encoding.UTF8.GetBytes(name)).ShouldBe(matches);
    }

    [Fact]
    public void A_pattern_of_many_stars_ends()
    {
        byte[] pattern = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("*a", 200)) + "b");

        new GlobPattern(pattern).IsMatch(Encoding.UTF8.GetBytes(new string('a', 5000))).ShouldBeFalse();
    }
}
