// SPDX-License-Identifier: MIT
// A victim: a thread that makes random system calls for as long as it lives, in an address space apart from the
// driver's.
//
// It runs a copy of this program's code. The only other memory it shares with the driver is its Board.
#pragma once

#include "abi/message.h"
#include "abi/object.h"
#include "random.h"

namespace glenda::fuzz {

constexpr unsigned kMaxRadix = 6;  // of a victim's own CNode
constexpr unsigned kMethods = 16;
constexpr unsigned kErrors = unsigned(Error::Count);
constexpr unsigned kTypes = unsigned(CapType::Count);

/// A victim's state and its statistics. The contents may be damaged: a victim can be made to jump anywhere.
struct Board {
    Random random{0};
    std::uint64_t calls = 0;
    std::uint64_t blocked_or_lost = 0;               // calls that never returned
    std::uint64_t last[8] = {};                      // a7, a0, a1, a2 ... a5, a6 of the last call
    std::uint32_t succeeded[kTypes][kMethods] = {};  // well-formed calls of kernel methods that succeeded
    std::uint32_t replies[kErrors] = {};             // indexed by Error; 0: succeeded
    std::uint64_t misses = 0;                        // consecutive replies of InvalidCapability
    // The CNode that the victim knows. Its slots have the pointers `prefix` | index; one of them holds the CNode
    // itself.
    CPtr prefix = 0;
    unsigned radix = 1;
    CapType types[1 << kMaxRadix] = {};  // of each slot's capability, when the victim last looked
};
static_assert(sizeof(Board) <= 4096);

// A victim's memory lies in the range of one page table, with unmapped pages in between. Its code has the same address
// as in the driver.
constexpr std::uint64_t kVictimArea = 0x1000'0000;
/// The index in a victim's CNode of the capability to that CNode.
constexpr std::uint64_t kOwnIndex = 1;

enum class VictimPage { Stack, Utcb, Toy, Board };
constexpr unsigned kVictimPages = 4;
constexpr std::uint64_t address_of(unsigned victim, VictimPage page) {
    return kVictimArea + (victim * kVictimPages + unsigned(page)) * 2 * 4096;
}

/// An unknown system call, so a fault: the victim reports that its pointers no longer find any capability.
constexpr std::int64_t kHelp = 0x5eed;

/// The entry point of a victim, also when it restarts after a fault. Uses only constants and the memory it is given.
[[noreturn]] void run_victim(Board* board, Utcb* utcb);

}  // namespace glenda::fuzz
