using BtfTool.Core.Layout;
using BtfTool.Core.Profiles;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.Profiles;

public class MemberGuessTests
{
    [Fact]
    public void Types_and_whole_words_of_names_of_members_are_what_is_guessed_from()
    {
        var b = new BtfAssembler();
        uint number = b.Int("int", 4, signed: true);
        uint function = b.Pointer(b.Prototype(number).Id);
        uint table = b.Struct("anything", 16).Member("run", function, 0).Member("flags", number, 64).Id;
        uint data = b.Struct("ops", 8).Member("x", number, 0).Member("y", number, 32).Id;
        uint constant = b.Const(number);
        (string Name, uint Type, MemberGuess Guess)[] members =
        [
            ("a", b.Pointer(b.Const(table)), MemberGuess.ReadMostly), ("ops", b.Pointer(b.Const(data)), MemberGuess.None),
            ("b", b.Pointer(table), MemberGuess.None), ("c", constant, MemberGuess.ReadMostly),
            ("lock_c", b.Typedef("t", constant), MemberGuess.ReadMostly), ("sk_lock", number, MemberGuess.LikelyWritten),
            ("blocks", number, MemberGuess.None), ("refCount", number, MemberGuess.LikelyWritten), ("account", number, MemberGuess.None),
            ("rcu", number, MemberGuess.Cold), ("lock", number, MemberGuess.LikelyWritten), ("_", number, MemberGuess.None),
            ("tx_stats_lock", number, MemberGuess.LikelyWritten), ("destroy_work", number, MemberGuess.Cold),
        ];
        ElementsDraft draft = b.Struct("s", (uint)members.Length * 8);
        for (int i = 0; i < members.Length; i++)
        {
            draft.Member(members[i].Name, members[i].Type, (uint)i * 64);
        }

        TypeGraph graph = Read.Graph(b);
        MemberGuesses guesses = MemberGuesses.Of(graph, new LayoutAnalyzer(graph).Analyze(new TypeId(draft.Id)), 64);
        for (int i = 0; i < members.Length; i++)
        {
            guesses.Of(i).ShouldBe(members[i].Guess, members[i].Name);
        }

        guesses.Mixed.Count.ShouldBe(1);
        guesses.Mixed[0].Read.ShouldBe([0, 3, 4]);
        guesses.Mixed[0].Written.ShouldBe([5, 7]);
    }
}
