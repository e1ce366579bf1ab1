// SPDX-License-Identifier: MIT
// A Call on a kernel object, and what becomes of it.
//
// Each object's file first decodes, which can fail, and then commits, which cannot: a call that is refused has changed
// nothing. Long operations stop at a preemption point when an interrupt is pending: the thread will make the same
// system call again and go on from there. So each of them keeps its progress in the objects, or in the caller's
// message. Handout: reference/kernel-design.md, "Invoking an object".
#pragma once

#include "call/outcome.h"
#include "cap/cnode.h"
#include "object/tcb.h"

namespace glenda {

/// The capability to which `pointer` leads in the CSpace of `caller`, of this type and with these rights.
/// Errors: InvalidCapability, WrongType, NoRights.
Result<Slot*> find_capability(const Tcb& caller, CPtr pointer, CapType type, Rights rights);

struct Request {
    Tcb& caller;
    Slot& slot;  // of the invoked capability
    Tag tag;

    const Capability& cap() const { return slot.cap; }
    std::uint64_t word(unsigned n) const { return caller.word(n); }
    /// Word n, or `otherwise` if the message does not have it.
    std::uint64_t word_or(unsigned n, std::uint64_t otherwise) const { return tag.length() > n ? word(n) : otherwise; }
    /// Sets word n of the answer.
    void set_reply(unsigned n, std::uint64_t value) const { caller.set_word(n, value); }
    /// The message has at least `words` words. Error: MessageTooShort.
    Result<void> needs(unsigned words) const {
        CHECK(tag.length() >= words, Error::MessageTooShort);
        return {};
    }
    /// The invoked capability has these rights. Error: NoRights.
    Result<void> needs_right(Rights rights) const {
        CHECK(has(cap().rights, rights), Error::NoRights);
        return {};
    }
    /// The capability that word `n` points to, of this type and with these rights.
    /// Errors: InvalidCapability, WrongType, NoRights.
    Result<Slot*> find(unsigned n, CapType type, Rights rights = Rights::None) const {
        return find_capability(caller, word(n), type, rights);
    }
    /// The caller's pointer still leads to the invoked capability. Not so if the call has deleted what is on the way.
    bool can_be_made_again() const;
    /// The caller was not in one of the zombies that this call has just reaped. If it was, what the call has looked up
    /// may be gone too, and it must do nothing more.
    bool caller_lives() const { return caller.state == ThreadState::Ready; }
};

// The methods of each kind of object (abi/method.h): decode the request, do it, answer. They refuse with any error that
// abi/method.h and the reference name for the method; those that take long can be preempted.

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
