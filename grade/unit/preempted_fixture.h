// SPDX-License-Identifier: MIT
// For tests of calls that are preempted and made again: begin a call, let others act, let it continue.
#pragma once

#include "kernel_test.h"

namespace glenda::test {

class PreemptedTest : public KernelTest {
protected:
    static constexpr CPtr kEndpoint = 20, kDying = 21, kOther = 30;
    static constexpr auto kAll = word_of(Rights::All);

    /// Makes a CNode in slot `at` and fills it with capabilities.
    void make_full(CPtr at, unsigned radix = 3) {
        make(CapType::CNode, at, radix);
        for (std::uint64_t i = 1; i < bit(radix); i++)
            ASSERT_EQ(call(at, CNodeMethod::Copy, {i, kCNode, kEndpoint, kAll}), Error::Ok);
    }
    /// Enters once with a method of the root CNode while an interrupt is pending. Returns false if it was preempted.
    bool begin(Tcb& caller, CNodeMethod method, CPtr at, CPtr cnode = kCNode) {
        machine.checks_before_interrupt = 0;
        return enter(caller, Syscall::Call, cnode, Tag(std::uint64_t(method), 1), {at});
    }
    /// Lets `caller` continue until its call is done. Returns how often it was preempted.
    unsigned go_on(Tcb& caller) {
        unsigned times = 0;
        while (!enter_again(caller)) times++;
        machine.checks_before_interrupt = host::kNever;
        return times;
    }
    /// How many children the capability in slot `at` has.
    unsigned children(CPtr at) {
        unsigned count = 0;
        for (const Slot* child = slot(at).first_child; child != nullptr;
             child = child->next.is_sibling() ? child->next.slot() : nullptr)
            count++;
        return count;
    }

    void SetUp() override { make(CapType::Endpoint, kEndpoint); }
};

}  // namespace glenda::test
