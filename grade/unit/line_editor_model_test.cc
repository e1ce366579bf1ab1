// SPDX-License-Identifier: MIT
//
// user/console: models of terminals of several widths show the right row after each of many random keys.
#include <random>

#include "steps.h"
#include "terminal_model.h"

namespace glenda::console::test {
namespace {

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
    for (int step = 0; step < steps(20000); step++) {
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

}  // namespace
}  // namespace glenda::console::test
