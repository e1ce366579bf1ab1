// SPDX-License-Identifier: MIT
// See journal.h.
#include "journal.h"

#include "glenda/format.h"
#include "glenda/time.h"

namespace glenda::nineball {

namespace {

constexpr std::size_t kEchoSize = 1000;  // longer than any piece

constinit Journal the_journal;

}  // namespace

Journal& journal() { return the_journal; }

void Journal::start(Console console, std::uint64_t timebase) {
    console_ = console;
    ticks_per_ms_ = timebase >= 1000 ? timebase / 1000 : 1;
}

/// Writes to the kernel's console, unless a driver owns the terminal.
void Journal::to_console(std::string_view text) {
    if (echo_ == Echo::On)
        (void)console_.write(text);
    else
        unseen_ = true;
}

void Journal::write(std::uint64_t source, std::string_view name, std::string_view text) {
    const std::uint64_t milliseconds = read_time() / ticks_per_ms_;
    FixedText<kEchoSize> echo;
    const auto show = [&](std::string_view piece) {
        if (echo.view().size() + piece.size() > kEchoSize) {
            to_console(echo);
            echo.clear();
        }
        echo.add("{}", piece);
    };
    const auto begin = [&] {
        ring_.append(FixedText<64>("[{:4}.{:03}] {}: ", milliseconds / 1000, milliseconds % 1000, name));
        show(FixedText<40>("{}: ", name));
    };
    const auto put = [&](std::string_view piece) {
        ring_.append(piece);
        show(piece);
    };
    tagger_.feed(source, text, begin, put);
    if (!echo.view().empty()) to_console(echo);
}

void Journal::dump_tail() {
    constexpr std::size_t kTail = 2048;
    if (!unseen_) return;
    echo_ = Echo::On;
    to_console("9ball: the end of the log:\n");
    char buffer[512];
    LogRing::Piece piece = ring_.read(ring_.tail(kTail), buffer);
    for (; piece.size != 0; piece = ring_.read(piece.next, buffer)) to_console({buffer, piece.size});
    to_console("9ball: this was the end of the log\n");
}

}  // namespace glenda::nineball
