// SPDX-License-Identifier: MIT
// Bytes from a terminal become keys: characters in UTF-8, control characters, and escape sequences.
//
// A terminal sends one byte for most keys, several for a character outside ASCII, and a sequence that begins with ESC
// for the rest. A sequence that means nothing here vanishes whole, whatever its form: otherwise its tail would be taken
// for text. A control character ends whatever is incomplete, so Enter and ^C always work.
// Forms: ECMA-48, 5.4 (control sequences) and 5.6 (control strings); xterm, rxvt, Linux console and mouse reports.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace glenda::console {

enum class Key : std::uint8_t {
    None,  // nothing yet, or nothing that means anything here
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
    CursorReport,  // not a key: the terminal says that its cursor is in column()
};

class KeyDecoder {
public:
    Key feed(std::uint8_t byte);

    /// After Key::Text: the character's UTF-8, one to four bytes. Never a control character: a TAB is a space.
    std::string_view text() const { return {text_.data(), size_}; }
    /// After Key::CursorReport: counted from 1.
    unsigned column() const { return parameters_[1]; }

private:
    enum class State : std::uint8_t {
        Ground,
        Character,  // in the middle of a UTF-8 character
        Escape,     // behind ESC
        Designate,  // behind ESC and an intermediate byte
        Ss3,        // behind ESC O
        Csi,        // behind ESC [
        String,     // behind ESC ], ESC P and their kin
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
    bool after_two_escapes_ = false;  // rxvt and others put a second ESC before the sequence of a key with Alt

    // The sequence so far.
    std::array<unsigned, 2> parameters_{};
    unsigned parameter_count_ = 0;  // as many as there are semicolons and one, also past the array
    bool unusual_ = false;          // has bytes that no key's sequence has
    bool empty_ = true;             // no byte yet behind the introducer
    unsigned skip_ = 0;

    // The character so far.
    std::array<char, 4> text_{};
    unsigned size_ = 0;
    unsigned wanted_ = 0;
    std::uint8_t low_ = 0, high_ = 0;  // the range of its next byte
    bool dropped_ = false;             // Alt was held
};

}  // namespace glenda::console
