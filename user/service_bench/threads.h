// SPDX-License-Identifier: MIT
// What the benchmark does with threads. Each function returns the cycles of so many times; 0 if it failed.
#pragma once

#include <cstdint>

namespace glenda::bench {

/// Starts a thread that does nothing, and waits for its end.
bool create_and_join();
/// A mutex changes hands.
std::uint64_t hand_over_mutex(std::uint64_t times);
/// Two threads let each other go on in turns.
std::uint64_t pass_semaphore(std::uint64_t rounds);
/// The same for two processes.
std::uint64_t pass_futex(std::uint64_t rounds);

}  // namespace glenda::bench
