// SPDX-License-Identifier: MIT
// The invariant checker: looks at everything there is and says what should not be so.
//
// Invariants, by the file that checks them:
//   check_tree.cc     the derivation tree's links agree, every slot is in it once, and it only ever takes away: a copy
//                     has no right that its parent lacks, an object lies within its Untyped and overlaps with no other
//   check_mapping.cc  whatever an address space maps, a Frame or PageTable capability stands for
//   check_thread.cc   queues, Reply objects, notifications and timers agree with the threads' states
//
// It needs no memory: what has been seen is marked in unused bits of capabilities and page table entries, and unmarked
// again. It may take long, and runs only when asked to (MachineMethod::Check). After a violation the marks stay.
// Handout: reference/kernel-design.md, "Checking the kernel".
#pragma once

namespace glenda {

struct Violation {
    const char* what = nullptr;   // the invariant that does not hold, null: all of them do
    const void* where = nullptr;  // the slot or object

    explicit operator bool() const { return what != nullptr; }
};

/// The first violation that is found from the root task's CNode on. The lock is held, no operation is half done.
Violation check_invariants();

}  // namespace glenda
