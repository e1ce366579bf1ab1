// SPDX-License-Identifier: MIT
// One line of input as a person types it: editing, history, and what the terminal must show for it.
//
// Bytes go in, bytes for the terminal come out through a sink: no system calls, so that the host tests all of it.
// The line on the screen is one row of kColumns: a longer line scrolls sideways, since a terminal cannot be asked how
// it wrapped one. Understood: printable ASCII, Backspace, Delete, arrows, Home, End, ^A ^E ^C ^U ^L, Enter.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "glenda/format.h"
#include "history.h"

namespace glenda::console {

class LineEditor {
public:
    static constexpr unsigned kColumns = 79;  // the last one stays free: writing there may wrap

    enum class Event {
        None,
        Line,       // Enter: line() is complete until start()
        Cancelled,  // ^C: nothing is left of it
    };

    /// `prompt` has no control characters and fewer than kColumns characters.
    LineEditor(TextSink& terminal, std::string_view prompt) : terminal_(terminal), prompt_(prompt) {}

    /// Begin a line: shows the prompt.
    void start();
    /// One byte from the keyboard.
    Event feed(char byte);
    std::string_view line() const { return {text_.data(), size_}; }

private:
    enum class Escape { None, Begun, Sequence };

    Event feed_control(char byte);
    void feed_escape(char byte);
    void insert(char byte);
    void erase(unsigned at);
    void move_to(unsigned cursor);
    void replace(std::string_view text);
    void recall(int step);
    /// Show the row anew.
    void redraw();
    void put(std::string_view text) { terminal_.write(terminal_, text); }
    unsigned width() const { return kColumns - unsigned(prompt_.size()); }

    TextSink& terminal_;
    std::string_view prompt_;
    std::array<char, History::kMaxLine> text_{};
    unsigned size_ = 0;
    unsigned cursor_ = 0;
    unsigned first_ = 0;  // leftmost character on the screen
    Escape escape_ = Escape::None;
    char parameter_ = 0;  // the digit of an escape sequence
    bool after_return_ = false;
    History history_{};
    unsigned back_ = 0;  // how many lines back in the history; 0: the line that is being written
    std::array<char, History::kMaxLine> draft_{};
    unsigned draft_size_ = 0;
};

}  // namespace glenda::console
