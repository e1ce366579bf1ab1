// SPDX-License-Identifier: MIT
// Sv39 page tables (privileged specification 4.4): their entries, and the walk through them.
//
//    38      30 29      21 20      12 11          0
//   +----------+----------+----------+-------------+
//   |  level 2 |  level 1 |  level 0 |   offset    |      a leaf at level n maps 4 KiB << 9n
//   +----------+----------+----------+-------------+
//
// For example 0x4020'1234 has the indices 1, 1 and 1, and offset 0x234. With a leaf at level 1 the lower 21 bits are
// the offset: index 1, index 1, offset 0x1234.
//
// The kernel allocates no memory: page tables are objects that user space supplies, and a missing one is reported to
// it.
// Handout: reference/kernel-design.md, "Address spaces".
#pragma once

#include <cstdint>

#include "arch/layout.h"
#include "util/result.h"

namespace glenda {

constexpr unsigned kTableEntries = 512;
constexpr unsigned kRootLevel = 2;
/// Entries from here on are the kernel's, and the same in every root table. User code can change only those below.
constexpr unsigned kFirstKernelEntry = kTableEntries / 2;

/// Returns log2 of the bytes that one entry covers at `level`: 12, 21 or 30.
constexpr unsigned level_bits(unsigned level) { return kPageBits + 9 * level; }
/// Returns the level whose entries cover 2^size_bits bytes. Precondition: size_bits is 12, 21 or 30.
constexpr unsigned level_of(unsigned size_bits) { return (size_bits - kPageBits) / 9; }
static_assert(level_of(level_bits(kRootLevel)) == kRootLevel);

/// A page table entry. Valid with R, W and X all 0 means: the next table. A leaf has at least one of them.
///   53            10 9 8 7 6 5 4 3 2 1 0
///  +----------------+---+-+-+-+-+-+-+-+-+
///  |  physical page |   |D|A|G|U|X|W|R|V|
///  +----------------+---+-+-+-+-+-+-+-+-+
class Pte {
public:
    static constexpr std::uint64_t kValid = 1, kRead = 2, kWrite = 4, kExecute = 8, kUser = 16, kGlobal = 32,
                                   kAccessed = 64, kDirty = 128;

    constexpr Pte() = default;
    /// Makes a leaf. A and D are set at once: a hart that does not update them by itself would fault at the first
    /// access.
    static constexpr Pte leaf(PhysAddr page, std::uint64_t flags) {
        return Pte(page.value >> kPageBits << 10 | flags | kValid | kAccessed | kDirty);
    }
    /// Makes an entry that leads to the next table. D, A and U must be 0 in it (4.3.1).
    static constexpr Pte table(PhysAddr table) { return Pte(table.value >> kPageBits << 10 | kValid); }

    /// An entry is one of three: empty, a leaf that maps a page, or a link to the next table.
    bool is_valid() const { return (raw_ & kValid) != 0; }
    bool is_leaf() const { return is_valid() && (raw_ & (kRead | kWrite | kExecute)) != 0; }
    bool is_table() const { return (raw_ & (kValid | kRead | kWrite | kExecute)) == kValid; }
    /// Returns the physical address of the page or of the next table. The bits above it belong to extensions that the
    /// kernel does not use, and are 0 in every entry.
    PhysAddr address() const { return {raw_ >> 10 << kPageBits}; }
    std::uint64_t flags() const { return raw_ & mask(8); }
    /// Returns the leaf's rights as MapFlags (abi/method.h): R, W and X, shifted down by the valid bit.
    std::uint64_t map_flags() const { return raw_ >> 1 & 7; }
    /// Makes a leaf for user mode. `map_flags` are MapFlags.
    static constexpr Pte user_leaf(PhysAddr page, std::uint64_t map_flags) {
        return leaf(page, map_flags << 1 | kUser);
    }
    /// Returns this leaf with at most the rights in `kept`, which are MapFlags; an empty entry if none are left.
    Pte restricted(std::uint64_t kept) const {
        const std::uint64_t rights = map_flags() & kept;
        return rights != 0 ? user_leaf(address(), rights) : Pte{};
    }
    /// Bits 8 and 9 are free for software; the hardware ignores them. The invariant checker (check/check.h) notes there
    /// what it has seen. They are 0 whenever it does not run.
    std::uint64_t notes() const { return raw_ >> 8 & 3; }
    void add_notes(std::uint64_t notes) { raw_ |= notes << 8; }
    void clear_notes() { raw_ &= ~(std::uint64_t{3} << 8); }

private:
    constexpr explicit Pte(std::uint64_t raw) : raw_(raw) {}
    std::uint64_t raw_ = 0;
};
static_assert(sizeof(Pte) == 8);

/// Returns the index of the entry for `address` in a table at `level`.
constexpr std::uint64_t index_at(VirtAddr address, unsigned level) {
    return address.value >> level_bits(level) & mask(9);
}
static_assert(index_at({0xffff'ffc0'0000'0000}, kRootLevel) == kFirstKernelEntry);

/// One table: exactly a page, aligned to a page. At level 2 it is the root, which a VSpace capability stands for.
struct PageTable {
    Pte entries[kTableEntries];

    /// Returns the entry for `address`. Precondition: this table is one of that `level`.
    Pte& at(VirtAddr address, unsigned level) { return entries[index_at(address, level)]; }
};
static_assert(sizeof(PageTable) == kPageSize);

/// Where a walk ended: the entry for the address at the lowest level that exists. If `level` is higher than the one
/// that was asked for, the entry is either empty (a table is missing) or a larger leaf (the address is mapped already).
struct Walk {
    Pte* entry;
    unsigned level;
};

/// Follows the tables from `root` down to `level`, and stops earlier at an entry that leads to no table. Never fails,
/// and takes at most three steps. Precondition: `level` <= kRootLevel.
inline Walk walk(PageTable& root, VirtAddr address, unsigned level) {
    PageTable* table = &root;
    for (unsigned at = kRootLevel;; at--) {
        Pte& entry = table->at(address, at);
        if (at == level || !entry.is_table()) return {&entry, at};
        table = to_pointer<PageTable>(entry.address());
    }
}

}  // namespace glenda
