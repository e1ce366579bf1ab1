// SPDX-License-Identifier: MIT
// Memory becomes objects, on a kernel that can do nothing else with them yet: what Info tells must be right.
#include <algorithm>

#include "common/ktest.h"

namespace glenda::ktest {

namespace {

CNode::Info look(CPtr slot) { return need(node().info(slot)); }
std::uint64_t used(Untyped memory) { return need(memory.info()).used; }

struct Kind {
    CapType type;
    unsigned size_bits;
    unsigned object_bits;
};
constexpr Kind kKinds[] = {{CapType::Endpoint, 0, kEndpointBits},
                           {CapType::Frame, kFrameBits, kFrameBits},
                           {CapType::Reply, 0, kReplyBits},
                           {CapType::CNode, 3, 3 + kSlotBits},
                           {CapType::Notification, 0, kNotificationBits},
                           {CapType::Tcb, 0, kTcbBits},
                           {CapType::Untyped, 7, 7},
                           {CapType::VSpace, 0, kPageTableBits},
                           {CapType::Timer, 0, kTimerBits},
                           {CapType::PageTable, 0, kPageTableBits}};

/// Each type takes the memory that it needs, aligned to its size, and the first capability has all rights.
void every_type() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 17));
    std::uint64_t expected = 0;
    for (const Kind& kind : kKinds) {
        const CPtr slot = need(pool().slot());
        EXPECT_OK(memory.retype(kind.type, kind.size_bits, node(), slot));
        EXPECT_EQ(look(slot).type, kind.type);
        EXPECT_EQ(look(slot).rights, Rights::All);
        EXPECT_EQ(look(slot).size_bits, kind.size_bits);
        expected = align_up(expected, bit(kind.object_bits)) + bit(kind.object_bits);
        EXPECT_EQ(used(memory), expected);
    }
    EXPECT(need(environment().machine.check()));
}

/// What a new object is to begin with.
void first_state() {
    const Tcb thread = need(pool().tcb());
    const Tcb::Info info = need(thread.info());
    EXPECT_EQ(info.state, ThreadState::Inactive);
    EXPECT_EQ(info.priority, 0);
    EXPECT_EQ(info.hart, 0);
    const CNode box = need(pool().cnode(4));
    for (unsigned i = 1; i < 16; i++) EXPECT_EQ(need(box.info(i)).type, CapType::Null);
    EXPECT_ERROR(OutOfRange, box.info(16));
    // A space has an identity from the start: a table that is mapped there knows it.
    const VSpace other = need(pool().vspace());
    const PageTable table = need(pool().make<PageTable>(CapType::PageTable));
    EXPECT_OK(table.map(other, kArea));
    EXPECT_OK(table.unmap());
    EXPECT_ERROR(NotMapped, other.info(kArea));
}

/// A Retype that is refused has no effect.
void all_or_nothing() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 14));
    const CPtr slot = need(pool().slots(8));
    need(pool().make_at(CapType::Endpoint, 0, node(), slot + 5));
    EXPECT_ERROR(SlotOccupied, memory.retype(CapType::Endpoint, 0, node(), slot, 8));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Frame, kFrameBits, node(), slot, 5));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Frame, kLargeFrameBits, node(), slot));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Untyped, kMaxUntypedBits, node(), slot, 5));
    EXPECT_ERROR(BadArgument, memory.retype(CapType::Endpoint, 0, node(), slot, 1, 32));  // no offset in RAM
    for (unsigned i = 0; i < 8; i++) EXPECT_EQ(look(slot + i).type, i == 5 ? CapType::Endpoint : CapType::Null);
    EXPECT_EQ(used(memory), 0);
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot, 4));  // it is full to the last byte
    EXPECT_EQ(used(memory), bit(14));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Endpoint, 0, node(), slot + 6));
}

/// Device memory: the caller says where, upwards only, and what is made of it stays device memory.
void devices() {
    const auto [memory, offset] = device_at(kClock);
    const CPtr slot = need(pool().slots(4));
    EXPECT(offset != 0);
    EXPECT_ERROR(NotAligned, memory.retype(CapType::Frame, kFrameBits, node(), slot, 1, offset + 8));
    EXPECT_ERROR(NotAligned, memory.retype(CapType::Frame, kLargeFrameBits, node(), slot, 1, kPageSize));
    EXPECT_ERROR(BadArgument, memory.retype(CapType::Endpoint, 0, node(), slot, 1, offset));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Frame, kHugeFrameBits, node(), slot, 1, kGiB));
    EXPECT_ERROR(NotEnoughMemory, memory.retype(CapType::Frame, kFrameBits, node(), slot, 1, ~mask(kFrameBits)));
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot, 1, offset));
    EXPECT_EQ(need(Frame(slot).info()).address, kClock);
    EXPECT_ERROR(BadArgument, memory.retype(CapType::Frame, kFrameBits, node(), slot + 1, 1, offset));
    EXPECT_OK(memory.retype(CapType::Untyped, kFrameBits, node(), slot + 1));
    const Untyped::Info info = need(Untyped(slot + 1).info());
    EXPECT_EQ(info.address, kClock + kPageSize);
    EXPECT(info.is_device);
    EXPECT_ERROR(BadArgument, Untyped(slot + 1).retype(CapType::Tcb, 0, node(), slot + 2));
    // Right where the last one ended, but said so.
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot + 2, 1, offset + 2 * kPageSize));
    EXPECT_EQ(need(Frame(slot + 2).info()).address, kClock + 2 * kPageSize);
}

/// No two objects share memory, whatever lies in between.
void disjoint() {
    constexpr unsigned kFrames = 48;
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 20));
    const CPtr slot = need(pool().slots(2 * kFrames));
    std::uint64_t end = need(memory.info()).address;
    for (unsigned i = 0; i < kFrames; i++) {
        const Kind& between = kKinds[i % std::size(kKinds)];
        EXPECT_OK(memory.retype(between.type, between.size_bits, node(), slot + kFrames + i));
        end += bit(between.object_bits);
        EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot + i));
        const std::uint64_t address = need(Frame(slot + i).info()).address;
        EXPECT(address >= end);
        EXPECT(is_aligned(address, kPageSize));
        end = address + kPageSize;
        EXPECT_EQ(need(memory.info()).address + used(memory), end);
    }
}

/// One Retype makes as many objects as it may, one behind the other.
void many_at_once() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 19));
    const CPtr slot = need(pool().slots(kMaxRetypeCount + 1));
    EXPECT_OK(memory.retype(CapType::Endpoint, 0, node(), slot + kMaxRetypeCount));
    EXPECT_OK(memory.retype(CapType::Frame, kFrameBits, node(), slot, kMaxRetypeCount));
    const std::uint64_t first = need(Frame(slot).info()).address;
    EXPECT_EQ(first, need(memory.info()).address + kPageSize);
    for (unsigned i = 0; i < kMaxRetypeCount; i++)
        EXPECT_EQ(need(Frame(slot + i).info()).address, first + i * kPageSize);
    EXPECT_EQ(used(memory), (kMaxRetypeCount + 1) * kPageSize);
    // Objects whose size the caller does not name. A thread's number is its address in units of a Tcb.
    const Untyped second = need(pool().make<Untyped>(CapType::Untyped, 14));
    const CPtr threads = need(pool().slots(8));
    EXPECT_OK(second.retype(CapType::Tcb, 0, node(), threads, 8));
    const std::uint64_t number = need(Tcb(threads).info()).number;
    for (unsigned i = 0; i < 8; i++) EXPECT_EQ(need(Tcb(threads + i).info()).number, number + i);
    EXPECT(need(environment().machine.check()));
}

/// Objects from an Untyped that was itself made from one.
void nested() {
    const Untyped memory = need(pool().make<Untyped>(CapType::Untyped, 16));
    const CPtr slot = need(pool().slots(kMaxRetypeCount + 1));
    EXPECT_OK(memory.retype(CapType::Untyped, 10, node(), slot, kMaxRetypeCount));
    EXPECT_EQ(used(memory), bit(16));
    EXPECT_EQ(used(Untyped(slot + 63)), 0);
    EXPECT_OK(Untyped(slot + 63).retype(CapType::Tcb, 0, node(), slot + kMaxRetypeCount));
    EXPECT_EQ(used(Untyped(slot + 63)), 1024);
    EXPECT_EQ(used(Untyped(slot + 62)), 0);
    EXPECT_EQ(need(Untyped(slot + 63).info()).address, need(memory.info()).address + 63 * 1024);
    EXPECT(!need(node().same(slot + 62, node(), slot + 63)));
    EXPECT(need(environment().machine.check()));
}

}  // namespace
}  // namespace glenda::ktest

int main(int, char**) {
    using namespace glenda::ktest;
    static constexpr Case kCases[] = {
        {"every_type", every_type}, {"first_state", first_state}, {"all_or_nothing", all_or_nothing},
        {"devices", devices},       {"disjoint", disjoint},       {"many_at_once", many_at_once},
        {"nested", nested}};
    return run_cases(kCases);
}
