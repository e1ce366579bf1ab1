// SPDX-License-Identifier: MIT
// A Call on a kernel object, and what becomes of it.
//
// Each object's file decodes (everything that can fail) and then acts (nothing can). Long operations stop at a
// preemption point when an interrupt is pending: the thread will make the same system call again and go on from there.
// Handout: reference/kernel-design.md, "Invoking an object".
#pragma once

#include "cap/cnode.h"
#include "object/tcb.h"

namespace glenda {

/// Inside the kernel, this "error" means: interrupted at a preemption point, start again.
constexpr Error kPreempted = Error::Count;

/// The number of words in the answer, or why not.
using Outcome = Result<std::uint64_t>;

struct Request {
    Tcb& caller;
    Slot& slot;  // of the invoked capability
    Tag tag;

    const Capability& cap() const { return slot.cap; }
    std::uint64_t word(unsigned n) const { return caller.word(n); }
    /// Word n of the answer.
    void set_reply(unsigned n, std::uint64_t value) const { caller.set_word(n, value); }
    /// The message has at least `words` words. Error: MessageTooShort.
    Result<void> needs(unsigned words) const {
        CHECK(tag.length() >= words, Error::MessageTooShort);
        return {};
    }
    Result<void> needs_right(Rights rights) const {
        CHECK(has(cap().rights, rights), Error::NoRights);
        return {};
    }
    /// The caller's pointer still leads to the invoked capability. Not so if the call has deleted what is on the way.
    bool can_be_made_again() const { return !slot.is_empty() && find_slot(caller, caller.registers.a(0)) == &slot; }
    /// The capability that word `n` points to, of this type and with these rights.
    /// Errors: InvalidCapability, WrongType, NoRights.
    Result<Slot*> find(unsigned n, CapType type, Rights rights = Rights::None) const;
};

// The methods of each kind of object (abi/method.h): decode the request, do it, answer. Any error that abi/method.h and
// the handout name for the method; kPreempted from those that take long.

Outcome invoke_untyped(const Request& request);
Outcome invoke_cnode(const Request& request);
Outcome invoke_tcb(const Request& request);
Outcome invoke_frame(const Request& request);
Outcome invoke_page_table(const Request& request);
Outcome invoke_vspace(const Request& request);
Outcome invoke_timer(const Request& request);
Outcome invoke_irq_control(const Request& request);
Outcome invoke_irq_handler(const Request& request);
Outcome invoke_console(const Request& request);
Outcome invoke_machine(const Request& request);
// Those of the Machine that are about the trace, and about the invariants: check/check_call.cc.
Outcome check_kernel(const Request& request);
Outcome control_trace(const Request& request);
Outcome read_trace(const Request& request);
Outcome report_times(const Request& request);

}  // namespace glenda
