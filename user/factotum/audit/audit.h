// SPDX-License-Identifier: MIT
// The invariants of Factotum's books, as code. Host tests check them after each step, the method AUDIT in the system.
#pragma once

#include "memory.h"

namespace glenda::factotum {

/// Which invariant is broken.
enum class Broken : std::uint64_t {
    Nothing = 0,
    Chunks = 1,     // masks, lists and counts of free pages agree
    Frames = 2,     // refs of a frame = page entries that name it, less one; no frame in use is forgotten
    Mappings = 3,   // a slot of the heap that maps a page is in one entry
    Promise = 4,    // pages in use <= pages charged, and what is free serves the rest
    Accounts = 5,   // what is charged, reserved and overflows agrees
    Processes = 6,  // parents are there, zombies have nothing
    Slots = 8,      // the heap's free bits and the records of slots in use agree
    Threads = 9,    // lists of threads, their waits; one Reply object for each and one more
};

Broken audit_chunks(const ChunkStore& store);
/// `charged`: pages in all accounts together.
Broken audit_accounts(const Accounts& accounts, std::uint64_t charged);
Broken audit_memory(Memory& memory);

}  // namespace glenda::factotum
