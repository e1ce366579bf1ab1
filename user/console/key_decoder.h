// SPDX-License-Identifier: MIT
// Decodes a terminal's bytes into keys: UTF-8 characters, control characters and escape sequences.
//
// A terminal sends one byte for most keys, several for a character outside ASCII, and a sequence that starts with ESC
// for the rest. An unknown sequence is discarded as a whole, whatever its form. If its end were not recognised, the
// tail would be taken for text. A control character ends an incomplete sequence, so Enter and ^C always work.
// Sources: ECMA-48, 5.4 (control sequences) and 5.6 (control strings); the manuals of xterm, rxvt and console_codes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace glenda::console {

enum class Key : std::uint8_t {
    None,  // the key is incomplete, or has no meaning here
    Text,  // text() is one character
    Enter,
    Cancel,     // ^C
    EndOfFile,  // ^D
    Up,         // also ^P
    Down,       // also ^N
    Left,       // also ^B
    Right,      // also ^F
    Home,       // also ^A
    End,        // also ^E
    EraseBefore,
    EraseAt,
    EraseWord,     // ^W
    EraseToStart,  // ^U
    EraseToEnd,    // ^K
    ClearScreen,   // ^L
    CursorReport,  // not a key: the terminal reports its cursor in column()
};

class KeyDecoder {
public:
    Key feed(std::uint8_t byte);

    /// After Key::Text: the character, one to four bytes of UTF-8. It is never a control character: TAB becomes a
    /// space.
    std::string_view text() const { return {text_.data(), size_}; }
    /// After Key::CursorReport: the column, counted from 1.
    unsigned column() const { return parameters_[1]; }

private:
    enum class State : std::uint8_t {
        Ground,
        Character,  // inside a UTF-8 character
        Escape,     // after ESC
        Designate,  // after ESC and an intermediate byte
        Ss3,        // after ESC O
        Csi,        // after ESC [
        String,     // after ESC ], ESC P and the like
        Skip,       // the next skip_ bytes belong to the sequence
    };

    Key control(std::uint8_t byte);
    Key begin_escape();
    Key escape(std::uint8_t byte);
    Key csi(std::uint8_t byte);
    Key skip(unsigned count);
    bool is_parameter(std::uint8_t byte);
    Key sequence_key(std::uint8_t final) const;
    Key begin_character(std::uint8_t lead);
    Key end_character();

    State state_ = State::Ground;
    bool after_return_ = false;
    bool after_two_escapes_ = false;  // rxvt sends a second ESC before the sequence if Alt is held

    // The current sequence.
    std::array<unsigned, 2> parameters_{};
    unsigned parameter_count_ = 0;  // semicolons + 1; may exceed the array's size
    bool unusual_ = false;          // contains a byte that no known key sends
    bool empty_ = true;             // no byte has followed the introducer yet
    unsigned skip_ = 0;

    // The current character.
    std::array<char, 4> text_{};
    unsigned size_ = 0;
    unsigned wanted_ = 0;
    std::uint8_t low_ = 0, high_ = 0;  // valid range of its next byte
    bool dropped_ = false;             // Alt was held: the character is discarded
};

}  // namespace glenda::console
