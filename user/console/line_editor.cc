// SPDX-License-Identifier: MIT
// See line_editor.h.
#include "line_editor.h"

#include <algorithm>

namespace glenda::console {

namespace {

constexpr char control(char letter) { return char(letter & 0x1f); }
constexpr char kEscape = 0x1b;
constexpr char kBackspace = 0x08;
constexpr char kDelete = 0x7f;
constexpr std::string_view kBell = "\a";

}  // namespace

void LineEditor::start() {
    size_ = cursor_ = first_ = back_ = draft_size_ = 0;
    escape_ = Escape::None;
    put(prompt_);
}

LineEditor::Event LineEditor::feed(char byte) {
    const bool second_half = after_return_ && byte == '\n';  // of a "\r\n"
    after_return_ = byte == '\r';
    if (second_half) return Event::None;
    if (escape_ != Escape::None) {
        feed_escape(byte);
        return Event::None;
    }
    if (byte >= ' ' && byte < kDelete) {
        insert(byte);
        return Event::None;
    }
    return feed_control(byte);
}

LineEditor::Event LineEditor::feed_control(char byte) {
    switch (byte) {
        case '\r':
        case '\n':
            put("\n");
            history_.add(line());
            return Event::Line;
        case control('C'):
            put("^C\n");
            size_ = 0;
            return Event::Cancelled;
        case control('U'): replace({}); break;
        case control('A'): move_to(0); break;
        case control('E'): move_to(size_); break;
        case control('L'):
            put("\x1b[H\x1b[2J");
            redraw();
            break;
        case kBackspace:
        case kDelete:
            if (cursor_ != 0) erase(cursor_ - 1);
            break;
        case kEscape: escape_ = Escape::Begun; break;
        default: break;  // no key that means anything here
    }
    return Event::None;
}

/// ESC [ A and ESC O A are the up arrow; ESC [ 3 ~ is Delete. An unknown sequence is swallowed whole.
void LineEditor::feed_escape(char byte) {
    if (escape_ == Escape::Begun) {
        escape_ = byte == '[' || byte == 'O' ? Escape::Sequence : Escape::None;
        parameter_ = 0;
        return;
    }
    if ((byte >= '0' && byte <= '9') || byte == ';') {
        parameter_ = byte;
        return;
    }
    escape_ = Escape::None;
    switch (byte) {
        case 'A': recall(+1); break;
        case 'B': recall(-1); break;
        case 'C': move_to(std::min(cursor_ + 1, size_)); break;
        case 'D': move_to(cursor_ == 0 ? 0 : cursor_ - 1); break;
        case 'H': move_to(0); break;
        case 'F': move_to(size_); break;
        case '~':
            if (parameter_ == '3' && cursor_ < size_) erase(cursor_);
            if (parameter_ == '1') move_to(0);
            if (parameter_ == '4') move_to(size_);
            break;
        default: break;
    }
}

void LineEditor::insert(char byte) {
    if (size_ == text_.size()) return put(kBell);
    std::copy_backward(text_.begin() + cursor_, text_.begin() + size_, text_.begin() + size_ + 1);
    text_[cursor_] = byte;
    size_++;
    cursor_++;
    const bool simple = cursor_ == size_ && size_ - first_ <= width();
    if (simple)
        put({&text_[cursor_ - 1], 1});
    else
        redraw();
}

void LineEditor::erase(unsigned at) {
    const bool simple = at + 1 == size_ && cursor_ == size_ && first_ == 0;
    std::copy(text_.begin() + at + 1, text_.begin() + size_, text_.begin() + at);
    size_--;
    if (cursor_ > at) cursor_--;
    if (simple)
        put("\b \b");
    else
        redraw();
}

void LineEditor::move_to(unsigned cursor) {
    if (cursor == cursor_) return;
    cursor_ = cursor;
    redraw();
}

void LineEditor::replace(std::string_view text) {
    size_ = cursor_ = unsigned(text.copy(text_.data(), text_.size()));
    first_ = 0;
    redraw();
}

/// Go `step` lines back (forward if negative). The line that was being written comes back at the end.
void LineEditor::recall(int step) {
    const int target = int(back_) + step;
    if (target < 0 || target > int(history_.count())) return put(kBell);
    if (back_ == 0) draft_size_ = unsigned(line().copy(draft_.data(), draft_.size()));
    back_ = unsigned(target);
    replace(back_ == 0 ? std::string_view(draft_.data(), draft_size_) : history_.get(back_));
}

void LineEditor::redraw() {
    if (cursor_ < first_) first_ = cursor_;
    if (cursor_ - first_ > width()) first_ = cursor_ - width();
    if (size_ <= width()) first_ = 0;
    const unsigned shown = std::min(size_ - first_, width());
    put("\r");
    put(prompt_);
    put({text_.data() + first_, shown});
    put("\x1b[K");
    const unsigned left = first_ + shown - cursor_;
    if (left != 0) put(FixedText<16>("\x1b[{}D", left));
}

}  // namespace glenda::console
