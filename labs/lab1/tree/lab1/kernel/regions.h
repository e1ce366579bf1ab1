// SPDX-License-Identifier: MIT
// Memory that a process asks for while it runs: the heap (sbrk), and regions (mmap, munmap).
//
// The heap begins behind the program and grows up to kMmapBase at most. Regions are placed one behind the other from
// kMmapBase up to the stack; addresses that were unmapped are not used again. Handled are whole pages; the end of the
// heap alone is exact to the byte.
#pragma once

#include "process.h"

namespace glenda {

constexpr std::uint64_t kMmapBase = 0x10'0000'0000, kMmapEnd = 0x30'0000'0000;

/// Moves the end of the heap by `bytes`, which may be negative, and returns where it was. New pages are zero. Errors:
/// BadArgument, NotEnoughMemory; then nothing has changed.
Result<std::uint64_t> sbrk(Process& process, std::int64_t bytes);

/// Maps a new region of `bytes` zeros, rounded up to pages, and returns its address. Errors: BadArgument,
/// NotEnoughMemory.
Result<std::uint64_t> mmap(Process& process, std::uint64_t bytes);

/// Unmaps the pages from `address` on, `bytes` rounded up. They must lie where mmap has placed regions; holes are no
/// error. Error: BadArgument.
Result<std::uint64_t> munmap(Process& process, VirtAddr address, std::uint64_t bytes);

}  // namespace glenda
