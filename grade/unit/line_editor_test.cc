// SPDX-License-Identifier: MIT
//
// user/console: what is typed becomes the right line, and a model of a terminal shows the right row after each key,
// also for random keys; history; words of a command; the ring of the serial driver.

#include "line_editor.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

#include "uart/ring.h"
#include "words.h"

namespace glenda::console::test {
namespace {

/// A terminal's current row: understands what the editor sends, and complains about anything else.
struct Terminal : TextSink {
    Terminal() : TextSink{receive} {}
    static void receive(TextSink& sink, std::string_view text) {
        auto& self = static_cast<Terminal&>(sink);
        for (const char c : text) self.take(c);
    }
    void take(char c) {
        if (!escape.empty()) {
            escape += c;
            if (!isalpha(static_cast<unsigned char>(c))) return;
            if (escape == "\x1b[K")
                row.resize(std::min(row.size(), column));
            else if (escape.back() == 'D')
                column -= std::stoul(escape.substr(2));
            else if (escape == "\x1b[2J")
                row.clear(), column = 0;
            else
                EXPECT_EQ(escape, "\x1b[H");
            escape.clear();
        } else if (c == '\x1b')
            escape = c;
        else if (c == '\r')
            column = 0;
        else if (c == '\b')
            column--;
        else if (c == '\n')
            row.clear(), column = 0;
        else if (c == '\a')
            bells++;
        else {
            if (row.size() <= column) row.resize(column + 1, ' ');
            row[column++] = c;
        }
        EXPECT_LT(column, 80u);
    }
    std::string trimmed() const { return row.substr(0, row.find_last_not_of(' ') + 1); }

    std::string row, escape;
    std::size_t column = 0;
    int bells = 0;
};

class Editor : public ::testing::Test {
protected:
    Editor() { editor.start(); }
    LineEditor::Event type(std::string_view keys) {
        auto event = LineEditor::Event::None;
        for (const char key : keys) event = editor.feed(key);
        return event;
    }
    /// Enter a whole line and begin the next.
    std::string enter(std::string_view keys) {
        EXPECT_EQ(type(std::string(keys) + "\r"), LineEditor::Event::Line);
        const std::string line(editor.line());
        editor.start();
        return line;
    }
    Terminal terminal;
    LineEditor editor{terminal, "% "};
};

constexpr std::string_view kUp = "\x1b[A", kDown = "\x1b[B", kRight = "\x1b[C", kLeft = "\x1b[D";

TEST_F(Editor, ShowsWhatIsTyped) {
    type("ps");
    EXPECT_EQ(terminal.row, "% ps");
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
    EXPECT_EQ(terminal.row, "% ");
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
    EXPECT_EQ(terminal.trimmed(), "% thr");
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

TEST_F(Editor, LongLinesScrollAndThenRefuse) {
    const std::string line(History::kMaxLine, 'x');
    type(line);
    EXPECT_EQ(terminal.bells, 0);
    type("y");
    EXPECT_EQ(terminal.bells, 1);
    EXPECT_EQ(editor.line(), line);
}

TEST_F(Editor, UnknownSequencesAreSwallowed) { EXPECT_EQ(enter("a\x1b[15~\x1b[1;5C\x1bxb\x02\x1a"), "ab"); }

TEST_F(Editor, RandomKeysKeepLineAndScreenAsAModelSays) {
    std::mt19937 random(7);
    std::string line;
    std::size_t cursor = 0;
    for (int step = 0; step < 30000; step++) {
        switch (random() % 12) {
            default:
                if (line.size() < History::kMaxLine) {
                    const char key = char('!' + random() % 90);
                    line.insert(cursor++, 1, key);
                    type({&key, 1});
                }
                break;
            case 7:
                type(kLeft);
                if (cursor != 0) cursor--;
                break;
            case 8:
                type(kRight);
                if (cursor < line.size()) cursor++;
                break;
            case 9:
                type("\x7f");
                if (cursor != 0) line.erase(--cursor, 1);
                break;
            case 10:
                type("\x1b[3~");
                if (cursor < line.size()) line.erase(cursor, 1);
                break;
            case 11:
                switch (random() % 30) {
                    case 0: type("\x01"), cursor = 0; break;
                    case 1: type("\x05"), cursor = line.size(); break;
                    case 2: type("\x15"), line.clear(), cursor = 0; break;
                }
                break;
        }
        ASSERT_EQ(editor.line(), line);
        // The row is the prompt and some stretch of the line, with the terminal's cursor at the line's.
        const std::string shown = terminal.row.substr(2);
        ASSERT_LE(terminal.row.size(), LineEditor::kColumns);
        const std::size_t in_row = terminal.column - 2;
        ASSERT_LE(in_row, cursor);
        const std::string expected = line.substr(cursor - in_row, shown.size());
        ASSERT_EQ(shown.substr(0, expected.size()), expected);
        ASSERT_EQ(shown.find_first_not_of(' ', expected.size()), std::string::npos);
        if (line.size() + 2 <= LineEditor::kColumns) {
            ASSERT_EQ(expected, line);
        }
    }
}

TEST(Words, AreSplitAtBlanksAndKeptInQuotes) {
    const Words words("  run \thello \"a b\" c\"d \"\" \"open");
    const std::vector<std::string_view> all(words.all().begin(), words.all().end());
    EXPECT_EQ(all, (std::vector<std::string_view>{"run", "hello", "a b", "c\"d", "", "open"}));
    EXPECT_TRUE(Words("  \t ").empty());
    EXPECT_EQ(Words(std::string(200, 'x') + " y").all().size(), 2u);
}

TEST(Ring, RandomOperationsAgreeWithAQueue) {
    std::mt19937 random(8);
    uart::Ring<64> ring;
    std::deque<char> model;
    for (int step = 0; step < 50000; step++) {
        const char byte = char(random());
        if (random() % 2 == 0) {
            ASSERT_EQ(ring.push(byte), model.size() < 64);
            if (model.size() < 64) model.push_back(byte);
        } else {
            const auto out = ring.pop();
            ASSERT_EQ(out.has_value(), !model.empty());
            if (out) {
                ASSERT_EQ(*out, model.front());
                model.pop_front();
            }
        }
        if (random() % 5000 == 0) ring.clear(), model.clear();
        ASSERT_EQ(ring.size(), model.size());
        ASSERT_EQ(ring.room(), 64 - model.size());
    }
}

}  // namespace
}  // namespace glenda::console::test
