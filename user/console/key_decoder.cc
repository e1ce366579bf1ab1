// SPDX-License-Identifier: MIT
// See key_decoder.h.
#include "key_decoder.h"

#include <algorithm>

namespace glenda::console {

namespace {

constexpr std::uint8_t kEscape = 0x1b;
constexpr std::uint8_t kBackspace = 0x08;
constexpr std::uint8_t kDelete = 0x7f;
constexpr unsigned kLargestParameter = 9999;

constexpr std::uint8_t ctrl(char letter) { return std::uint8_t(letter & 0x1f); }
constexpr bool is_control(std::uint8_t byte) { return byte < ' ' || byte == kDelete; }
constexpr bool is_intermediate(std::uint8_t byte) { return byte >= 0x20 && byte <= 0x2f; }
constexpr bool is_digit(std::uint8_t byte) { return byte >= '0' && byte <= '9'; }

}  // namespace

Key KeyDecoder::feed(std::uint8_t byte) {
    const bool second_half = after_return_ && byte == '\n';  // of a "\r\n"
    after_return_ = byte == '\r';
    if (second_half) return Key::None;
    if (byte == kEscape) return begin_escape();
    const State state = state_;
    if (is_control(byte)) {
        state_ = State::Ground;
        const bool alt_backspace = state == State::Escape && (byte == kDelete || byte == kBackspace);
        return alt_backspace ? Key::None : control(byte);
    }
    switch (state) {
        case State::Ground: break;
        case State::Character:
            if (low_ <= byte && byte <= high_) {
                text_[size_++] = char(byte);
                low_ = 0x80, high_ = 0xbf;
                return size_ == wanted_ ? end_character() : Key::None;
            }
            break;  // the character was incomplete; this byte starts another
        case State::Escape: return escape(byte);
        case State::Designate:
            if (!is_intermediate(byte)) state_ = State::Ground;
            return Key::None;
        case State::Ss3:
        case State::Csi:
            if (byte < 0x80) return csi(byte);
            break;  // the sequence was incomplete
        case State::String: return Key::None;
        case State::Skip:
            if (--skip_ == 0) state_ = State::Ground;
            return Key::None;
    }
    dropped_ = false;
    return begin_character(byte);
}

Key KeyDecoder::control(std::uint8_t byte) {
    switch (byte) {
        case '\r':
        case '\n': return Key::Enter;
        case '\t': return begin_character(' ');
        case ctrl('A'): return Key::Home;
        case ctrl('B'): return Key::Left;
        case ctrl('C'): return Key::Cancel;
        case ctrl('D'): return Key::EndOfFile;
        case ctrl('E'): return Key::End;
        case ctrl('F'): return Key::Right;
        case ctrl('K'): return Key::EraseToEnd;
        case ctrl('L'): return Key::ClearScreen;
        case ctrl('N'): return Key::Down;
        case ctrl('P'): return Key::Up;
        case ctrl('U'): return Key::EraseToStart;
        case ctrl('W'): return Key::EraseWord;
        case kBackspace:
        case kDelete: return Key::EraseBefore;
        default: return Key::None;
    }
}

Key KeyDecoder::begin_escape() {
    after_two_escapes_ = state_ == State::Escape;
    state_ = State::Escape;
    return Key::None;
}

/// The byte after ESC selects the kind of sequence.
Key KeyDecoder::escape(std::uint8_t byte) {
    parameters_ = {};
    parameter_count_ = 1;
    unusual_ = false;
    empty_ = true;
    state_ = State::Ground;
    switch (byte) {
        case '[': state_ = State::Csi; break;
        case 'O': state_ = State::Ss3; break;
        case ']':  // strings: they end with ESC \ or a control character
        case 'P':
        case 'X':
        case '^':
        case '_': state_ = State::String; break;
        default:
            if (is_intermediate(byte)) state_ = State::Designate;
            if (byte >= 0x80) {
                dropped_ = true;
                return begin_character(byte);
            }
    }
    return Key::None;
}

Key KeyDecoder::csi(std::uint8_t byte) {
    const bool first = empty_;
    empty_ = false;
    if (is_parameter(byte)) return Key::None;
    if (state_ == State::Csi && first && byte == '[') return skip(1);  // Linux console, F1 to F5
    if (state_ == State::Csi && first && byte == 'M') return skip(3);  // mouse: button, column, row
    const Key key = sequence_key(byte);
    state_ = State::Ground;
    return key;
}

Key KeyDecoder::skip(unsigned count) {
    state_ = State::Skip;
    skip_ = count;
    return Key::None;
}

/// Consumes `byte` if it precedes the sequence's final byte.
bool KeyDecoder::is_parameter(std::uint8_t byte) {
    if (byte >= 0x40) return false;
    // With Shift, rxvt ends a sequence with '$', as in ESC [ 3 $. In ECMA-48 '$' is an intermediate byte.
    if (byte == '$' && parameter_count_ == 1 && parameters_[0] != 0 && !unusual_) return false;
    if (is_digit(byte) && parameter_count_ <= parameters_.size()) {
        unsigned& value = parameters_[parameter_count_ - 1];
        value = std::min(value * 10 + (byte - '0'), kLargestParameter);
    } else if (byte == ';') {
        parameter_count_++;
    } else {
        unusual_ = true;
    }
    return true;
}

Key KeyDecoder::sequence_key(std::uint8_t final) const {
    if (unusual_ || after_two_escapes_) return Key::None;
    if (state_ == State::Csi && final == 'R' && parameter_count_ == 2) return Key::CursorReport;
    if (parameter_count_ != 1) return Key::None;  // the second parameter encodes Shift, Alt and Control
    const unsigned parameter = parameters_[0];
    if (final == '~') {
        switch (parameter) {
            case 1:
            case 7: return Key::Home;  // 7 and 8: rxvt
            case 3: return Key::EraseAt;
            case 4:
            case 8: return Key::End;
            default: return Key::None;
        }
    }
    if (parameter > 1) return Key::None;
    switch (final) {
        case 'A': return Key::Up;
        case 'B': return Key::Down;
        case 'C': return Key::Right;
        case 'D': return Key::Left;
        case 'F': return Key::End;
        case 'H': return Key::Home;
        default: return Key::None;
    }
}

/// Sets the range of the bytes that may follow (Unicode, table 3-7). A byte that starts no character is discarded.
Key KeyDecoder::begin_character(std::uint8_t lead) {
    state_ = State::Ground;
    text_[0] = char(lead);
    size_ = 1;
    if (lead < 0x80) return Key::Text;
    if (lead < 0xc2 || lead > 0xf4) return Key::None;
    wanted_ = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    low_ = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    high_ = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    state_ = State::Character;
    return Key::None;
}

Key KeyDecoder::end_character() {
    state_ = State::Ground;
    // U+0080 to U+009F are C1 controls, equivalent to ESC and one byte: U+009B is ESC [.
    const auto second = std::uint8_t(text_[1]);
    if (text_[0] == char(0xc2) && second < 0xa0) {
        after_two_escapes_ = false;
        return escape(std::uint8_t(second - 0x40));
    }
    return dropped_ ? Key::None : Key::Text;
}

}  // namespace glenda::console
