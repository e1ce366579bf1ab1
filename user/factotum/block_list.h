// SPDX-License-Identifier: MIT
// The blocks of memory that belong to a process, and their uses.
//
// Each page of memory has a record in one table. The records of a process form a linked list, so that all its blocks
// are found when it ends, and recording an allocation needs no allocation. Invariant: a block is in at most one list.
#pragma once

#include <cstdint>
#include <span>

#include "abi/object.h"
#include "util/bits.h"

namespace glenda::factotum {

/// 2^order pages of memory, starting at page number `page` of Factotum's memory.
struct Block {
    std::uint32_t page = 0;
    unsigned order = 0;
};

enum class BlockUse : std::uint8_t {
    Data,     // a page that the process can access
    Table,    // a page table of its address space
    Space,    // the root page table
    Slots,    // its CNode: 2^kSlotsOrder pages
    Objects,  // an Untyped for small kernel objects
};

constexpr unsigned kSlotsOrder = 1;
constexpr unsigned order_of(BlockUse use) { return use == BlockUse::Slots ? kSlotsOrder : 0; }

/// The record of a block in use, kept for its first page.
struct PageRecord {
    std::uint32_t next;               // first page of the next block in the list, or kNoPage
    std::uint32_t use : 4;            // BlockUse
    std::uint32_t virtual_page : 28;  // Data: where the page is mapped
};
static_assert(sizeof(PageRecord) == 8 && kUserEnd >> kPageBits <= bit(28));

constexpr std::uint32_t kNoPage = ~std::uint32_t{0};

/// A list of blocks. All lists share the table `records`.
class BlockList {
public:
    void add(std::span<PageRecord> records, Block block, BlockUse use, std::uint64_t address = 0) {
        records[block.page] = {head_, std::uint32_t(use), std::uint32_t(address >> kPageBits)};
        head_ = block.page;
        count(use, 1);
    }

    /// Calls `visit(Block)` for each block for which `wanted(BlockUse, address)` is true, latest first.
    template <typename Wanted, typename Visit>
    void for_each_if(std::span<const PageRecord> records, Wanted wanted, Visit visit) const {
        for (std::uint32_t page = head_; page != kNoPage; page = records[page].next) {
            const auto use = BlockUse(records[page].use);
            if (wanted(use, std::uint64_t{records[page].virtual_page} << kPageBits)) visit(Block{page, order_of(use)});
        }
    }

    /// Removes each block for which `wanted(BlockUse, address)` is true and passes it to `take(Block)`, latest first.
    template <typename Wanted, typename Take>
    void remove_if(std::span<PageRecord> records, Wanted wanted, Take take) {
        std::uint32_t* link = &head_;
        while (*link != kNoPage) {
            const std::uint32_t page = *link;
            const PageRecord record = records[page];
            const auto use = BlockUse(record.use);
            if (wanted(use, std::uint64_t{record.virtual_page} << kPageBits)) {
                *link = record.next;
                count(use, -1);
                take(Block{page, order_of(use)});
            } else {
                link = &records[page].next;
            }
        }
    }

    /// Pages that the process can access.
    std::uint64_t data_pages() const { return data_pages_; }
    /// Pages of all blocks.
    std::uint64_t pages() const { return pages_; }
    bool empty() const { return head_ == kNoPage; }

private:
    void count(BlockUse use, int sign) {
        pages_ += std::uint64_t(sign) << order_of(use);
        if (use == BlockUse::Data) data_pages_ += std::uint64_t(sign);
    }

    std::uint32_t head_ = kNoPage;
    std::uint64_t data_pages_ = 0;
    std::uint64_t pages_ = 0;
};

}  // namespace glenda::factotum
