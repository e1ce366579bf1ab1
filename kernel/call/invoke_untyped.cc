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

/// What a Retype asks for, picked apart and checked.
struct Order {
    RetypeKind kind;
    unsigned object_bits;  // log2 of the bytes that one object takes
    Slot* first;           // of kind.count empty slots
    std::uint64_t offset;  // device memory: where the first object is wanted, 0: anywhere
};

/// Words 0 - 3: kind, CNode, first index, offset. Errors: MessageTooShort, NoRights, BadArgument, those of
/// Request::find, OutOfRange, SlotOccupied.
Result<Order> decode(const Request& request) {
    TRY_VOID(request.needs(3));
    TRY_VOID(request.needs_right(Rights::Write));
    const RetypeKind kind = RetypeKind::decode(request.word(0));
    CHECK(kind.count >= 1 && kind.count <= kMaxRetypeCount, Error::BadArgument);
    TRY(bits, object_bits(kind.type, kind.size_bits));
    TRY(cnode, request.find(1, CapType::CNode, Rights::Write));
    TRY(first, empty_slots_at(cnode->cap, request.word(2), kind.count));
    return Order{kind, bits, first, request.word_or(3, 0)};
}

/// Where the objects will lie, in bytes from the start of the Untyped.
struct Place {
    std::uint64_t begin;  // of the first object
    std::uint64_t end;    // of the last
};

/// Finds room for the objects. Errors: BadArgument, NotAligned, NotEnoughMemory.
Result<Place> find_place(const Order& order, const Capability& untyped) {
    // lab 2.3a {
    std::uint64_t begin = align_up(untyped.watermark, bit(order.object_bits));
    if (has(untyped.flags, CapFlags::Device)) {
        CHECK(order.kind.type == CapType::Frame || order.kind.type == CapType::Untyped, Error::BadArgument);
        CHECK(is_aligned(order.offset, bit(order.object_bits)), Error::NotAligned);
        CHECK(order.offset == 0 || order.offset >= begin, Error::BadArgument);
        begin = std::max(begin, order.offset);
    } else {
        CHECK(order.offset == 0, Error::BadArgument);
    }
    const std::uint64_t size = bit(untyped.size_bits);
    CHECK(begin <= size && order.kind.count <= (size - begin) >> order.object_bits, Error::NotEnoughMemory);
    return Place{begin, begin + (order.kind.count << order.object_bits)};
    // lab 2.3a }
}

/// An Untyped without children is free again from its start. One at watermark 0 was so before: what a preempted Retype
/// has cleared there is still zero.
void forget_dead_objects(Slot& slot) {
    if (!slot.has_children() && slot.cap.watermark != 0) slot.cap.watermark = slot.cap.zeroed = 0;
}

/// Clears the memory of the place, page by page; what is done stays done. A gap that alignment leaves below the place
/// is given up first, for all of [watermark, zeroed) must be zero, whoever retypes next.
Progress clear_memory(const Place& place, Capability& untyped) {
    auto* memory = static_cast<std::byte*>(untyped.object);
    if (untyped.zeroed < place.begin) untyped.watermark = untyped.zeroed = place.begin;
    while (untyped.zeroed < place.end) {
        const std::uint64_t step = std::min(kPageSize, place.end - untyped.zeroed);
        std::memset(memory + untyped.zeroed, 0, step);
        untyped.zeroed += step;
        if (untyped.zeroed < place.end && should_pause()) return Progress::Preempted;
    }
    return Progress::Done;
}

/// The first capability to a new object, whose memory is all zero.
Capability make_object(const RetypeKind& kind, CapFlags flags, void* memory) {
    // lab 2.3b {
    Capability cap;
    cap.type = kind.type;
    cap.rights = Rights::All;
    cap.size_bits = kind.size_bits;
    cap.flags = inherited(flags);
    cap.object = memory;
    if (kind.type == CapType::CNode) cap.guard_bits = default_guard_bits(kind.size_bits);
    if (kind.type == CapType::VSpace) create_space(cap);
    if (kind.type == CapType::Tcb) init_thread(cap.as<Tcb>());
    return cap;
    // lab 2.3b }
}

/// Makes the objects, as children of the Untyped. Everything has been checked, and the memory is clear.
void make_objects(const Order& order, const Place& place, Slot& untyped) {
    // lab 2.3c {
    auto* memory = static_cast<std::byte*>(untyped.cap.object) + place.begin;
    for (unsigned i = 0; i < order.kind.count; i++) {
        const Capability object = make_object(order.kind, untyped.cap.flags, memory + (bit(order.object_bits) * i));
        order.first[i].fill_as_child(object, untyped);
    }
    untyped.cap.watermark = place.end;
    // lab 2.3c }
}

/// Zombies are reaped in between: they may hold the memory that is asked for, or an address space.
Outcome retype(const Request& request) {
    TRY(order, decode(request));
    FINISH(reap_zombies());
    CHECK(request.caller_lives(), Error::InvalidCapability);
    const bool is_space = order.kind.type == CapType::VSpace;
    CHECK(!is_space || address_spaces.room() >= order.kind.count, Error::TooManySpaces);
    forget_dead_objects(request.slot);
    Capability& untyped = request.slot.cap;
    TRY(place, find_place(order, untyped));

    const bool needs_clearing = order.kind.type != CapType::Untyped && !has(untyped.flags, CapFlags::Device);
    if (needs_clearing) FINISH(clear_memory(place, untyped));
    make_objects(order, place, request.slot);
    return done();
}

Outcome info(const Request& request) {
    const Capability& cap = request.cap();
    request.set_reply(0, to_physical(cap.object).value);
    request.set_reply(1, cap.size_bits);
    request.set_reply(2, request.slot.has_children() ? cap.watermark : 0);
    request.set_reply(3, has(cap.flags, CapFlags::Device));
    return done(4);
}

}  // namespace

Outcome invoke_untyped(const Request& request) {
    switch (static_cast<UntypedMethod>(request.tag.label())) {
        case UntypedMethod::Retype: return retype(request);
        case UntypedMethod::Info: return info(request);
    }
    return Failure(Error::BadMethod);
}

}  // namespace glenda
