// SPDX-License-Identifier: MIT
// Sv39 page tables (privileged specification 4.4).
//
//    38      30 29      21 20      12 11          0
//   +----------+----------+----------+-------------+
//   |  level 2 |  level 1 |  level 0 |   offset    |      a leaf at level n maps 4 KiB << 9n
//   +----------+----------+----------+-------------+
//
// The kernel owns no memory: tables come from user space as objects, and a missing one is the caller's to supply.
// Handout: reference/kernel-design.md, "Address spaces".
#pragma once

#include <cstdint>

#include "arch/layout.h"
#include "util/result.h"

namespace glenda {

constexpr unsigned kTableEntries = 512;
constexpr unsigned kRootLevel = 2;
/// The upper half of a root table is the kernel's.
constexpr unsigned kFirstKernelEntry = kTableEntries / 2;

/// log2 of the bytes that one entry covers at `level`.
constexpr unsigned level_bits(unsigned level) { return kPageBits + 9 * level; }
/// The level whose entries cover 2^size_bits bytes.
constexpr unsigned level_of(unsigned size_bits) { return (size_bits - kPageBits) / 9; }
static_assert(level_of(level_bits(kRootLevel)) == kRootLevel);

/// A page table entry.
///   53            10 9 8 7 6 5 4 3 2 1 0
///  +----------------+---+-+-+-+-+-+-+-+-+
///  |  physical page |   |D|A|G|U|X|W|R|V|
///  +----------------+---+-+-+-+-+-+-+-+-+
class Pte {
public:
    static constexpr std::uint64_t kValid = 1, kRead = 2, kWrite = 4, kExecute = 8, kUser = 16, kGlobal = 32,
                                   kAccessed = 64, kDirty = 128;

    constexpr Pte() = default;
    static constexpr Pte leaf(PhysAddr page, std::uint64_t flags) {
        return Pte(page.value >> kPageBits << 10 | flags | kValid | kAccessed | kDirty);
    }
    static constexpr Pte table(PhysAddr table) { return Pte(table.value >> kPageBits << 10 | kValid); }

    bool is_valid() const { return (raw_ & kValid) != 0; }
    bool is_leaf() const { return is_valid() && (raw_ & (kRead | kWrite | kExecute)) != 0; }
    bool is_table() const { return is_valid() && !is_leaf(); }
    PhysAddr address() const { return {(raw_ >> 10 & mask(44)) << kPageBits}; }
    std::uint64_t flags() const { return raw_ & mask(8); }
    /// MapFlags of abi/method.h, which are R, W and X without the valid bit.
    std::uint64_t map_flags() const { return raw_ >> 1 & 7; }
    /// Bits 8 and 9 are software's: the invariant checker (check/check.h) notes there what it has seen.
    std::uint64_t notes() const { return raw_ >> 8 & 3; }
    void add_notes(std::uint64_t notes) { raw_ |= notes << 8; }
    void clear_notes() { raw_ &= ~(std::uint64_t{3} << 8); }

private:
    constexpr explicit Pte(std::uint64_t raw) : raw_(raw) {}
    std::uint64_t raw_ = 0;
};
static_assert(sizeof(Pte) == 8);

constexpr unsigned index_at(VirtAddr address, unsigned level) { return address.value >> level_bits(level) & mask(9); }
static_assert(index_at({0xffff'ffc0'0000'0000}, kRootLevel) == kFirstKernelEntry);

struct PageTable {
    Pte entries[kTableEntries];

    Pte& at(VirtAddr address, unsigned level) { return entries[index_at(address, level)]; }
};
static_assert(sizeof(PageTable) == kPageSize);

/// Where a walk ended: the entry for the address at the lowest level that exists.
struct Walk {
    Pte* entry;
    unsigned level;
};

/// Follow the tables from `root` towards `level`: ends there, or higher at an entry that is no table.
inline Walk walk(PageTable& root, VirtAddr address, unsigned level) {
    PageTable* table = &root;
    for (unsigned at = kRootLevel;; at--) {
        Pte& entry = table->at(address, at);
        if (at == level || !entry.is_table()) return {&entry, at};
        table = to_pointer<PageTable>(entry.address());
    }
}

}  // namespace glenda
