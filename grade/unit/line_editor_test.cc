// SPDX-License-Identifier: MIT
//
// user/console: typed keys give the right line, whatever sequences a terminal sends. Models of terminals of several
// widths show the right row after each key, also for random keys. Also history, the words of a command, and the ring of
// the serial driver.

#include "line_editor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>

#include "uart/ring.h"
#include "words.h"

namespace glenda::console::test {
namespace {

/// A terminal of `width` columns that wraps like a real one. It fails on sequences that the editor must not send.
/// `rows` is everything it has shown since power-on, without scrolling.
struct Terminal : TextSink {
    explicit Terminal(std::size_t columns = 80) : TextSink{receive}, width(columns) { new_row(); }
    static void receive(TextSink& sink, std::string_view text) {
        auto& self = static_cast<Terminal&>(sink);
        for (const char c : text) self.take(c);
    }
    void take(char c) {
        if (!escape.empty()) {
            escape += c;
            if (isalpha(static_cast<unsigned char>(c))) end_escape();
        } else if (c == '\x1b') {
            escape = c;
        } else if (c == '\r') {
            column = 0, wraps = false;
        } else if (c == '\b') {
            ASSERT_GT(column, 0u);
            column--, wraps = false;
        } else if (c == '\n') {
            new_row();
        } else if (c == '\a') {
            bells++;
        } else {
            ASSERT_TRUE(c >= ' ' || c < 0) << int(c);
            code += c;
            const auto lead = static_cast<unsigned char>(code[0]);
            if (code.size() == (lead < 0x80 ? 1u : lead < 0xe0 ? 2u : lead < 0xf0 ? 3u : 4u)) show();
        }
    }
    /// The cells of the cursor's row, without trailing blanks.
    std::string row() const {
        std::string text;
        for (const std::string& cell : rows.back()) text += cell;
        return text.substr(0, text.find_last_not_of(' ') + 1);
    }

    std::vector<std::vector<std::string>> rows;  // an empty cell is the right half of a wide character
    std::size_t width;
    std::size_t column = 0;
    bool wraps = false;  // the next character starts a new row
    int bells = 0;
    int questions = 0;

private:
    void new_row() {
        rows.emplace_back(width, " ");
        column = 0;
        wraps = false;
    }
    void show() {
        const bool combines = code >= "\u0300" && code <= "\u036f";
        const bool wide = code >= "\u1100" && code != "\u20ac";
        if (combines) {
            ASSERT_GT(column, 0u);
            rows.back()[column - 1] += code;
        } else {
            if (wraps || (wide && column + 1 == width)) new_row();
            rows.back()[column] = code;
            if (wide) rows.back()[column + 1] = "";
            wraps = column + (wide ? 2 : 1) == width;
            column = wraps ? width - 1 : column + (wide ? 2 : 1);
        }
        code.clear();
    }
    void end_escape() {
        wraps = false;
        if (escape == "\x1b[K")
            std::fill(rows.back().begin() + column, rows.back().end(), " ");
        else if (escape == "\x1b[H")
            new_row();
        else if (escape == "\x1b[6n")
            questions++;
        else if (escape.back() == 'C')
            column = std::min(width - 1, column + std::stoul(escape.substr(2)));
        else if (escape.back() == 'D')
            column -= std::stoul(escape.substr(2));
        else
            ASSERT_EQ(escape, "\x1b[2J");
        ASSERT_LT(column, width);
        escape.clear();
    }
    std::string escape, code;
};

class Editor : public ::testing::Test {
protected:
    Editor() { editor.start(); }
    LineEditor::Event type(std::string_view keys) {
        auto event = LineEditor::Event::None;
        for (const char key : keys) event = editor.feed(key);
        return event;
    }
    /// Enters a whole line and begins the next.
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

struct Sequence {
    const char* name;
    std::string keys;
    std::string line;
};

/// Each sequence leaves the line unchanged: no byte of it is text, and no part of it is another key.
TEST_F(Editor, UnknownSequencesVanishWhole) {
    const Sequence cases[] = {
        {"F11", "abc\x1b[H\x1b[23~", "abc"},
        {"F3 of rxvt", "abc\x1b[H\x1b[13~", "abc"},
        {"F10", "abc\x1b[21~X", "abcX"},
        {"F1 of the Linux console", "a\x1b[[A", "a"},
        {"F5 of the Linux console", "a\x1b[[Eb", "ab"},
        {"Alt and Up", "a\x1b\x1b[A", "a"},
        {"Alt and F1", "a\x1b\x1bOPb", "ab"},
        {"device attributes", "a\x1b[?1;2c", "a"},
        {"secondary device attributes", "a\x1b[>0;276;0cb", "ab"},
        {"a mode", "a\x1b[?2004;1$yb", "ab"},
        {"F1 to F4", "a\x1bOP\x1bOQ\x1bOR\x1bOSb", "ab"},
        {"F1 with Shift", "a\x1bO1;2Pb\x1b[1;2Pc", "abc"},
        {"Right with Control", "a\x1b[H\x1b[1;5C\x1b[5C\x1bOcb", "ba"},
        {"Delete with Control", "ab\x1b[H\x1b[3;5~\x1b[3^", "ab"},
        {"Delete with Shift, rxvt", "ab\x1b[H\x1b[3$c", "cab"},
        {"Up with Shift, rxvt", "a\x1b[ab", "ab"},
        {"many parameters", "a\x1b[1;2;3;4;5;6;7;8;9;10mb", "ab"},
        {"colours with colons", "a\x1b[38:2::1:2:3mb", "ab"},
        {"a parameter past all bounds", "a\x1b[99999999999999999999999993~b", "ab"},
        {"intermediate bytes", "a\x1b[2 qb\x1b[!pc", "abc"},
        {"a bracketed paste", "a\x1b[200~b\x1b[201~c", "abc"},
        {"mouse", "a\x1b[M #!b\x1b[<0;3;4Mc", "abc"},
        {"Alt and a letter", "a\x1bxb", "ab"},
        {"Alt and Backspace",
         "a\x1b\x7f"
         "b",
         "ab"},
        {"Alt and a letter outside ASCII", "a\x1béb", "ab"},
        {"a character set", "a\x1b(Bb\x1b#8c", "abc"},
        {"a colour as answer", "a\x1b]11;rgb:0000/0000/0000\x1b\\b", "ab"},
        {"the same with BEL",
         "a\x1b]11;rgb:0000/0000/0000\a"
         "b",
         "ab"},
        {"a terminal's version", "a\x1bP>|XTerm(379)\x1b\\b", "ab"},
        {"control characters of eight bits",
         "a\xc2\x9b"
         "23~b",
         "ab"},
        {"an answer that nobody asked for", "a\x1b[24;80Rb", "ab"},
    };
    for (const Sequence& each : cases) EXPECT_EQ(enter(each.keys), each.line) << each.name;
    EXPECT_EQ(terminal.bells, 0);
}

TEST_F(Editor, EachTerminalsHomeEndAndDeleteAreKnown) {
    for (const char* home : {"\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"})
        EXPECT_EQ(enter(std::string("ab") + home + "x"), "xab") << home + 1;
    for (const char* end : {"\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"})
        EXPECT_EQ(enter(std::string("ab\x01") + end + "x"), "abx") << end + 1;
    EXPECT_EQ(enter("ab\x01\x1b[3~"), "b");
    EXPECT_EQ(enter("ab\x1bOD\x1bODx\x1bOCy"), "xayb");
}

TEST_F(Editor, AControlCharacterEndsWhatIsIncomplete) {
    for (const char* begun :
         {"\x1b", "\x1b[", "\x1b[1;", "\x1bO", "\x1b]0;title", "\x1b(", "\x1b[[", "\x1b[M", "\xe2\x82"})
        EXPECT_EQ(enter(std::string("ab") + begun), "ab") << begun + 1;
    EXPECT_EQ(type("ab\x1b[\x03"), LineEditor::Event::Cancelled);
}

TEST_F(Editor, ATabIsASpace) {
    EXPECT_EQ(enter("a\tb"), "a b");
    EXPECT_EQ(terminal.rows[0][3], " ");
}

TEST_F(Editor, CharactersAreTypedErasedAndMovedOverWhole) {
    EXPECT_EQ(enter("hé"), "hé");
    EXPECT_EQ(enter("hé\x7f"), "h");
    EXPECT_EQ(enter("a€b\x1b[D\x7f"), "ab");
    EXPECT_EQ(enter("漢字\x1b[D\x1b[Dx\x1b[3~"), "x字");
    EXPECT_EQ(enter("😀😀\x7f"), "😀");
    EXPECT_EQ(enter("xe\u0301y\x1b[D\x1b[Dz"), "xze\u0301y") << "an accent stays with its letter";
    EXPECT_EQ(enter("xe\u0301\x7f"), "x");
    type("a漢b\x1b[D");
    EXPECT_EQ(terminal.row(), "% a漢b");
    EXPECT_EQ(terminal.column, 5u) << "a wide character takes two columns";
}

TEST_F(Editor, BytesThatAreNoCharacterVanish) {
    EXPECT_EQ(enter("a\xff\x80\xc0\xaf\xed\xa0\x80\xf5z"), "az");
    EXPECT_EQ(enter("a\xe2\x82z"), "az") << "cut off";
    EXPECT_EQ(enter("a\xf4\x90\x80\x80z"), "az") << "past U+10FFFF";
}

TEST_F(Editor, ControlKeysDoWhatPeopleExpect) {
    EXPECT_EQ(enter("run hello\x17"
                    "x"),
              "run x");
    EXPECT_EQ(enter("run hello  \x17\x17\x17"
                    "x"),
              "x");
    EXPECT_EQ(enter("abcd\x02\x02\x15"
                    "x"),
              "xcd");
    EXPECT_EQ(enter("abcd\x02\x02\x0b"
                    "x"),
              "abx");
    EXPECT_EQ(enter("ab\x01"
                    "c\x06"
                    "d\x05"
                    "e"),
              "cadbe");
    EXPECT_EQ(enter("abc\x01\x04"), "bc");
    EXPECT_EQ(enter("abc\x04"), "abc");
    type("old\x10\x0e");
    EXPECT_EQ(enter(""), "old");
    EXPECT_EQ(type("a\x7f\x04"), LineEditor::Event::EndOfFile);
    editor.start();
    type("abc\x0c");
    EXPECT_EQ(terminal.row(), "% abc");
    EXPECT_EQ(terminal.column, 5u);
}

/// The editor asks for the width only when it matters: for a short line it sends nothing else.
TEST_F(Editor, TheWidthIsAskedForOnceALine) {
    type(std::string(37, 'x'));
    EXPECT_EQ(terminal.questions, 0);
    type("y");
    EXPECT_EQ(terminal.questions, 1);
    EXPECT_EQ(terminal.row(), "% " + std::string(36, 'x') + "y") << "it scrolls until there is an answer";
    type("\x1b[7;80R");
    EXPECT_EQ(terminal.row(), "% " + std::string(37, 'x') + "y");
    type(std::string(100, 'z'));
    EXPECT_EQ(terminal.questions, 1);
    EXPECT_EQ(terminal.row().size(), 79u);
    enter("");
    type(std::string(120, 'z'));
    EXPECT_EQ(terminal.row().size(), 39u);
    type("\x1b[7;80R");
    EXPECT_EQ(terminal.row().size(), 79u) << "the full width is used at once";
    enter("");
    type("short\x1b[7;80R");
    EXPECT_EQ(editor.line(), "short") << "a second answer means nothing";
    EXPECT_EQ(terminal.questions, 2);
}

/// A line in the model.
struct Cell {
    std::string text;
    std::size_t width;
};
using Cells = std::vector<Cell>;

std::size_t width_of_cells(const Cells& cells, std::size_t from, std::size_t to) {
    std::size_t width = 0;
    for (std::size_t i = from; i < to; i++) width += cells[i].width;
    return width;
}

std::string text_of(const Cells& cells, std::size_t from, std::size_t to) {
    std::string text;
    for (std::size_t i = from; i < to; i++) text += cells[i].text;
    return text;
}

struct Kind {
    std::size_t columns;
    bool answers;
};
class EditorOnTerminal : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Widths, EditorOnTerminal,
                         ::testing::Values(Kind{40, false}, Kind{40, true}, Kind{80, false}, Kind{80, true},
                                           Kind{250, true}));

/// Random keys. After each, the row on the screen must be a part of the model's line.
TEST_P(EditorOnTerminal, RandomKeysKeepLineAndScreenAsAModelSays) {
    Terminal terminal(GetParam().columns);
    LineEditor editor(terminal, "% ");
    std::mt19937 random(7);
    Cells line;
    std::size_t cursor = 0;
    int answered = 0;
    const auto type = [&](std::string_view keys) {
        for (const char key : keys) ASSERT_EQ(editor.feed(key), LineEditor::Event::None);
    };
    const auto erase = [&](std::size_t from, std::size_t to) {
        line.erase(line.begin() + from, line.begin() + to);
        cursor = from;
    };
    editor.start();
    for (int step = 0; step < 20000; step++) {
        switch (random() % 12) {
            default: {
                const Cell all[] = {{"é", 1}, {"€", 1}, {"漢", 2}, {"😀", 2}, {" ", 1}};
                const unsigned which = random() % 20;
                const Cell cell = which < 5 ? all[which] : Cell{std::string(1, char('!' + random() % 90)), 1};
                if (text_of(line, 0, line.size()).size() + cell.text.size() <= LineEditor::kMaxLine)
                    line.insert(line.begin() + cursor++, cell);
                type(cell.text);
                break;
            }
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
                if (cursor != 0) erase(cursor - 1, cursor);
                break;
            case 10:
                type("\x1b[3~");
                if (cursor < line.size()) erase(cursor, cursor + 1);
                break;
            case 11:
                switch (random() % 40) {
                    case 0: type("\x01"), cursor = 0; break;
                    case 1: type("\x05"), cursor = line.size(); break;
                    case 2: type("\x15"), erase(0, cursor); break;
                    case 3: type("\x0b"), erase(cursor, line.size()), cursor = line.size(); break;
                    case 4: type("\x0c"); break;
                    case 5:  // a new line, so that the width is asked for again
                        ASSERT_NE(editor.feed('\r'), LineEditor::Event::None);
                        editor.start();
                        line.clear(), cursor = 0;
                        break;
                }
                break;
        }
        if (GetParam().answers && terminal.questions != answered) {
            answered = terminal.questions;
            type("\x1b[5;" + std::to_string(GetParam().columns) + "R");
        }
        ASSERT_EQ(editor.line(), text_of(line, 0, line.size()));

        // Find the part that puts the line's cursor where the terminal's is.
        ASSERT_GE(terminal.column, 2u);
        std::size_t first = cursor;
        while (first != 0 && width_of_cells(line, first, cursor) < terminal.column - 2) first--;
        ASSERT_EQ(width_of_cells(line, first, cursor), terminal.column - 2);
        std::size_t last = first;
        const std::size_t fewest = LineEditor::kFewestColumns - 3;
        const std::size_t room = GetParam().answers ? terminal.width - 3 : fewest;
        while (last < line.size() && width_of_cells(line, first, last + 1) <= room) last++;
        if (first != 0) {
            ASSERT_GT(width_of_cells(line, first - 1, line.size()), room) << "step " << step;
        }
        std::string expected = "% " + text_of(line, first, last);
        expected = expected.substr(0, expected.find_last_not_of(' ') + 1);
        ASSERT_EQ(terminal.row(), expected) << "step " << step;
    }
    // No part of a line was ever in a second row.
    for (const auto& row : terminal.rows) {
        ASSERT_EQ(row[0] + row[1], "% ");
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
    uart::Ring<64> ring{};
    std::deque<char> model;
    for (int step = 0; step < 1'000'000; step++) {
        const char byte = char(random() % 8);
        const std::size_t count = random() % (model.size() + 1);
        switch (random() % 4) {
            case 0:
                ASSERT_EQ(ring.push(byte), model.size() < 64);
                if (model.size() < 64) model.push_back(byte);
                break;
            case 1: {
                const std::string text(random() % (64 - model.size() + 1), byte);
                ring.append(text);
                model.insert(model.end(), text.begin(), text.end());
                break;
            }
            case 2:
                for (std::size_t i = 0; i < count; i++) ASSERT_EQ(ring.peek(i), model[i]);
                ring.drop(count);
                model.erase(model.begin(), model.begin() + std::ptrdiff_t(count));
                break;
            case 3: {
                if (random() % 20 != 0) break;
                const auto last = std::find(model.rbegin(), model.rend(), byte);
                ASSERT_EQ(ring.drop_through(byte), last != model.rend());
                if (last != model.rend()) model.erase(model.begin(), last.base());
                break;
            }
        }
        if (random() % 5000 == 0) ring.clear(), model.clear();
        ASSERT_EQ(ring.size(), model.size());
        ASSERT_EQ(ring.room(), 64 - model.size());
        ASSERT_EQ(ring.empty(), model.empty());
    }
}

TEST(Ring, WhateverItsOwnerHasLeftCanBeUsed) {
    std::mt19937 random(9);
    for (int round = 0; round < 1000; round++) {
        uart::Ring<64> ring;
        for (unsigned i = 0; i < sizeof(ring); i++) reinterpret_cast<std::uint8_t*>(&ring)[i] = std::uint8_t(random());
        ring.repair();
        ASSERT_LE(ring.size(), 64u);
        if (ring.push('x')) {
            ASSERT_EQ(ring.peek(ring.size() - 1), 'x');
        }
        ring.clear();
        ASSERT_TRUE(ring.empty());
    }
}

}  // namespace
}  // namespace glenda::console::test
