// SPDX-License-Identifier: MIT
// See journal.h.
#include "journal.h"

#include "glenda/format.h"
#include "glenda/time.h"

namespace glenda::nineball {

namespace {
constinit Journal the_journal;
}

Journal& journal() { return the_journal; }

void Journal::start(Console console, std::uint64_t timebase) {
    console_ = console;
    timebase_ = timebase != 0 ? timebase : 1;
}

void Journal::to_console(std::string_view text) { (void)console_.write(text); }

void Journal::write(std::uint64_t source, std::string_view name, std::string_view text) {
    const std::uint64_t milliseconds = read_time() / (timebase_ / 1000 + 1);
    FixedText<1200> echo;
    const auto begin = [&] {
        const FixedText<64> stamp("[{:4}.{:03}] {}: ", milliseconds / 1000, milliseconds % 1000, name);
        ring_.append(stamp);
        echo.add("{}: ", name);
    };
    const auto put = [&](std::string_view piece) {
        ring_.append(piece);
        echo.add("{}", piece);
    };
    tagger_.feed(source, text, begin, put);
    if (echo_ == Echo::On) to_console(echo);
    else unseen_ += text.size();
}

void Journal::dump_tail() {
    constexpr std::uint64_t kTail = 2048;
    if (unseen_ == 0) return;
    to_console("9ball: the end of the log:\n");
    char buffer[512];
    const std::uint64_t first = ring_.end() > kTail ? ring_.end() - kTail : 0;
    for (LogRing::Piece piece = ring_.read(first, buffer); piece.size != 0; piece = ring_.read(piece.next, buffer))
        to_console({buffer, piece.size});
    to_console("\n");
}

}  // namespace glenda::nineball
