// SPDX-License-Identifier: MIT
// Untyped memory becomes objects.
//
//   0          watermark        zeroed                              size
//   +-------------+----------------+-----------------------------------+
//   |   objects   |  free, is zero |     free, may hold anything       |
//   +-------------+----------------+-----------------------------------+
//
// Retype is all or nothing. It clears memory first, in steps that `zeroed` remembers across preemption, and only then
// makes capabilities. Once the last child is gone, the whole Untyped is free again.
// Handout: reference/kernel-design.md, "Memory becomes objects".
#include <algorithm>
#include <cstring>

#include "call/destroy.h"
#include "call/request.h"
#include "mem/mapping.h"
#include "sched/schedule.h"

namespace glenda {

namespace {

/// What a Retype asks for, picked apart and checked.
struct RetypePlan {
    CapType type;
    std::uint8_t size_bits;  // as the capability will have it
    unsigned object_bits;    // log2 of the bytes that one object takes
    unsigned count;
    Slot* first;          // of `count` empty slots
    std::uint64_t begin;  // of the first object, in bytes from the start of the Untyped
    std::uint64_t end;    // of the last
};

/// log2 of the bytes that an object takes. Error: BadArgument if there is no such object, or not in this size.
Result<unsigned> object_bits(CapType type, unsigned size_bits) {
    const bool has_sizes = type == CapType::Untyped || type == CapType::CNode || type == CapType::Frame;
    CHECK(has_sizes || size_bits == 0, Error::BadArgument);
    switch (type) {
        case CapType::Untyped:
            CHECK(size_bits >= kMinUntypedBits && size_bits <= kMaxUntypedBits, Error::BadArgument);
            return size_bits;
        case CapType::CNode:
            CHECK(size_bits >= kMinCNodeRadix && size_bits <= kMaxCNodeRadix, Error::BadArgument);
            return size_bits + kSlotBits;
        case CapType::Frame:
            CHECK(size_bits == kFrameBits || size_bits == kLargeFrameBits || size_bits == kHugeFrameBits,
                  Error::BadArgument);
            return size_bits;
        case CapType::Tcb: return kTcbBits;
        case CapType::Endpoint: return kEndpointBits;
        case CapType::Notification: return kNotificationBits;
        case CapType::Reply: return kReplyBits;
        case CapType::PageTable:
        case CapType::VSpace: return kPageTableBits;
        case CapType::Timer: return kTimerBits;
        case CapType::Null:
        case CapType::IrqControl:
        case CapType::IrqHandler:
        case CapType::Console:
        case CapType::Machine:
        case CapType::Zombie:
        case CapType::Count: break;
    }
    return Failure(Error::BadArgument);
}

/// Slots index to index + count - 1 of the CNode, all empty. Errors: OutOfRange, SlotOccupied.
Result<Slot*> empty_slots(const Capability& cnode, std::uint64_t index, unsigned count) {
    TRY(first, slot_at(cnode, index));
    TRY_VOID(slot_at(cnode, index + count - 1));
    for (unsigned i = 0; i < count; i++) CHECK(first[i].is_empty(), Error::SlotOccupied);
    return first;
}

/// Find room for the objects. Errors: BadArgument, NotAligned, NotEnoughMemory.
Result<void> place(RetypePlan& plan, const Capability& untyped, std::uint64_t offset) {
    const bool is_device = has(untyped.flags, CapFlags::Device);
    std::uint64_t begin = align_up(untyped.watermark, bit(plan.object_bits));
    if (is_device) {
        CHECK(plan.type == CapType::Frame || plan.type == CapType::Untyped, Error::BadArgument);
        CHECK(is_aligned(offset, bit(plan.object_bits)), Error::NotAligned);
        CHECK(offset == 0 || offset >= begin, Error::BadArgument);
        begin = std::max(begin, offset);
    } else {
        CHECK(offset == 0, Error::BadArgument);
    }
    const std::uint64_t size = bit(untyped.size_bits);
    CHECK(begin <= size && plan.count <= (size - begin) >> plan.object_bits, Error::NotEnoughMemory);
    plan.begin = begin;
    plan.end = begin + (std::uint64_t{plan.count} << plan.object_bits);
    return {};
}

/// Clear the memory of the plan, page by page. Error: kPreempted; what is done stays done. A gap that alignment leaves
/// below the plan is given up first, for all of [watermark, zeroed) must be zero, whoever retypes next.
Result<void> clear_memory(const RetypePlan& plan, Capability& untyped) {
    auto* memory = static_cast<std::byte*>(untyped.object);
    if (untyped.zeroed < plan.begin) untyped.watermark = untyped.zeroed = plan.begin;
    while (untyped.zeroed < plan.end) {
        const std::uint64_t step = std::min(kPageSize, plan.end - untyped.zeroed);
        std::memset(memory + untyped.zeroed, 0, step);
        untyped.zeroed += step;
        CHECK(untyped.zeroed == plan.end || !should_pause(), kPreempted);
    }
    return {};
}

/// The first capability to a new object, whose memory is all zero.
Capability make_object(const RetypePlan& plan, const Capability& untyped, void* memory) {
    Capability cap;
    cap.type = plan.type;
    cap.rights = Rights::All;
    cap.size_bits = plan.size_bits;
    cap.flags = inherited(untyped.flags);
    cap.object = memory;
    if (plan.type == CapType::CNode) cap.guard_bits = default_guard_bits(plan.size_bits);
    if (plan.type == CapType::VSpace) create_space(cap);
    if (plan.type == CapType::Tcb) init_thread(cap.as<Tcb>());
    return cap;
}

Outcome retype(const Request& request) {
    TRY_VOID(request.needs(3));
    TRY_VOID(request.needs_right(Rights::Write));
    const std::uint64_t kind = request.word(0);
    CHECK((kind >> 32) == 0 && (kind & 0xff) < static_cast<unsigned>(CapType::Count), Error::BadArgument);
    RetypePlan plan{};
    plan.type = static_cast<CapType>(kind & 0xff);
    plan.size_bits = static_cast<std::uint8_t>(kind >> 8);
    plan.count = kind >> 16;
    CHECK(plan.count >= 1 && plan.count <= kMaxRetypeCount, Error::BadArgument);
    TRY(bits, object_bits(plan.type, plan.size_bits));
    plan.object_bits = bits;
    TRY(cnode, request.find(1, CapType::CNode, Rights::Write));
    TRY(first, empty_slots(cnode->cap, request.word(2), plan.count));
    plan.first = first;
    TRY_VOID(reclaim(request.caller));
    CHECK(plan.type != CapType::VSpace || address_spaces.room() >= plan.count, Error::TooManySpaces);

    Capability& untyped = request.slot.cap;
    // All is free again. At watermark 0 it was before: then what a preempted Retype has cleared is still zero.
    if (!request.slot.has_children() && untyped.watermark != 0) untyped.watermark = untyped.zeroed = 0;
    TRY_VOID(place(plan, untyped, request.tag.length() > 3 ? request.word(3) : 0));
    if (plan.type != CapType::Untyped && !has(untyped.flags, CapFlags::Device)) TRY_VOID(clear_memory(plan, untyped));

    auto* memory = static_cast<std::byte*>(untyped.object) + plan.begin;
    for (unsigned i = 0; i < plan.count; i++)
        plan.first[i].fill_as_child(make_object(plan, untyped, memory + (std::uint64_t{i} << plan.object_bits)),
                                    request.slot);
    untyped.watermark = plan.end;
    return 0;
}

}  // namespace

Outcome invoke_untyped(const Request& request) {
    switch (static_cast<UntypedMethod>(request.tag.label())) {
        case UntypedMethod::Retype: return retype(request);
        case UntypedMethod::Info: {
            const Capability& cap = request.cap();
            const bool is_free = !request.slot.has_children();
            request.set_reply(0, to_physical(cap.object).value);
            request.set_reply(1, cap.size_bits);
            request.set_reply(2, is_free ? 0 : cap.watermark);
            request.set_reply(3, has(cap.flags, CapFlags::Device));
            return 4;
        }
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
