// SPDX-License-Identifier: MIT
// Walking a CSpace: one turn of the loop a CNode. See cnode.h.
//
// Every CNode has a radix of at least 1, so each turn consumes a bit of the pointer: there are at most 64, and CNodes
// that contain themselves are no danger.
#include "cap/cnode.h"

namespace glenda {

Result<Slot*> slots_at(const Capability& cnode, std::uint64_t index, std::uint64_t count) {
    TRY_VOID(slot_at(cnode, index + count - 1));  // it may have wrapped: then the first is out of range
    return slot_at(cnode, index);
}

Result<Slot*> empty_slots_at(const Capability& cnode, std::uint64_t index, std::uint64_t count) {
    TRY(first, slots_at(cnode, index, count));
    for (unsigned i = 0; i < count; i++) CHECK(first[i].is_empty(), Error::SlotOccupied);
    return first;
}

Slot* find_slot(const Capability& root, CPtr pointer) {
    // lab 2.2a {
    const Capability* cnode = &root;
    std::uint64_t rest = pointer;  // its highest `bits` bits are still to consume
    unsigned bits = 64;
    while (cnode->type == CapType::CNode) {
        const unsigned guard_bits = cnode->guard_bits, radix = cnode->size_bits;
        if (guard_bits + radix > bits) return nullptr;
        bits -= guard_bits + radix;
        if (guard_bits != 0) {
            if (rest >> (64 - guard_bits) != cnode->guard) return nullptr;
            rest <<= guard_bits;
        }
        const std::uint64_t index = rest >> (64 - radix);
        rest <<= radix;
        if (index == 0) return nullptr;
        Slot* slot = slots_of(*cnode) + index;
        if (bits == 0) return slot;
        cnode = &slot->cap;
    }
    return nullptr;
    // lab 2.2a }
}

}  // namespace glenda
