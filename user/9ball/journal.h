// SPDX-License-Identifier: MIT
// The system's log. Lines of the services and of 9Ball itself go into the ring, with the time and a name. Until a
// driver serves the terminal, they also appear on the kernel's console.
#pragma once

#include <string_view>

#include "glenda/object.h"
#include "log_ring.h"

namespace glenda::nineball {

class Journal {
public:
    constexpr Journal() = default;

    /// `timebase`: ticks per second, for the timestamp of each line.
    void start(Console console, std::uint64_t timebase);

    /// Appends `text` from the process `name`. `source` is its process identifier.
    void write(std::uint64_t source, std::string_view name, std::string_view text);

    enum class Echo : bool { Off, On };
    /// Sets whether lines also appear on the kernel's console.
    void set_echo(Echo echo) { echo_ = echo; }

    /// Prints the end of the log on the kernel's console, for a system failure. Does nothing if all lines were echoed.
    void dump_tail();

    const LogRing& ring() const { return ring_; }

private:
    void to_console(std::string_view text);

    Console console_{};
    std::uint64_t ticks_per_ms_ = 1;
    Echo echo_ = Echo::On;
    bool unseen_ = false;  // some line was not echoed
    LineTagger tagger_{};
    LogRing ring_{};
};

/// 9Ball's journal.
Journal& journal();

}  // namespace glenda::nineball
