// SPDX-License-Identifier: MIT
// The table of living address spaces: its index is the ASID. See address_spaces.h.
//
// Free ASIDs form a queue. Finding one is a single step however many are in use, and each rests as long as it can
// before it is used again.
#include "mem/address_spaces.h"

namespace glenda {

constinit AddressSpaces address_spaces;

/// Takes an unused ASID. Precondition: room_ > 0.
unsigned AddressSpaces::take_free() {
    if (unused_ < kMaxSpaces) return unused_++;
    const unsigned asid = first_free_;
    first_free_ = next_free_[asid];
    return asid;
}

Result<std::uint64_t> AddressSpaces::add(PageTable* root) {
    CHECK(room_ != 0, Error::TooManySpaces);
    room_--;
    const unsigned asid = take_free();
    Entry& entry = entries_[asid];
    const std::uint64_t generation = (entry.space >> kAsidBits) + 1;
    entry = {generation << kAsidBits | asid, root, 0};
    return entry.space;
}

void AddressSpaces::remove(std::uint64_t space) {
    const unsigned asid = asid_of(space);
    Entry& entry = entries_[asid];
    if (entry.space != space || entry.root == nullptr) return;
    entry.root = nullptr;
    room_++;
    next_free_[asid] = 0;
    if (first_free_ == 0)
        first_free_ = asid;
    else
        next_free_[last_free_] = asid;
    last_free_ = asid;
}

void AddressSpaces::note_use(std::uint64_t space, std::uint64_t hart) {
    arch::HartSet& users = entries_[asid_of(space)].harts;
    if ((users & bit(hart)) != 0) return;
    users |= bit(hart);
    arch::flush_instructions(bit(hart));
}

void flush_page(VirtAddr address, std::uint64_t space) {
    arch::flush_page(address, asid_of(space), address_spaces.users(space));
}
void flush_space(std::uint64_t space) { arch::flush_space(asid_of(space), address_spaces.users(space)); }

PageTable* AddressSpaces::find(std::uint64_t space) const {
    const Entry& entry = entries_[asid_of(space)];
    return entry.space == space ? entry.root : nullptr;
}

}  // namespace glenda
