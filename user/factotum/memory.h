// SPDX-License-Identifier: MIT
// The machine's memory, except the kernel's and 9Ball's: chunks of pages, the slots for their capabilities, and what is
// promised of them. Everything that a process gets comes from here, and must have been charged before.
#pragma once

#include <span>

#include "commit.h"
#include "frames/chunk_store.h"
#include "protocol/errors.h"
#include "slots/slot_heap.h"
#include "slots/slot_record.h"
#include "tasks/accounts.h"

namespace glenda::factotum {

/// Where the tables of chunks, pages and slots lie, in bytes from the start of the first.
struct Books {
    explicit Books(const SlotMap& map);

    std::uint64_t pages = 0;      // PageRecord
    std::uint64_t slots = 0;      // SlotRecord
    std::uint64_t free_bits = 0;  // of SlotHeap
    std::uint64_t accounts = 0;   // Account
    std::uint64_t account_count = 0;
    std::uint64_t end = 0;  // a multiple of a page
};

/// Gives up some of what is cached. run(self) returns false if nothing is left.
struct Reclaimer {
    bool (*run)(void* self) = nullptr;
    void* self = nullptr;
};

class Memory {
public:
    /// `books`: zeroed memory for Books(slots). `window`: where page 0 will be mapped. The chunks' Untypeds are in
    /// their slots, all others are empty. `system_pages` are reserved for Factotum itself.
    Memory(Kernel& kernel, const SlotMap& slots, std::byte* books, std::byte* window, std::uint64_t system_pages);

    /// Charges pages that are to be taken later. False if they cannot be promised, even if all caches are given up.
    [[nodiscard]] bool charge(Pages pages, AccountNumber account = Accounts::kSystem);
    /// At most kReclaimers. They are asked in this order.
    void add_reclaimer(Reclaimer reclaimer) { reclaimers_[reclaimer_count_++] = reclaimer; }
    void uncharge(Pages pages, AccountNumber account = Accounts::kSystem);
    /// Opens an account (accounts.h), or gives back one in `vacant` with the same limits. Error: OutOfMemory, TooMany.
    Answer<AccountNumber> open_account(AccountNumber parent, std::uint64_t reserved, std::uint64_t limit,
                                       std::uint32_t creator, AccountNumber& vacant);
    /// Changes an account's limits. Error: OutOfMemory, if it has more already, or there is no more.
    Answer<void> resize_account(AccountNumber account, std::uint64_t reserved, std::uint64_t limit);
    Accounts& accounts() { return accounts_; }

    /// Takes a frame; take_zeroed() one that is all zero. Its contents are at window(), and product() can be mapped.
    Result<PageNumber> take_frame();
    Result<PageNumber> take_zeroed();
    void give_frame(PageNumber page) {
        store_.give(page);
        commit_.unuse({.frames = 1});
    }
    /// Another capability with which a frame can be mapped, for an entry that is not the page's only one. 0 if there
    /// are not many slots left.
    CPtr take_mapping(PageNumber page);
    void give_mapping(CPtr slot);
    /// One entry less names the frame. It is freed with the last one.
    void release_frame(PageNumber page) {
        PageRecord& record = records_[page];
        if (record.refs == 0) return give_frame(page);
        record.refs--;
    }

    /// Takes a page for kernel objects: page() is its Untyped.
    Result<PageNumber> take_untyped();
    /// The same, and makes product() of all of it. `size_bits` as in Untyped::retype.
    Result<PageNumber> take_object(CapType type, unsigned size_bits = 0);
    /// Makes a CNode, which must have been charged: one of a page in a page, any larger one in a chunk of its own. It
    /// is product() of what is returned.
    Result<PageNumber> take_cnode(unsigned radix);
    void give_cnode(PageNumber page, unsigned radix);
    static constexpr Pages cnode_cost(unsigned radix) {
        return {.objects = radix + kSlotBits <= kPageBits ? 1 : kChunkPages};
    }
    /// Frees an Untyped's page and destroys what was made of it.
    void give_object(PageNumber page);
    std::byte* window(PageNumber page) const { return store_.window(page); }
    /// The frame whose contents are at `window`.
    PageNumber page_at(const std::byte* window) const {
        return PageNumber(std::uint64_t(window - store_.window(0)) >> kPageBits);
    }

    /// Charges and takes a page for Factotum itself and maps it at `address`. It is never freed.
    Result<void> map_own_page(std::uint64_t address);

    Kernel& kernel() { return kernel_; }
    const SlotMap& slots() const { return slots_; }
    SlotHeap& heap() { return heap_; }
    PageRecord& record(PageNumber page) { return records_[page]; }
    bool is_heap_slot(CPtr slot) const { return slot - slots_.heap() < slot_records_.size(); }
    /// `slot` is one of the heap.
    SlotRecord& record_of_slot(CPtr slot) { return slot_records_[slot - slots_.heap()]; }
    const ChunkStore& store() const { return store_; }
    const Commit& commit() const { return commit_; }
    /// What can still be taken.
    Supply supply() const {
        return {{store_.loose_pages(ChunkUse::Frames), store_.loose_pages(ChunkUse::Objects)}, store_.whole_chunks()};
    }
    std::uint64_t total_pages() const { return slots_.chunk_count() * kChunkPages; }
    std::uint64_t free_pages() const { return total_pages() - slots_.usable_pages() + store_.free_pages(); }
    /// Charges and takes an Untyped for Factotum itself. It is never freed.
    Result<PageNumber> take_own_untyped();
    /// Pages that are Factotum's own.
    std::uint64_t own_pages() const { return own_.sum(); }
    std::uint64_t own_frames() const { return own_.frames; }

private:
    static constexpr unsigned kReclaimers = 3;

    bool reclaim();
    bool try_charge(Pages pages, AccountNumber account);

    Kernel& kernel_;
    const SlotMap slots_;
    std::span<PageRecord> records_;
    std::span<SlotRecord> slot_records_;
    SlotHeap heap_;
    ChunkStore store_;
    Commit commit_{};
    Accounts accounts_;
    unsigned reclaimer_count_ = 0;
    Reclaimer reclaimers_[kReclaimers]{};
    Pages own_{};
};

}  // namespace glenda::factotum
