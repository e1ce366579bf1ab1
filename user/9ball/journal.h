// SPDX-License-Identifier: MIT
// Who logs what, and who shows it. Each line gets the time and its author's name. A taker, such as a program that
// writes the log to a disk, gets all lines. While there is none 9Ball shows them on the kernel's console, unless a
// driver serves the terminal.
#pragma once

#include <string_view>

#include "glenda/object.h"
#include "line_tagger.h"
#include "log.h"

namespace glenda::nineball {

class Journal {
public:
    explicit constexpr Journal(std::span<char, Log::kSize> storage) : log_(storage) {}

    /// `timebase`: ticks per second, for the timestamp of each line.
    void start(Console console, std::uint64_t timebase);
    /// Makes room for the lines of `services` services.
    void share(std::size_t services) { log_.share(services); }

    /// Appends `text` from the process `name`. `source` is its process identifier.
    void write(Log::Author author, std::uint64_t source, std::string_view name, std::string_view text);

    enum class Echo : bool { Off, On };
    /// Sets whether lines also appear on the kernel's console.
    void set_echo(Echo echo) { echo_ = echo; }

    /// From now on a taker shows the lines.
    void hand_over() { taken_ = true; }
    /// The taker has ended, after it got all lines before `offset`: 9Ball shows the others.
    void take_back(std::uint64_t offset);

    /// Prints the end of the log on the kernel's console, for a system failure. Does nothing if all lines were echoed.
    void dump_tail();

    const Log& log() const { return log_; }

private:
    void show(std::string_view text);
    void show_from(std::uint64_t offset);

    Console console_{};
    std::uint64_t ticks_per_ms_ = 1;
    Echo echo_ = Echo::On;
    bool taken_ = false;
    bool unseen_ = false;  // some line was not echoed
    LineTagger tagger_{};
    Log::Author author_ = Log::kNineball;  // of the latest line
    Log log_;
};

/// 9Ball's journal.
Journal& journal();

}  // namespace glenda::nineball
