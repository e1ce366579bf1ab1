// SPDX-License-Identifier: MIT
// From a process's number to its place: a hash table with open addressing.
//
// A number is in the first free entry from its own on. When one is erased, those behind it that could not have its
// place move up, so that a search ends at the first free entry.
#pragma once

#include <cstdint>
#include <span>

namespace glenda::factotum {

class PidTable {
public:
    struct Entry {
        std::uint32_t pid = 0;  // 0: free
        std::uint32_t place = 0;
    };
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    PidTable() = default;
    /// `entries`: a power of two, more than there are ever processes.
    explicit PidTable(std::span<Entry> entries) : entries_(entries) {}

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
            const std::size_t home = entries_[at].pid & mask();
            if (((at - home) & mask()) < ((at - hole) & mask())) continue;  // its own entry is behind the hole
            entries_[hole] = entries_[at];
            hole = at;
        }
        entries_[hole] = {};
    }

private:
    std::size_t mask() const { return entries_.size() - 1; }
    std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
    /// Where the number is, or would be inserted.
    std::size_t slot_of(std::uint32_t pid) const {
        std::size_t at = pid & mask();
        while (entries_[at].pid != 0 && entries_[at].pid != pid) at = next(at);
        return at;
    }

    std::span<Entry> entries_{};
};

}  // namespace glenda::factotum
