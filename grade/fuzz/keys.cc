// SPDX-License-Identifier: MIT
// Whatever a terminal sends, user/console/line_editor.h has a line of text, and sends the terminal nothing that it did
// not make itself.
#include "console/line_editor.h"
#include "format/utf8.h"
#include "parser.h"

namespace glenda::fuzz {

namespace {

bool is_text(std::string_view text) {
    while (!text.empty() && (static_cast<unsigned char>(text.front()) >= 0x20 && text.front() != 0x7f)) {
        const std::size_t length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return text.empty();
}

/// A terminal. It wants no control characters but those that move its cursor.
struct Screen : TextSink {
    Screen() : TextSink{receive} {}
    static void receive(TextSink&, std::string_view text) {
        for (const char c : text)
            expect(static_cast<unsigned char>(c) >= 0x20 || std::string_view("\r\n\b\a\x1b").contains(c),
                   "the terminal gets no other control characters");
    }
};

}  // namespace

bool keys(Bytes typed) {
    Screen screen;
    console::LineEditor editor(screen, "glenda> ");
    bool entered = false;
    editor.start();
    for (const std::byte byte : typed) {
        const auto event = editor.feed(static_cast<char>(byte));
        expect(editor.line().size() <= console::LineEditor::kMaxLine, "a line is bounded");
        expect(is_text(editor.line()), "a line is UTF-8 without control characters");
        if (event == console::LineEditor::Event::None) continue;
        entered = entered || event == console::LineEditor::Event::Line;
        editor.start();
    }
    return entered;
}

}  // namespace glenda::fuzz
