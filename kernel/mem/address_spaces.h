// SPDX-License-Identifier: MIT
// Which address spaces live, and their identities.
//
// A VSpace's identity is never used twice: a counter above, its ASID (the table's index) below. A frame remembers the
// identity of the space that maps it. Once that space has ended, looking the identity up finds nothing, even if the
// ASID is in use again. ASID 0 is the kernel's own. Handout: reference/kernel-design.md, "Address spaces".
#pragma once

#include "arch/page_table.h"

namespace glenda {

constexpr unsigned kAsidBits = 10;
constexpr unsigned kMaxSpaces = 1u << kAsidBits;

constexpr unsigned asid_of(std::uint64_t space) { return space & mask(kAsidBits); }
/// The value of `satp` (mode Sv39) for a root table.
constexpr std::uint64_t satp_of(PhysAddr root, unsigned asid) {
    return std::uint64_t{8} << 60 | std::uint64_t{asid} << 44 | root.value >> kPageBits;
}

class AddressSpaces {
public:
    /// Returns a new identity for `root`. Error: TooManySpaces.
    Result<std::uint64_t> add(PageTable* root);
    /// Forgets the space. Its ASID can be used again at once, so the caller has flushed it.
    void remove(std::uint64_t space);
    /// The root table, or null if the space has ended.
    PageTable* find(std::uint64_t space) const;
    /// Notes that threads in this space may run on the hart with the firmware's number `hart`. A hart that is new to
    /// the space fetches its instructions anew, so that it sees those mapped before. It stays a user until the space
    /// ends.
    void note_use(std::uint64_t space, std::uint64_t hart);
    /// The harts that may have cached translations of the space.
    arch::HartSet users(std::uint64_t space) const { return entries_[asid_of(space)].harts; }
    /// How many more spaces can be added.
    unsigned room() const { return room_; }

private:
    struct Entry {
        std::uint64_t space = 0;  // identity of the last one here
        PageTable* root = nullptr;
        arch::HartSet harts = 0;
    };
    unsigned take_free();

    Entry entries_[kMaxSpaces] = {};
    unsigned unused_ = 1;  // this one and those above have never been used
    // ASIDs that can be used again, as a queue, so that each rests as long as possible. 0 ends it.
    unsigned first_free_ = 0, last_free_ = 0;
    std::uint16_t next_free_[kMaxSpaces] = {};
    unsigned room_ = kMaxSpaces - 1;
};

extern constinit AddressSpaces address_spaces;

/// Lets all harts that may have cached translations of the space forget them: those of one page, or all.
void flush_page(VirtAddr address, std::uint64_t space);
void flush_space(std::uint64_t space);

}  // namespace glenda
