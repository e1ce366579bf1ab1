// SPDX-License-Identifier: MIT
// Waiting for a word in memory to change. Locks (sync.h) are made of it.
#pragma once

#include <atomic>
#include <cstdint>

#include "glenda/message.h"
#include "protocol/factotum.h"

namespace glenda::process {

/// Waits until another thread wakes those that wait at `word`, if it still is `expected`: else NotReady. TimedOut.
Answer<void> futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                        std::int64_t microseconds = kNoTimeout);
/// Wakes the `count` threads that have waited longest at `word`, and returns how many there were.
Answer<std::uint64_t> futex_wake(const std::atomic<std::uint32_t>& word, std::uint64_t count);

}  // namespace glenda::process
