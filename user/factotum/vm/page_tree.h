// SPDX-License-Identifier: MIT
// The pages of an address space, in a tree of the same shape as the page tables of Sv39, which the kernel keeps.
//
//   root        a VSpace, and an array here              256 entries of 1 GiB (user space is half of Sv39)
//   directory   a PageTable, and a frame of TableEntry   512 entries of 2 MiB
//   leaf        a PageTable, and a frame of PageEntry    512 entries of 4 KiB
//
// Factotum cannot read page tables, so each has a frame beside it that says what is there. Both come and go together.
#pragma once

#include <array>
#include <span>

#include "memory.h"
#include "vm/page_entry.h"

namespace glenda::factotum {

/// A page table, and the frame that says what is in it; or neither (all zero).
struct TableEntry {
    PageNumber table_plus_1 = 0;
    PageNumber frame = 0;

    explicit operator bool() const { return table_plus_1 != 0; }
    PageNumber table() const { return table_plus_1 - 1; }
};

class PageTree {
public:
    static constexpr unsigned kEntries = 512;
    static constexpr std::uint64_t kLeafSize = kEntries * kPageSize;
    static constexpr std::uint64_t kDirectorySize = kEntries * kLeafSize;

    /// Pages that create() takes. They must have been charged.
    static constexpr Pages kRoot{.objects = 1};

    /// Makes an empty address space. Error: NotEnoughMemory.
    Result<void> create(Memory& memory);
    /// Frees all tables, if there are any. What is left in the entries is forgotten. False if `steps`, of some 60
    /// instructions, are used up, and there is more.
    bool destroy(Memory& memory, unsigned& steps);
    void destroy(Memory& memory) {
        unsigned all = ~0u;
        destroy(memory, all);
    }

    /// What nearly every process has: the tables of its image, and those of its stack.
    struct Usual {
        PageNumber root = 0;
        TableEntry low{};  // directories
        TableEntry high{};
    };
    static constexpr Pages kUsual = kRoot + 4 * kTable;
    /// Whether these are all tables.
    bool is_usual(const Memory& memory) const;
    /// Takes them out of the tree, which then is as new. Precondition: is_usual().
    Usual detach();
    /// Puts them into a new tree.
    void attach(const Memory& memory, const Usual& usual);

    /// The VSpace; 0 if there is none.
    CPtr vspace() const { return vspace_; }
    /// Frames beside tables.
    std::uint64_t frames() const { return tables_; }
    /// The entry for `address`; null if there is no table.
    PageEntry* find(const Memory& memory, std::uint64_t address) const {
        const TableEntry directory = directories_[address / kDirectorySize];
        if (!directory) return nullptr;
        const TableEntry leaf = directory_at(memory, directory)[address / kLeafSize % kEntries];
        if (!leaf) return nullptr;
        auto* const entries = reinterpret_cast<PageLeaf*>(memory.window(leaf.frame))->entries;
        return &entries[address / kPageSize % PageLeaf::kEntries];
    }
    /// Whether there is the table that spans `span` bytes, kLeafSize or kDirectorySize, at `address`.
    bool has_table(const Memory& memory, std::uint64_t address, std::uint64_t span) const {
        return span == kDirectorySize ? bool(directories_[address / kDirectorySize]) : find(memory, address) != nullptr;
    }
    /// Whether one table has all of [start, end), and is there. That is so for most small ranges.
    bool has_leaf_for(const Memory& memory, std::uint64_t start, std::uint64_t end) const {
        return start / kLeafSize == (end - 1) / kLeafSize && find(memory, start) != nullptr;
    }
    /// The same as find(), but makes the tables, which must have been charged. Error: NotEnoughMemory.
    Result<PageEntry*> ensure(Memory& memory, std::uint64_t address) {
        if (PageEntry* const entry = find(memory, address); entry != nullptr) return entry;
        return ensure_new(memory, address);
    }

    /// Makes only the tables that a frame of `size` bytes needs.
    Result<void> ensure_tables(Memory& memory, std::uint64_t address, std::uint64_t size);

    /// The entries from `address` on, as far as they are in one table and below `end`. None if there is no table.
    std::span<PageEntry> leaf(const Memory& memory, std::uint64_t address, std::uint64_t end) const {
        PageEntry* const first = find(memory, address);
        if (first == nullptr) return {};
        const std::uint64_t after = leaf_after(address);
        return {first, ((after < end ? after : end) - address) >> kPageBits};
    }
    /// Where the next table begins.
    static constexpr std::uint64_t leaf_after(std::uint64_t address) {
        return align_down(address, kLeafSize) + kLeafSize;
    }
    /// Calls `visit(PageEntry&)` for each page in [start, end).
    template <typename Visit>
    void for_each(const Memory& memory, std::uint64_t start, std::uint64_t end, Visit visit) const {
        for (std::uint64_t at = start; at < end; at = leaf_after(at)) {
            for (PageEntry& entry : leaf(memory, at, end)) {
                if (entry) visit(entry);
            }
        }
    }

private:
    static TableEntry* directory_at(const Memory& memory, TableEntry table) {
        return reinterpret_cast<TableEntry*>(memory.window(table.frame));
    }
    Result<PageEntry*> ensure_new(Memory& memory, std::uint64_t address);
    Result<void> make_table(Memory& memory, TableEntry& entry, std::uint64_t address);
    void free_table(Memory& memory, TableEntry& entry);

    CPtr vspace_ = 0;
    unsigned tables_ = 0;  // without the root
    PageNumber root_ = 0;
    std::array<TableEntry, kUserEnd / kDirectorySize> directories_{};
};

}  // namespace glenda::factotum
