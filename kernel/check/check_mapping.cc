// SPDX-License-Identifier: MIT
// Address spaces: each entry of the user's half stands for a capability that says so. See check.h.
//
// First every mapped capability leaves a note in its entry, then no entry may be without one. Only the root task's
// space may have such: the kernel maps the root task's program without capabilities.
#include "check/check_parts.h"
#include "mem/address_spaces.h"
#include "mem/mapping.h"

namespace glenda::check {

namespace {

constexpr std::uint64_t kHasCapability = 1, kMayWrite = 2;  // notes

/// The first identity that is ever given.
constexpr std::uint64_t kRootSpace = std::uint64_t{1} << kAsidBits | 1;

void check_leaf(Pte entry, unsigned level, bool is_root_space, Findings& f, const Pte* where) {
    constexpr std::uint64_t kNeeded = Pte::kRead | Pte::kUser | Pte::kAccessed | Pte::kDirty;
    f.expect((entry.flags() & (kNeeded | Pte::kGlobal)) == kNeeded, "a mapping has wrong flags", where);
    const bool writes = (entry.flags() & Pte::kWrite) != 0, executes = (entry.flags() & Pte::kExecute) != 0;
    f.expect(!writes || !executes, "a mapping can be written and executed", where);
    f.expect(is_aligned(entry.address().value, bit(level_bits(level))), "a large mapping is not aligned", where);
    if (is_root_space) return;
    f.expect((entry.notes() & kHasCapability) != 0, "a mapping has no Frame capability", where);
    f.expect(!writes || (entry.notes() & kMayWrite) != 0, "a mapping is writable, its Frame capability is not", where);
}

void check_table(PageTable& table, unsigned level, bool is_root_space, Findings& f) {
    const unsigned end = level == kRootLevel ? kFirstKernelEntry : kTableEntries;
    for (unsigned i = 0; i < end && f.ok(); i++) {
        Pte& entry = table.entries[i];
        if (entry.is_leaf()) {
            check_leaf(entry, level, is_root_space, f, &entry);
        } else if (entry.is_valid()) {
            if (!f.expect(level != 0, "a table is where a page should be", &entry)) return;
            f.expect(is_root_space || entry.notes() != 0, "a page table has no capability", &entry);
            if (f.ok()) check_table(*to_pointer<PageTable>(entry.address()), level - 1, is_root_space, f);
        } else {
            f.expect(entry.address().value == 0 && entry.flags() == 0, "an unused entry is not 0", &entry);
        }
        entry.clear_notes();
    }
}

/// The entry that the mapping of `cap` is about, if it still is; else null: what lay above it has gone.
Pte* entry_of(const Capability& cap, unsigned level) {
    PageTable* root = cap.space != 0 ? address_spaces.find(cap.space) : nullptr;
    if (root == nullptr) return nullptr;
    const Walk at = glenda::walk(*root, {cap.mapped_at}, level);
    return at.level == level && at.entry->is_valid() && at.entry->address() == to_physical(cap.object) ? at.entry
                                                                                                       : nullptr;
}

}  // namespace

void note_mapping(Slot& slot, Findings& f) {
    const Capability& cap = slot.cap;
    if (cap.type == CapType::Frame) {
        f.expect(cap.space != 0 || cap.mapped_at == 0, "a frame is mapped nowhere, but at an address", &slot);
        f.expect(is_aligned(cap.mapped_at, size_of(cap)) && cap.mapped_at < kUserEnd,
                 "a frame is mapped where it cannot be", &slot);
        Pte* entry = entry_of(cap, level_of(cap.size_bits));
        if (entry == nullptr || !entry->is_leaf()) return;
        const bool is_device = has(cap.flags, CapFlags::Device);
        f.expect(!is_device || (entry->flags() & Pte::kExecute) == 0, "device memory can be executed", &slot);
        entry->add_notes(kHasCapability | (has(cap.rights, Rights::Write) ? kMayWrite : 0));
    } else if (cap.type == CapType::PageTable) {
        if (cap.space == 0) {
            for (const Pte& entry : cap.as<PageTable>().entries)
                f.expect(!entry.is_valid(), "a page table that is not mapped is not empty", &slot);
            return;
        }
        f.expect(cap.size_bits == 1 || cap.size_bits == 2, "a page table stands at a level that is none", &slot);
        f.expect(cap.mapped_at < kUserEnd, "a page table is mapped where it cannot be", &slot);
        if (!f.ok()) return;
        if (Pte* entry = entry_of(cap, cap.size_bits); entry != nullptr && entry->is_table())
            entry->add_notes(kHasCapability);
    }
}

void check_space(Slot& slot, Findings& f) {
    const Capability& cap = slot.cap;
    if (cap.type != CapType::VSpace || !is_first_of_object(slot)) return;
    f.census.spaces++;
    PageTable& root = cap.as<PageTable>();
    f.expect(address_spaces.find(cap.space) == &root, "a VSpace is not in the table of living ones", &slot);
    check_table(root, kRootLevel, cap.space == kRootSpace, f);
    for (unsigned i = kFirstKernelEntry; i < kTableEntries && f.ok(); i++) {
        const Pte mine = root.entries[i], kernels = kernel_root->entries[i];
        f.expect(mine.address() == kernels.address() && mine.flags() == kernels.flags(),
                 "the kernel's half of a VSpace is not the kernel's", &root.entries[i]);
    }
}

void check_space_census(Findings& f) {
    f.expect(f.census.spaces == kMaxSpaces - 1 - address_spaces.room(), "a living address space has no capability",
             nullptr);
}

}  // namespace glenda::check
