// SPDX-License-Identifier: MIT
// The system's one log: what services and 9Ball itself say goes into the ring with time and name, and, until a serial
// driver serves the terminal, also on the kernel's console.
#pragma once

#include <string_view>

#include "glenda/object.h"
#include "log_ring.h"

namespace glenda::nineball {

class Journal {
public:
    constexpr Journal() = default;

    /// `timebase`: ticks in a second, for the time at the start of each line.
    void start(Console console, std::uint64_t timebase);

    /// Append what `name` says; `source` is a number of its own for each name (its process identifier).
    void write(std::uint64_t source, std::string_view name, std::string_view text);

    enum class Echo : bool { Off, On };
    /// Whether lines also appear on the kernel's console.
    void set_echo(Echo echo) { echo_ = echo; }

    /// Show the end of the log on the kernel's console, unless all of it has been there: when the system fails.
    void dump_tail();

    const LogRing& ring() const { return ring_; }

private:
    void to_console(std::string_view text);

    Console console_{};
    std::uint64_t ticks_per_ms_ = 1;
    Echo echo_ = Echo::On;
    bool unseen_ = false;  // something was not echoed
    LineTagger tagger_{};
    LogRing ring_{};
};

/// 9Ball's journal.
Journal& journal();

}  // namespace glenda::nineball
