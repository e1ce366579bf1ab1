// SPDX-License-Identifier: MIT
// See journal.h.
#include "journal.h"

#include "glenda/format.h"
#include "glenda/time.h"

namespace glenda::nineball {

namespace {

constexpr std::size_t kEchoSize = 1000;  // longer than any piece

constinit char storage[Log::kSize];
constinit Journal the_journal{storage};

}  // namespace

Journal& journal() { return the_journal; }

void Journal::start(Console console, std::uint64_t timebase) {
    console_ = console;
    ticks_per_ms_ = timebase >= 1000 ? timebase / 1000 : 1;
}

/// Writes to the kernel's console, unless a taker or a driver of the terminal is there.
void Journal::show(std::string_view text) {
    if (echo_ == Echo::On && !taken_)
        (void)console_.write(text);
    else
        unseen_ = true;
}

void Journal::write(Log::Author author, std::uint64_t source, std::string_view name, std::string_view text) {
    const std::uint64_t milliseconds = read_time() / ticks_per_ms_;
    FixedText<kEchoSize> echo;
    const auto add = [&](std::string_view piece) {
        if (echo.view().size() + piece.size() > kEchoSize) {
            show(echo);
            echo.clear();
        }
        echo.add("{}", piece);
    };
    const auto begin = [&] {
        author_ = author;
        const FixedText<64> head("[{:4}.{:03}] {}: ", milliseconds / 1000, milliseconds % 1000, name);
        log_.append(author_, Log::Line::Starts, head);
        add(FixedText<40>("{}: ", name));
    };
    const auto put = [&](std::string_view piece) {
        log_.append(author_, Log::Line::Continues, piece);
        add(piece);
    };
    tagger_.feed(source, text, begin, put);
    if (!echo.view().empty()) show(echo);
}

void Journal::show_from(std::uint64_t offset) {
    char buffer[512];
    Log::Read piece = log_.read(offset, buffer);
    for (; piece.size != 0; piece = log_.read(piece.next, buffer)) show({buffer, piece.size});
}

void Journal::take_back(std::uint64_t offset) {
    taken_ = false;
    show_from(offset);
}

void Journal::dump_tail() {
    constexpr std::size_t kTail = 2048;
    if (!unseen_) return;
    echo_ = Echo::On;
    taken_ = false;
    show("9ball: the end of the log:\n");
    show_from(log_.tail(kTail));
    show("9ball: this was the end of the log\n");
}

}  // namespace glenda::nineball
