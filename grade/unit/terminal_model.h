// SPDX-License-Identifier: MIT
// A model of a terminal, and an editor that writes to it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "line_editor.h"

namespace glenda::console::test {

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

inline constexpr std::string_view kUp = "\x1b[A", kDown = "\x1b[B", kRight = "\x1b[C", kLeft = "\x1b[D";

}  // namespace glenda::console::test
