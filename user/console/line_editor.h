// SPDX-License-Identifier: MIT
// A line editor: it turns keys into a line, keeps the history, and updates the terminal.
//
// It makes no system calls: bytes from the keyboard go in, bytes for the terminal come out through a sink. So all of it
// is tested on the host.
//
// The line stays on one row and scrolls sideways, because the editor cannot know how a terminal wraps a longer one. It
// can ask for the terminal's width, but not every terminal replies. So it assumes kFewestColumns at first, asks when
// the line outgrows them, and uses the full width once the reply is there.
// Invariant: cursor_ and first_ are at the start of a code point or at the end of the line.
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
    /// The limit of a line, in bytes.
    static constexpr unsigned kMaxLine = History::kMaxLine;
    /// Width of the narrowest supported terminal. The last column stays free, because writing there may wrap.
    static constexpr unsigned kFewestColumns = 40;

    enum class Event {
        None,
        Line,       // Enter: line() is complete, and valid until start()
        Cancelled,  // ^C: the line is discarded
        EndOfFile,  // ^D on an empty line
        TooLong,    // Enter, but part of the input exceeded kMaxLine: the line must not be executed
    };

    /// `prompt` is printable ASCII and much shorter than kFewestColumns.
    LineEditor(TextSink& terminal, std::string_view prompt) : terminal_(terminal), prompt_(prompt) {}

    /// Starts a new line and shows the prompt.
    void start();
    /// Processes one byte from the keyboard.
    Event feed(char byte);
    /// Valid UTF-8 without control characters.
    std::string_view line() const { return {text_.data(), size_}; }

private:
    Event enter();
    void insert(std::string_view character);
    /// Removes [from, to) and leaves the cursor there.
    void erase(std::size_t from, std::size_t to);
    void erase_before();
    void erase_word();
    void move_to(std::size_t cursor);
    std::size_t left() const { return cursor_ == 0 ? 0 : previous_character(line(), cursor_); }
    std::size_t right() const { return cursor_ == size_ ? size_ : next_character(line(), cursor_); }
    void replace(std::string_view text);
    void recall(int step);
    void clear_screen();
    /// Draws the whole row.
    void redraw();
    void ask_for_width();
    void take_width(unsigned columns);
    void put(std::string_view text) { terminal_.write(terminal_, text); }
    std::string_view part(std::size_t from, std::size_t to) const { return {text_.data() + from, to - from}; }
    /// Columns that [from, to) occupies.
    unsigned columns(std::size_t from, std::size_t to) const { return columns_of(part(from, to)); }
    /// Columns for the line, after the prompt.
    unsigned room() const { return columns_ - 1 - unsigned(prompt_.size()); }

    TextSink& terminal_;
    std::string_view prompt_;
    KeyDecoder keys_{};
    std::array<char, kMaxLine> text_{};
    std::size_t size_ = 0;
    std::size_t cursor_ = 0;
    std::size_t first_ = 0;    // the leftmost byte on the screen
    bool overflowed_ = false;  // part of the input exceeded kMaxLine
    unsigned columns_ = kFewestColumns;
    bool asked_ = false;         // for the width, during this line
    bool awaits_reply_ = false;  // it may come late, or never
    History history_{};
    unsigned back_ = 0;  // position in the history, in lines back; 0: the draft
    std::array<char, kMaxLine> draft_{};
    std::size_t draft_size_ = 0;
};

}  // namespace glenda::console
