// SPDX-License-Identifier: MIT
// What a child of the benchmark does: its first argument says which of these.
#pragma once

#include <cstdint>
#include <string_view>

namespace glenda::bench {

/// Touches its second argument's number of pages, signals the notification that its parent passed, and sleeps for ever.
constexpr std::string_view kHold = "hold";
/// Touches kTextPages pages of constants, and ends with the number of cycles that this took.
constexpr std::string_view kTouchText = "touch-text";
constexpr std::uint64_t kTextPages = 64;

/// Runs as a child. Returns the exit status.
int run_child(std::string_view what, std::string_view argument);

/// Writes one word to each of `pages` pages from `address` on. Returns the cycles.
std::uint64_t touch(std::uint64_t address, std::uint64_t pages);

}  // namespace glenda::bench
