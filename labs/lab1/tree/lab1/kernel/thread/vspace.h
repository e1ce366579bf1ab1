// SPDX-License-Identifier: MIT
// A VSpace: an address space as an object of its own, to which whoever runs in it refers.
//
// It has an identity, which no other space ever had or will have (mem/address_spaces.h); part of that is its address
// space identifier, so a switch to it need not flush anything. It lives as long as it has references, and then gives
// back all pages and page tables. Exercise 1.1 writes vspace.cc.
#pragma once

#include "memory.h"

namespace glenda {

constexpr unsigned kMaxVSpaces = 64;

class VSpace {
public:
    /// Returns a space without user pages, with one reference. Errors: TooManySpaces, if there are kMaxVSpaces;
    /// NotEnoughMemory.
    static Result<VSpace*> create();
    /// Returns a new space with one reference, and a copy of each page of this one. Errors: those of create().
    Result<VSpace*> copy();

    /// Adds a reference.
    void share() { references_++; }
    /// Drops a reference. With the last one the space ends: all it maps and its tables are given back, and nothing is
    /// cached of it any more. If the hart uses this space then, it changes to the kernel's.
    void release();

    /// Maps new pages of zeros from `begin` to `end`: all or none. Errors: those of map_page() (memory.h).
    Result<void> map(VirtAddr begin, VirtAddr end, MapFlags flags);
    /// Unmaps what is mapped from `begin` to `end`, which are in user space; holes are no error.
    void unmap(VirtAddr begin, VirtAddr end);

    /// Its root table, for the functions of memory.h.
    PageTable& root() { return *root_; }
    /// What a hart needs to use it.
    std::uint64_t satp() const;
    /// Makes the hart forget what it has cached of this space. For whoever changes it by root().
    void flush() const;

private:
    /// Returns a VSpace that is not in use, or null.
    static VSpace* find_unused();

    PageTable* root_ = nullptr;  // null: this VSpace is not in use
    std::uint64_t identity_ = 0;
    std::uint64_t references_ = 0;
};

}  // namespace glenda
