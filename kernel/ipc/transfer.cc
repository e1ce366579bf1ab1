// SPDX-License-Identifier: MIT
// Moves words and capabilities from one thread to another; see transfer.h.
//
// Registers go to registers, and longer messages from UTCB to UTCB, through the direct map. Invariant: the kernel never
// follows an address of a user program. The UTCB is a frame that the kernel has checked, and it stays mapped here even
// if the program unmaps it: so no copy can fault.
#include "ipc/transfer.h"

#include <algorithm>

#include "arch/trap.h"
#include "cap/cnode.h"

namespace glenda {

namespace {

/// Copies or moves up to `count` capabilities into the slots that the receiver offers in its UTCB. Returns how many
/// arrived. The first that cannot be transferred ends it: an empty source, or a slot that is occupied. A capability
/// that cannot be copied moves, so that it still has one holder.
unsigned transfer_caps(Tcb& from, Tcb& to, unsigned count) {
    // lab 3.3b {
    if (from.utcb == nullptr || to.utcb == nullptr) return 0;
    const Slot* cnode = find_slot(to, to.utcb->receive_cnode);
    if (cnode == nullptr || !cnode->cap.permits(CapType::CNode, Rights::Write)) return 0;
    // Other threads may write to this page while the kernel reads it: so any value may be there, and each look-up is
    // checked.
    count = std::min<std::uint64_t>(count, to.utcb->receive_count);
    const std::uint64_t first = to.utcb->receive_index;
    for (unsigned i = 0; i < count; i++) {
        Slot* source = find_slot(from, from.utcb->send_caps[i]);
        const Result<Slot*> target = slot_at(cnode->cap, first + i);
        if (source == nullptr || source->is_empty() || !target || !(*target)->is_empty()) return i;
        if (is_copyable(source->cap))
            (*target)->fill_as_child(copy_of(source->cap, Rights::All), *source);
        else
            (*target)->take(*source);
    }
    return count;
    // lab 3.3b }
}

}  // namespace

void transfer_message(Tcb& from, Tcb& to, bool can_grant) {
    // The flags say "error" and "notification". A sender that could set them could pretend to be the kernel.
    const Tag tag = from.tag().without_flags();
    unsigned length = tag.length();
    // All four, even if the message is shorter: that is quicker than counting, and kernel-abi.md says so.
    for (unsigned i = 0; i < kRegisterWords; i++) to.registers.a(2 + i) = from.registers.a(2 + i);
    if (length > kRegisterWords) {
        // lab 3.3a {
        if (from.utcb == nullptr || to.utcb == nullptr) {
            length = kRegisterWords;
        } else {
            copy_words(from.utcb->words, to.utcb->words, kRegisterWords, length);
        }
        // lab 3.3a }
    }
    unsigned caps = tag.caps();
    if (caps != 0) caps = can_grant ? transfer_caps(from, to, caps) : 0;
    to.set_tag(Tag(tag.label(), length, caps));
}

void transfer_fault(const Tcb& from, Tcb& to) {
    const Registers& r = from.registers;
    const Fault& fault = from.fault;
    std::uint64_t length = 0;
    auto put = [&](std::uint64_t value) { to.set_word(length++, value); };
    put(r.pc);
    switch (fault.kind) {
        case FaultKind::Vm:
            // lab 3.6d {
            put(fault.address);
            put(static_cast<std::uint64_t>(arch::cause_of(fault.cause).access));
            put(fault.cause);
            // lab 3.6d }
            break;
        case FaultKind::UnknownSyscall:
            // lab 3.6e {
            put(r.a(7));
            for (unsigned i = 0; i <= 6; i++) put(r.a(i));
            put(r.sp());
            // lab 3.6e }
            break;
        case FaultKind::Exception:
            put(fault.address);
            put(fault.cause);
            put(r.sp());
            break;
    }
    if (to.utcb == nullptr) length = std::min(length, std::uint64_t{kRegisterWords});
    to.set_tag(Tag(static_cast<std::uint64_t>(fault.kind), length));
}

}  // namespace glenda
