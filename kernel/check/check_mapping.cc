// SPDX-License-Identifier: MIT
// Checks address spaces: each entry of the user's half stands for a capability; see check.h.
//
// It takes two walks. The first goes through the capabilities: each mapped one leaves a note in the entry that it maps.
// The second goes through the page tables: an entry without a note has no capability.
//
//   walk 1   Frame at 0x1000, with Write --> entry for 0x1000: notes = kHasCapability | kMayWrite
//   walk 2   entry for 0x1000: has a note, is removed;   entry for 0x2000: no note, violation
//
// Only the root task's space may have entries without one: the kernel maps its program without capabilities.
#include "check/check_parts.h"
#include "mem/address_spaces.h"
#include "mem/mapping.h"

namespace glenda::check {

namespace {

constexpr std::uint64_t kHasCapability = 1, kMayWrite = 2;  // notes

/// The identity of the root task's space: the first that is ever given out.
constexpr std::uint64_t kRootSpace = std::uint64_t{1} << kAsidBits | 1;

/// Checks a leaf by itself, then against its notes.
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

/// Checks the user's part of a table and, by recursion, of the tables below: at most three levels. Removes the notes.
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

/// Returns the entry that `cap` says it maps, or null if that mapping has ended: the space is gone, or a table above
/// was unmapped or replaced. A capability may keep such a mapping; the entry must then not be taken for its own.
Pte* entry_of(const Capability& cap, unsigned level) {
    PageTable* root = cap.space != 0 ? address_spaces.find(cap.space) : nullptr;
    if (root == nullptr) return nullptr;
    const Walk at = walk(*root, {cap.mapped_at}, level);
    return at.level == level && at.entry->is_valid() && at.entry->address() == to_physical(cap.object) ? at.entry
                                                                                                       : nullptr;
}

}  // namespace

/// First walk: checks what a Frame or PageTable capability says about its mapping, and notes it in the entry.
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

/// Second walk: checks a whole address space, with the first capability to it.
void check_space(Slot& slot, Findings& f) {
    const Capability& cap = slot.cap;
    if (cap.type != CapType::VSpace || !is_first_of_object(slot)) return;
    f.census.spaces++;
    PageTable& root = cap.as<PageTable>();
    f.expect(address_spaces.find(cap.space) == &root, "a VSpace is not in the table of living ones", &slot);
    check_table(root, kRootLevel, cap.space == kRootSpace, f);
    // The kernel's half must be the same in all spaces: a difference would be a kernel page visible to one of them
    // alone.
    for (unsigned i = kFirstKernelEntry; i < kTableEntries && f.ok(); i++) {
        const Pte mine = root.entries[i], kernels = kernel_root->entries[i];
        f.expect(mine.address() == kernels.address() && mine.flags() == kernels.flags(),
                 "the kernel's half of a VSpace is not the kernel's", &root.entries[i]);
    }
}

/// Spaces are counted from their capabilities, and from the table of ASIDs, whose first is the kernel's.
void check_space_census(Findings& f) {
    f.expect(f.census.spaces == kMaxSpaces - 1 - address_spaces.room(), "a living address space has no capability",
             nullptr);
}

}  // namespace glenda::check
