// SPDX-License-Identifier: MIT
// A victim: a thread that makes random system calls for as long as it lives, in address spaces of its own.
//
// It runs a copy of this program's code and has no other memory of the driver's. Each victim's Board lies in memory
// that the driver sees too.
#pragma once

#include "abi/message.h"
#include "abi/object.h"
#include "random.h"

namespace glenda::fuzz {

constexpr unsigned kMaxRadix = 6;  // of a victim's own CNode
constexpr unsigned kMethods = 16;
constexpr unsigned kErrors = unsigned(Error::Count);
constexpr unsigned kTypes = unsigned(CapType::Count);

/// What a victim knows and tells. It may be damaged: victims can be made to jump anywhere.
struct Board {
    Random random{0};
    std::uint64_t calls = 0;
    std::uint64_t blocked_or_lost = 0;               // calls that were begun and never returned
    std::uint64_t last[8] = {};                      // a7, a0, a1, a2 ... a5, a6 of the last call
    std::uint32_t succeeded[kTypes][kMethods] = {};  // kernel methods called with what looked right, and done
    std::uint32_t answered[kErrors] = {};            // by Error, 0: succeeded
    std::uint64_t misses = 0;                        // InvalidCapability, one after the other
    // The CNode that the victim knows: its slots have pointers `prefix` + index, one leads to the CNode itself.
    CPtr prefix = 0;
    unsigned radix = 1;
    CapType types[1 << kMaxRadix] = {};  // in each slot, when the victim last looked
};
static_assert(sizeof(Board) <= 4096);

// Where a victim's memory lies: all in one page table's range, with unmapped pages between. The code lies where it lies
// in the driver.
constexpr std::uint64_t kVictimArea = 0x1000'0000;
/// Where in its own CNode a victim finds that CNode.
constexpr std::uint64_t kOwnIndex = 1;

enum class VictimPage { Stack, Utcb, Toy, Board };
constexpr unsigned kVictimPages = 4;
constexpr std::uint64_t address_of(unsigned victim, VictimPage page) {
    return kVictimArea + (victim * kVictimPages + unsigned(page)) * 2 * 4096;
}

/// The "system call" by which a victim tells that its capabilities lead nowhere any more: a fault.
constexpr std::int64_t kHelp = 0x5eed;

/// Where a victim begins, and begins again after a fault. Uses no memory but what it is given, and constants.
[[noreturn]] void run_victim(Board* board, Utcb* utcb);

}  // namespace glenda::fuzz
