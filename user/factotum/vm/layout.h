// SPDX-License-Identifier: MIT
// Where things are in a process's address space.
//
//   program image | heap ->       maps      devices     snapshot       guard | stack (grows down) |   | UTCBs
//   0x1'0000 ...                  0x08..    0x10..      0x18..                             0x3f'ff8f'0000
//
// One page table has the stack and the UTCBs of up to 128 threads.
#pragma once

#include <cstdint>

#include "protocol/factotum.h"
#include "util/bits.h"

namespace glenda::factotum {

constexpr std::uint64_t kUsualImage = 0x1'0000;    // where libglenda's programs start
constexpr std::uint64_t kMapArea = 0x8'0000'0000;  // where MMAP looks for a place
constexpr std::uint64_t kDeviceArea = 0x10'0000'0000;
constexpr std::uint64_t kSnapshotArea = 0x18'0000'0000;
constexpr std::uint64_t kAreaSize = 0x8'0000'0000;
constexpr std::uint64_t kStackTop = kProgramStackTop;
constexpr std::uint64_t kStackSize = 256 * kKiB;
static_assert(2 * kMaxBlockBytes <= kStackSize);
constexpr std::uint64_t kStackGuard = 64 * kKiB;     // a fault this close below the stack is an overflow
constexpr std::uint64_t kUtcbArea = 0x3f'ff90'0000;  // a page for each thread, with a free page between them
constexpr std::uint64_t kUtcbAreaEnd = kUserEnd;

}  // namespace glenda::factotum
