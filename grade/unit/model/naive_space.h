// SPDX-License-Identifier: MIT
// A naive model of an address space: which addresses have a leaf, and which a table.
#pragma once

#include <map>
#include <tuple>

#include "mem/mapping.h"

namespace glenda::test {

struct NaiveSpace {
    /// Which memory, how.
    struct Leaf {
        PhysAddr page;
        std::uint64_t flags;
        bool operator==(const Leaf&) const = default;
    };
    using Key = std::tuple<unsigned, std::uint64_t>;  // level, address

    std::map<Key, Leaf> leaves;
    std::map<Key, unsigned> tables;  // level: of the entry that points to it; which table

    static unsigned level_of(const Capability& frame) { return (frame.size_bits - kPageBits) / 9; }
    static std::uint64_t cut(std::uint64_t address, unsigned level) {
        return align_down(address, bit(level_bits(level)));
    }
    /// What a walk from the root down to `level` finds at the address: a leaf, or the level of a missing table.
    bool is_taken(std::uint64_t address, unsigned level) const {
        for (unsigned at = kRootLevel;; at--) {
            const Key key{at, cut(address, at)};
            if (leaves.contains(key)) return true;
            if (at == level) return tables.contains(key);
            if (!tables.contains(key)) return false;
        }
    }
    /// The highest level at which a table is missing above `level`; `level` if none is.
    unsigned ends_at(std::uint64_t address, unsigned level) const {
        unsigned at = kRootLevel;
        while (at > level && tables.contains({at, cut(address, at)})) at--;
        return at;
    }
    /// Whether `frame` can be mapped with these MapFlags.
    static Error flags_error(const Capability& frame, std::uint64_t flags) {
        const bool write = (flags & 2) != 0, execute = (flags & 4) != 0;
        if (flags >= 8 || (flags & 1) == 0 || (write && execute)) return Error::BadArgument;
        if (execute && has(frame.flags, CapFlags::Device)) return Error::BadArgument;
        if (write && !has(frame.rights, Rights::Write)) return Error::NoRights;
        return Error::Ok;
    }
};

}  // namespace glenda::test
