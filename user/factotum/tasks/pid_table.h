// SPDX-License-Identifier: MIT
// From a process's number to its place: a hash table with open addressing.
//
// A number is in the first free entry from its home on. Homes of numbers that follow each other, as most do, are far
// apart (Fibonacci hashing), so runs of entries in use are short. When one is erased, those behind it that could not
// have its place move up, so that a search ends at the first free entry.
#pragma once

#include <cstdint>
#include <span>

#include "util/bits.h"

namespace glenda::factotum {

class PidTable {
public:
    struct Entry {
        std::uint32_t pid = 0;  // 0: free
        std::uint32_t place = 0;
    };
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    PidTable() = default;
    /// `entries`: a power of two, at least two, and more than there are ever processes.
    explicit PidTable(std::span<Entry> entries) : entries_(entries), shift_(64 - lowest_bit(entries.size())) {}

    /// The place of process `pid`, or kNone.
    std::uint32_t find(std::uint32_t pid) const {
        const Entry& entry = entries_[slot_of(pid)];
        return entry.pid == pid && pid != 0 ? entry.place : kNone;
    }
    /// Precondition: the number is not in the table.
    void insert(std::uint32_t pid, std::uint32_t place) { entries_[slot_of(pid)] = {pid, place}; }
    /// Precondition: the number is in the table.
    void erase(std::uint32_t pid) {
        std::size_t hole = slot_of(pid);
        for (std::size_t at = next(hole); entries_[at].pid != 0; at = next(at)) {
            if (((at - home_of(entries_[at].pid)) & mask()) < ((at - hole) & mask()))
                continue;  // home is behind the hole
            entries_[hole] = entries_[at];
            hole = at;
        }
        entries_[hole] = {};
    }

private:
    std::size_t mask() const { return entries_.size() - 1; }
    std::size_t home_of(std::uint32_t pid) const { return (pid * kGolden) >> shift_; }
    std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
    /// Where the number is, or would be inserted.
    std::size_t slot_of(std::uint32_t pid) const {
        std::size_t at = home_of(pid);
        while (entries_[at].pid != 0 && entries_[at].pid != pid) at = next(at);
        return at;
    }

    static constexpr std::uint64_t kGolden = 0x9e37'79b9'7f4a'7c15;  // 2^64 divided by the golden ratio

    std::span<Entry> entries_{};
    unsigned shift_ = 0;
};

}  // namespace glenda::factotum
