// SPDX-License-Identifier: MIT
// The invariant checker: looks at everything that exists, and says what must not be so.
//
// Invariants, by the file that checks them:
//   check_tree.cc     the derivation tree's links agree, every slot is in it once, and it only ever takes away: a copy
//                     has no right that its parent lacks, an object lies within its Untyped and overlaps with no other
//   check_mapping.cc  whatever an address space maps, a Frame or PageTable capability stands for
//   check_thread.cc   queues, Reply objects, notifications and timers agree with the threads' states
//
// It needs no memory: it marks what it has seen in unused bits of capabilities and page table entries, and removes the
// marks again. It takes long, with interrupts masked, and runs only when asked to (MachineMethod::Check). After a
// violation the marks stay: the kernel must not be used any more. Handout: reference/kernel-design.md, "Checking the
// kernel".
#pragma once

namespace glenda {

/// What the checker found.
struct Violation {
    const char* what = nullptr;   // what is wrong; null if every invariant holds
    const void* where = nullptr;  // the slot or object at which it was noticed

    explicit operator bool() const { return what != nullptr; }
};

/// Checks everything that can be reached from the root task's CNode. Returns the first violation. Preconditions: the
/// lock is held, and no operation is half done; a preempted one is fine, because it leaves every invariant intact.
Violation check_invariants();

}  // namespace glenda
