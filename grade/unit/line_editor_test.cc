// SPDX-License-Identifier: MIT
//
// user/console: typed keys give the right line. Also history, the limit of a line, and the words of a command.
#include "terminal_model.h"
#include "words.h"

namespace glenda::console::test {
namespace {

TEST_F(Editor, ShowsWhatIsTyped) {
    type("ps");
    EXPECT_EQ(terminal.row(), "% ps");
    EXPECT_EQ(terminal.column, 4u);
    EXPECT_EQ(type("\r"), LineEditor::Event::Line);
    EXPECT_EQ(editor.line(), "ps");
}

TEST_F(Editor, BothBackspacesErase) {
    EXPECT_EQ(enter("hellx\x7fo"), "hello");
    EXPECT_EQ(enter("hellx\bo"), "hello");
    EXPECT_EQ(enter("\x7f\x7fx"), "x");
}

TEST_F(Editor, EditsInTheMiddle) {
    EXPECT_EQ(enter("hllo\x1b[D\x1b[D\x1b[De"), "hello");
    EXPECT_EQ(enter("helo\x01\x1b[C\x1b[C\x1b[Cl"), "hello");
    EXPECT_EQ(enter("xhello\x01\x1b[3~"), "hello");
    EXPECT_EQ(enter(std::string("ell\x01h\x05o")), "hello");
    EXPECT_EQ(enter("b\x1b[Ha\x1b[Fc"), "abc");
}

TEST_F(Editor, InterruptAndKillLeaveNothing) {
    EXPECT_EQ(type("rubbish\x03"), LineEditor::Event::Cancelled);
    editor.start();
    EXPECT_EQ(terminal.row(), "%");
    EXPECT_EQ(enter("rubbish\x15ps"), "ps");
}

TEST_F(Editor, CarriageReturnAndLineFeedAreOneEnter) {
    EXPECT_EQ(type("a\r"), LineEditor::Event::Line);
    editor.start();
    EXPECT_EQ(type("\n"), LineEditor::Event::None);
    EXPECT_EQ(type("b\n"), LineEditor::Event::Line);
    EXPECT_EQ(editor.line(), "b");
}

TEST_F(Editor, HistoryGoesBackAndReturnsToTheDraft) {
    enter("one"), enter("two"), enter("two"), enter("");
    type("thr");
    type(kUp);
    EXPECT_EQ(editor.line(), "two");
    type(kUp);
    EXPECT_EQ(editor.line(), "one") << "repetitions and empty lines are not kept";
    type(kUp);
    EXPECT_EQ(terminal.bells, 1);
    type(kDown), type(kDown);
    EXPECT_EQ(editor.line(), "thr");
    EXPECT_EQ(terminal.row(), "% thr");
    type(kDown);
    EXPECT_EQ(terminal.bells, 2);
}

TEST_F(Editor, HistoryKeepsTheLastLines) {
    for (unsigned i = 0; i < 40; i++) enter(std::to_string(i));
    for (unsigned i = 0; i < History::kLines; i++) type(kUp);
    EXPECT_EQ(editor.line(), std::to_string(40 - History::kLines));
    type(kUp);
    EXPECT_EQ(editor.line(), std::to_string(40 - History::kLines));
}

TEST_F(Editor, ALineOfTheLimitIsEnteredWhole) {
    const std::string line(LineEditor::kMaxLine, 'x');
    type(line);
    EXPECT_EQ(terminal.bells, 0);
    EXPECT_EQ(enter(""), line);
}

/// The last keys did not fit. To execute the rest would be to execute a different command.
TEST_F(Editor, ALinePastTheLimitIsRefused) {
    const std::string line(LineEditor::kMaxLine, 'x');
    type(line + "y");
    EXPECT_EQ(terminal.bells, 1);
    EXPECT_EQ(editor.line(), line);
    EXPECT_EQ(type("\x01\x05\r"), LineEditor::Event::TooLong);
    editor.start();
    type(kUp);
    EXPECT_EQ(editor.line(), "") << "the history has no part of it";
    EXPECT_EQ(enter("next"), "next");

    type(line + "y");
    type("\x7f");  // an edit shows that the user has noticed
    EXPECT_EQ(enter("z"), line.substr(1) + "z");
    type(std::string(LineEditor::kMaxLine - 1, 'x') + "é");
    EXPECT_EQ(type("\r"), LineEditor::Event::TooLong) << "a character is not cut in two";
}

TEST(Words, AreSplitAtBlanksAndKeptInQuotes) {
    const Words words("  run \thello \"a b\" c\"d \"\" \"open");
    const std::vector<std::string_view> all(words.all().begin(), words.all().end());
    EXPECT_EQ(all, (std::vector<std::string_view>{"run", "hello", "a b", "c\"d", "", "open"}));
    EXPECT_TRUE(Words("  \t ").empty());
    EXPECT_EQ(Words(std::string(200, 'x') + " y").all().size(), 2u);
}

}  // namespace
}  // namespace glenda::console::test
