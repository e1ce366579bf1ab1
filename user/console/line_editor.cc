// SPDX-License-Identifier: MIT
// See line_editor.h.
#include "line_editor.h"

#include <algorithm>

namespace glenda::console {

namespace {

constexpr std::string_view kBell = "\a";
/// Moves the cursor to the last column and asks for its position. The reply is Key::CursorReport.
constexpr std::string_view kAskForWidth = "\x1b[999C\x1b[6n";
constexpr std::string_view kClearScreen = "\x1b[H\x1b[2J";
constexpr std::string_view kClearToEnd = "\x1b[K";

}  // namespace

void LineEditor::start() {
    size_ = cursor_ = first_ = back_ = draft_size_ = 0;
    overflowed_ = asked_ = false;
    columns_ = kFewestColumns;  // the window's size may have changed since the last line
    put(prompt_);
}

LineEditor::Event LineEditor::feed(char byte) {
    switch (keys_.feed(std::uint8_t(byte))) {
        case Key::None: break;
        case Key::Text: insert(keys_.text()); break;
        case Key::Enter: return enter();
        case Key::Cancel:
            put("^C\n");
            size_ = 0;
            return Event::Cancelled;
        case Key::EndOfFile:
            if (size_ != 0) {
                erase(cursor_, right());
                break;
            }
            put("^D\n");
            return Event::EndOfFile;
        case Key::Up: recall(+1); break;
        case Key::Down: recall(-1); break;
        case Key::Left: move_to(left()); break;
        case Key::Right: move_to(right()); break;
        case Key::Home: move_to(0); break;
        case Key::End: move_to(size_); break;
        case Key::EraseBefore: erase_before(); break;
        case Key::EraseAt: erase(cursor_, right()); break;
        case Key::EraseWord: erase_word(); break;
        case Key::EraseToStart: erase(0, cursor_); break;
        case Key::EraseToEnd: erase(cursor_, size_); break;
        case Key::ClearScreen: clear_screen(); break;
        case Key::CursorReport: take_width(keys_.column()); break;
    }
    return Event::None;
}

LineEditor::Event LineEditor::enter() {
    put("\n");
    if (overflowed_) return Event::TooLong;
    history_.add(line());
    return Event::Line;
}

void LineEditor::insert(std::string_view character) {
    if (character.size() > text_.size() - size_) {
        overflowed_ = true;
        return put(kBell);
    }
    std::copy_backward(text_.begin() + cursor_, text_.begin() + size_, text_.begin() + size_ + character.size());
    character.copy(text_.data() + cursor_, character.size());
    size_ += character.size();
    cursor_ += character.size();
    if (cursor_ == size_ && columns(first_, size_) <= room())
        put(character);
    else
        redraw();
}

void LineEditor::erase(std::size_t from, std::size_t to) {
    overflowed_ = false;  // the user edits the line as it is on the screen
    if (from == to) return;
    std::copy(text_.begin() + to, text_.begin() + size_, text_.begin() + from);
    size_ -= to - from;
    cursor_ = from;
    redraw();
}

/// Fast case: a character of one column at the end of a line that fits is erased without a redraw.
void LineEditor::erase_before() {
    const std::size_t from = left();
    if (cursor_ == size_ && first_ == 0 && columns(from, size_) == 1) {
        overflowed_ = false;
        size_ = cursor_ = from;
        return put("\b \b");
    }
    erase(from, cursor_);
}

/// Erases the word before the cursor and the blanks after it.
void LineEditor::erase_word() {
    std::size_t from = cursor_;
    while (from != 0 && text_[from - 1] == ' ') from--;
    while (from != 0 && text_[from - 1] != ' ') from--;
    erase(from, cursor_);
}

void LineEditor::move_to(std::size_t cursor) {
    if (cursor == cursor_) return;
    cursor_ = cursor;
    redraw();
}

void LineEditor::replace(std::string_view text) {
    size_ = cursor_ = text.copy(text_.data(), text_.size());
    first_ = 0;
    overflowed_ = false;
    redraw();
}

/// Goes `step` lines back in the history, or forward if negative. The newest entry is the draft.
void LineEditor::recall(int step) {
    const int target = int(back_) + step;
    if (target < 0 || target > int(history_.count())) return put(kBell);
    if (back_ == 0) draft_size_ = line().copy(draft_.data(), draft_.size());
    back_ = unsigned(target);
    replace(back_ == 0 ? std::string_view(draft_.data(), draft_size_) : history_.get(back_));
}

void LineEditor::clear_screen() {
    put(kClearScreen);
    columns_ = kFewestColumns;
    asked_ = false;
    redraw();
}

void LineEditor::redraw() {
    if (columns(0, size_) > room()) ask_for_width();
    first_ = std::min(first_, cursor_);
    while (columns(first_, cursor_) > room()) first_ = next_character(line(), first_);
    // If there is room on the right, show more of what is hidden on the left.
    while (first_ != 0) {
        const std::size_t more = previous_character(line(), first_);
        if (columns(more, size_) > room()) break;
        first_ = more;
    }
    std::size_t last = cursor_;
    const unsigned before = columns(first_, cursor_);
    unsigned behind = 0;  // columns from the cursor to the end of the row
    while (last < size_) {
        const std::size_t next = next_character(line(), last);
        const unsigned width = columns(last, next);
        if (before + behind + width > room()) break;
        behind += width;
        last = next;
    }
    put("\r");
    put(prompt_);
    put(part(first_, last));
    put(kClearToEnd);
    if (behind != 0) put(FixedText<16>("\x1b[{}D", behind));
}

void LineEditor::ask_for_width() {
    if (asked_) return;
    asked_ = awaits_reply_ = true;
    put(kAskForWidth);
}

void LineEditor::take_width(unsigned columns) {
    // Shift-F3 sends the same sequence, with 2 for the column.
    if (!awaits_reply_ || columns < prompt_.size() + 8) return;
    awaits_reply_ = false;
    columns_ = columns;
    redraw();
}

}  // namespace glenda::console
