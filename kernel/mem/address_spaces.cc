// SPDX-License-Identifier: MIT
// The table of living address spaces.
#include "mem/address_spaces.h"

namespace glenda {

constinit AddressSpaces address_spaces;

Result<std::uint64_t> AddressSpaces::add(PageTable* root) {
    for (unsigned tried = 1; tried < kMaxSpaces; tried++) {
        const unsigned asid = next_;
        next_ = next_ + 1 < kMaxSpaces ? next_ + 1 : 1;
        Entry& entry = entries_[asid];
        if (entry.root != nullptr) continue;
        const std::uint64_t generation = (entry.space >> kAsidBits) + 1;
        entry = {generation << kAsidBits | asid, root, 0};
        room_--;
        return entry.space;
    }
    return Failure(Error::TooManySpaces);
}

void AddressSpaces::remove(std::uint64_t space) {
    Entry& entry = entries_[asid_of(space)];
    if (entry.space != space || entry.root == nullptr) return;
    entry.root = nullptr;
    room_++;
}

PageTable* AddressSpaces::find(std::uint64_t space) const {
    const Entry& entry = entries_[asid_of(space)];
    return entry.space == space ? entry.root : nullptr;
}

}  // namespace glenda
