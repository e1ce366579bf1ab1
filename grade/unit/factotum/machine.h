// SPDX-License-Identifier: MIT
// A kernel for Factotum's books on the host: it keeps a table of slots and of mappings, and is as strict as the real
// one.
//
// It takes the place of user/factotum/kernel.cc: the linker decides. There is one, `machine()`, and reset() clears it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "kernel.h"
#include "memory.h"

namespace glenda::factotum::test {

struct Cap {
    CapType type = CapType::Null;
    unsigned size_bits = 0;
    CPtr parent = 0;
    std::uint64_t object = 0;     // physical address
    std::uint64_t watermark = 0;  // Untyped
    std::uint64_t space = 0;      // Frame: identity of the address space, 0: not mapped
    std::uint64_t address = 0;
    Badge badge = 0;  // Endpoint
};

struct Mapping {
    std::uint64_t physical;
    MapFlags flags;
};

struct Space {
    std::map<std::uint64_t, Mapping> pages;  // by address
    std::map<std::uint64_t, int> directories, leaves;
};

class Machine {
public:
    std::map<CPtr, Cap> slots;
    std::map<CPtr, std::vector<CPtr>> children;
    std::map<std::uint64_t, Space> spaces;              // by identity
    std::map<std::uint64_t, std::uint64_t> identities;  // of the VSpace at a physical address
    std::uint64_t next_identity = 1;
    std::byte* memory = nullptr;  // at physical address 0
    int fails_after = -1;         // calls that may still succeed; negative: all
    Error failure = Error::NotEnoughMemory;

    void reset() { *this = Machine(); }
    /// An Untyped from nowhere.
    void add_untyped(CPtr slot, std::uint64_t address, unsigned size_bits);
    /// What a program sees at `address`; null if nothing is mapped.
    const Mapping* look(CPtr vspace, std::uint64_t address) const;

    // Slots of a CNode have numbers of their own in `slots`; those of Factotum's, its capability pointers.
    static CPtr slot_in(const Cap& cnode, CPtr index) { return (cnode.object + 1) << kMaxCNodeRadix | index; }
    Result<void> retype(CPtr untyped, CapType type, unsigned size_bits, CPtr to, unsigned count);
    Result<void> copy(CPtr to, CPtr from, unsigned count = 1);
    Error fail();
    Cap* find(CPtr slot);
    void fill(CPtr slot, const Cap& cap);
    void erase(CPtr slot);
    void erase_children(CPtr slot);
    void destroy(const Cap& last);
    void end_mapping(Cap& frame);
};

Machine& machine();
/// Factotum's own address space, in which every table is there.
constexpr std::uint64_t kOwnSpace = ~std::uint64_t{0};
constexpr CPtr kOwnVspace = 2;

/// A Memory of a few chunks, on a fresh machine.
class TestMemory {
public:
    explicit TestMemory(std::uint64_t chunks, std::uint64_t system_pages = 0);
    Memory& memory() { return *memory_; }

private:
    SlotMap map_;
    std::vector<std::uint64_t> table_;
    std::unique_ptr<std::byte[]> window_;
    Kernel kernel_;
    std::unique_ptr<Memory> memory_;
};

}  // namespace glenda::factotum::test
