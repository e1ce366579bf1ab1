// SPDX-License-Identifier: MIT
// The start of Factotum: takes over the memory that 9Ball delegated, and moves into a CNode with slots for all of it.
#pragma once

#include <array>

#include "kernel.h"
#include "own_area.h"
#include "protocol/factotum_boot.h"
#include "reserve.h"
#include "takeover.h"

namespace glenda::factotum {

/// Addresses in Factotum's own space, far from what 9Ball mapped.
constexpr std::uint64_t kBooks = 0x1c'0000'0000;  // Books (memory.h)
constexpr TableAddresses kTables{
    .threads = 0x1d'0000'0000,
    .thread_numbers = 0x1d'8000'0000,
    .processes = 0x1e'0000'0000,
    .process_numbers = 0x1e'2000'0000,
    .files = 0x1e'4000'0000,
    .images = 0x1e'8000'0000,
    .clusters = 0x1e'c000'0000,
    .objects = 0x1f'0000'0000,
};
constexpr std::uint64_t kReplies = 0x1e'3000'0000;  // unused Reply objects
constexpr std::uint64_t kWindow = 0x20'0000'0000;   // every frame, at its page number

/// Reserved for Factotum itself, whatever others take: its tables that grow, lists of processes, images.
constexpr std::uint64_t kSystemPages = 2 * kMiB / kPageSize;

class MemoryStart {
public:
    /// `reserve` has free slots, but no memory yet.
    explicit MemoryStart(Reserve& reserve) : reserve_(reserve) {}

    /// Does it. Afterwards everything is there that a Memory needs.
    Result<void> run(const FactotumInfo& info);

    const SlotMap& slots() const { return slots_; }
    /// Bytes that were set aside for tables.
    std::uint64_t reserved_bytes() const { return reserved_bytes_; }
    /// Which of the delegated Untypeds are in use.
    const Takeover& takeover() const { return takeover_; }

private:
    /// An Untyped of whole chunks, in the slot where 9Ball or carve() put it.
    struct Region {
        std::uint64_t slot = 0;
        unsigned size_bits = 0;
    };
    static constexpr unsigned kMaxRegions = kMaxFactotumUntypeds + 48;

    Result<void> set_aside(const FactotumInfo& info);
    void add_region(std::uint64_t slot, unsigned size_bits);
    Result<void> move_in();
    Result<void> map_books();

    Reserve& reserve_;
    Takeover takeover_{};
    SlotMap slots_{};
    std::uint64_t reserved_bytes_ = 0;
    std::uint64_t chunk_count_ = 0;
    unsigned region_count_ = 0;
    std::array<Region, kMaxRegions> regions_{};
};

}  // namespace glenda::factotum
