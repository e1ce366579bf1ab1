// SPDX-License-Identifier: MIT
// What every program can do, whichever kernel runs it.
//
// One binary serves the whole lab. A process has no UTCB, and asks the monolithic kernel (process::). A thread has one,
// and uses thread calls. So a program that makes no other calls of process:: never notices that the kernel changes.
#pragma once

#include <cstdint>

#include "calls.h"
#include "glenda/print.h"

namespace glenda {

/// The UTCB of the program's first thread, or null for a process.
Utcb* utcb();

/// The kernel's command line, if the kernel has started this program; else empty.
std::string_view command_line();

/// Ends the program. Its parent, or whoever started it, sees the status.
[[noreturn]] void exit(int status);

/// Waits for a key and returns its character.
char read_key();

/// Lets others run.
void yield();

/// Switches the machine off.
[[noreturn]] void shut_down();

/// Time since power-on, in ticks of the timebase, which is 10 MHz on QEMU's machine.
inline std::uint64_t read_time() {
    std::uint64_t ticks;
    asm volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}
constexpr std::uint64_t kTicksPerMillisecond = 10'000;

}  // namespace glenda
