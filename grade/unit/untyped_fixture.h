// SPDX-License-Identifier: MIT
// An Untyped from which the tests of Retype make objects.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernel_test.h"

namespace glenda::test {

struct Span {
    std::uint64_t begin, end;  // bytes from the start of the Untyped
};

/// log2 of the bytes of an object, from the ABI.
inline unsigned bits_of(CapType type, unsigned size_bits) {
    switch (type) {
        case CapType::Untyped:
        case CapType::Frame: return size_bits;
        case CapType::CNode: return size_bits + kSlotBits;
        case CapType::Tcb: return kTcbBits;
        case CapType::Endpoint: return kEndpointBits;
        case CapType::Notification: return kNotificationBits;
        case CapType::Reply: return kReplyBits;
        case CapType::Timer: return kTimerBits;
        default: return kPageTableBits;  // PageTable, VSpace
    }
}

class UntypedTest : public KernelTest {
protected:
    static constexpr CPtr kMemory = 20;  // the Untyped of the test
    static constexpr CPtr kFirst = 100;  // slots for its objects
    static constexpr unsigned kBits = 17;
    static constexpr unsigned kSlots = 150;

    void SetUp() override { make(CapType::Untyped, kMemory, kBits); }

    std::byte* memory() const { return &object<std::byte>(kMemory); }
    Error retype_at(CPtr first, CapType type, unsigned size_bits = 0, unsigned count = 1, std::uint64_t offset = 0) {
        return call(kMemory, UntypedMethod::Retype, {kind(type, size_bits, count), kCNode, first, offset});
    }
    std::uint64_t watermark() {
        EXPECT_EQ(call(kMemory, UntypedMethod::Info), Error::Ok);
        return root().word(2);
    }
    bool is_zero(Span span) const {
        return std::all_of(memory() + span.begin, memory() + span.end, [](std::byte b) { return b == std::byte{}; });
    }
    void scribble(Span span) { std::memset(memory() + span.begin, 0xa5, span.end - span.begin); }
};

}  // namespace glenda::test
