// SPDX-License-Identifier: MIT
// One line of input as a person types it: editing, history, and what the terminal must show for it.
//
// Bytes go in, bytes for the terminal come out through a sink: no system calls, so that the host tests all of it.
// The line stays on one row and scrolls sideways, because a terminal cannot be asked how it wrapped a longer one. It
// can be asked how wide it is, but need not answer. So a row begins with as many columns as every terminal has; only
// when the line gets longer does the editor ask, and it uses the full width once the answer is there.
// Invariant: cursor_ and first_ stand at the start of a code point or at the end of the line.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "glenda/format.h"
#include "history.h"
#include "key_decoder.h"
#include "utf8.h"

namespace glenda::console {

class LineEditor {
public:
    /// Bytes in a line, at most.
    static constexpr unsigned kMaxLine = History::kMaxLine;
    /// Columns of the narrowest terminal. The last one stays free: writing there may wrap.
    static constexpr unsigned kFewestColumns = 40;

    enum class Event {
        None,
        Line,       // Enter: line() is complete until start()
        Cancelled,  // ^C: nothing is left of it
        EndOfFile,  // ^D on an empty line
        TooLong,    // Enter, but not all that was typed found room: nothing of it must be executed
    };

    /// `prompt` is ASCII, has no control characters, and leaves room in a row of kFewestColumns.
    LineEditor(TextSink& terminal, std::string_view prompt) : terminal_(terminal), prompt_(prompt) {}

    /// Begin a line: shows the prompt.
    void start();
    /// One byte from the keyboard.
    Event feed(char byte);
    /// Valid UTF-8 without control characters.
    std::string_view line() const { return {text_.data(), size_}; }

private:
    Event enter();
    void insert(std::string_view character);
    /// Take out [from, to), and leave the cursor there.
    void erase(std::size_t from, std::size_t to);
    void erase_before();
    void erase_word();
    void move_to(std::size_t cursor);
    std::size_t left() const { return cursor_ == 0 ? 0 : previous_character(line(), cursor_); }
    std::size_t right() const { return cursor_ == size_ ? size_ : next_character(line(), cursor_); }
    void replace(std::string_view text);
    void recall(int step);
    void clear_screen();
    /// Show the row anew.
    void redraw();
    void ask_for_width();
    void take_width(unsigned columns);
    void put(std::string_view text) { terminal_.write(terminal_, text); }
    std::string_view part(std::size_t from, std::size_t to) const { return {text_.data() + from, to - from}; }
    /// Columns of the terminal that [from, to) takes.
    unsigned columns(std::size_t from, std::size_t to) const { return columns_of(part(from, to)); }
    /// Columns for the line, behind the prompt.
    unsigned room() const { return columns_ - 1 - unsigned(prompt_.size()); }

    TextSink& terminal_;
    std::string_view prompt_;
    KeyDecoder keys_{};
    std::array<char, kMaxLine> text_{};
    std::size_t size_ = 0;
    std::size_t cursor_ = 0;
    std::size_t first_ = 0;    // leftmost byte on the screen
    bool overflowed_ = false;  // something that was typed found no room
    unsigned columns_ = kFewestColumns;
    bool asked_ = false;          // for the width, in this line
    bool awaits_answer_ = false;  // to that question; it may come late, or never
    History history_{};
    unsigned back_ = 0;  // how many lines back in the history; 0: the line that is being written
    std::array<char, kMaxLine> draft_{};
    std::size_t draft_size_ = 0;
};

}  // namespace glenda::console
