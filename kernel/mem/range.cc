// SPDX-License-Identifier: MIT
// Walking from page to page, and over holes. See range.h.
//
// A walk ends at a page, or at the highest entry that is empty. From there it goes on to the entries behind it, which
// are in the same table, until that ends or one of them leads to a table further down. So a table that is not there
// costs as much as a page, whether it would have held 512 pages or 512 tables.
#include "mem/range.h"

#include "mem/address_spaces.h"

namespace glenda {

namespace {

bool is_cut_at(const Capability& vspace, VirtAddr page, VirtAddr border) {
    const Walk at = walk(vspace.as<PageTable>(), page, 0);
    return at.entry->is_leaf() && !is_aligned(border.value, bit(level_bits(at.level)));
}

}  // namespace

Result<void> check_ends(const Capability& vspace, VirtAddr begin, VirtAddr end) {
    CHECK(!is_cut_at(vspace, begin, begin) && !is_cut_at(vspace, {end.value - 1}, end), Error::NotAligned);
    return {};
}

VirtAddr restrict_some(const Capability& vspace, VirtAddr begin, VirtAddr end, std::uint64_t kept) {
    constexpr unsigned kMostAtOnce = 128;
    bool has_changed = false;
    VirtAddr address = begin;
    for (unsigned count = 0; count < kMostAtOnce && address < end;) {
        const Walk at = walk(vspace.as<PageTable>(), address, 0);
        const std::uint64_t size = bit(level_bits(at.level));
        Pte* entry = at.entry;
        do {
            if (entry->is_leaf()) {
                *entry = entry->restricted(kept);
                has_changed = true;
            }
            address = {align_down(address.value, size) + size};
            entry++;
            count++;
        } while (count < kMostAtOnce && address < end && index_at(address, at.level) != 0 && !entry->is_table());
    }
    // One fence for all of them. The lock is still held, so nobody has used the memory for something else yet.
    if (has_changed) flush_space(vspace.space);
    return address;
}

}  // namespace glenda
