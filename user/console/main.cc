// SPDX-License-Identifier: MIT
// The console: a prompt on the serial terminal, for running programs and inspecting the system.
#include "commands.h"
#include "glenda/devices.h"
#include "glenda/environment.h"
#include "glenda/nineball.h"
#include "glenda/panic.h"
#include "glenda/slots.h"
#include "glenda/terminal.h"
#include "line_editor.h"
#include "run.h"

using namespace glenda;

namespace {

/// Collects the editor's output, so that a burst of input causes one message.
struct Screen : TextSink {
    Screen() : TextSink{append} {}
    void flush() {
        write_output({bytes, size});
        size = 0;
    }
    static void append(TextSink& sink, std::string_view text) {
        auto& self = static_cast<Screen&>(sink);
        for (const char c : text) {
            if (self.size == sizeof(self.bytes)) self.flush();
            self.bytes[self.size++] = c;
        }
    }
    std::size_t size = 0;
    char bytes[512];
};

/// Looks up the terminal: at the start, and again when Unicorn has restarted. Programs inherit it.
void find_terminal() {
    Environment& e = environment();
    e.stdio = Endpoint();
    (void)e.cnode.remove(kSlotStdio);
    (void)e.cnode.remove(console::kUnicornSlot);
    const auto unicorn = devices::find_unicorn(console::kUnicornSlot);
    if (!unicorn) panic("no devices: {}", unicorn.error());
    const auto found = devices::lookup(*unicorn, "serial", 0, kSlotStdio);
    if (!found) panic("no terminal: {}", found.error());
    e.stdio = Endpoint(kSlotStdio);
}

/// Shows the prompt, and takes the keyboard back. Looks up the terminal if it has gone away.
void prompt(console::LineEditor& editor, Screen& screen) {
    while (!terminal::take_foreground()) find_terminal();
    editor.start();
    screen.flush();
}

/// Acts on the end of a line.
void respond(console::LineEditor::Event event, std::string_view line) {
    using Event = console::LineEditor::Event;
    switch (event) {
        case Event::None:
        case Event::Cancelled: break;
        case Event::Line: console::execute(line); break;
        case Event::EndOfFile: print("The console does not end. `shutdown` switches the machine off.\n"); break;
        case Event::TooLong:
            print("The line is longer than {} bytes. Nothing of it was executed.\n", console::LineEditor::kMaxLine);
            break;
    }
}

}  // namespace

int main() {
    find_terminal();
    if (const auto ready = console::prepare_to_run(); !ready) panic("cannot prepare: {}", ready.error());
    if (const auto up = nineball::ready(); !up) panic("cannot be ready: {}", up.error());
    print("Glenda: type help for the commands; Ctrl-A X leaves QEMU.\n");

    static Screen screen;
    static console::LineEditor editor(screen, "glenda% ");
    prompt(editor, screen);
    for (;;) {
        char typed[64];
        const auto count = terminal::read(typed);
        if (!count && count.error() == ServerError::Interrupted) continue;
        if (!count) {
            prompt(editor, screen);
            continue;
        }
        for (const char byte : std::string_view(typed, *count)) {
            const auto event = editor.feed(byte);
            if (event == console::LineEditor::Event::None) continue;
            screen.flush();
            respond(event, editor.line());
            console::report_ended();
            prompt(editor, screen);
        }
        screen.flush();
    }
}
