// SPDX-License-Identifier: MIT
// The whole state of the kernel, as bytes: memory that can be copied, put back, and compared.
//
// The host's RAM lies at a fixed address, so pointers in a copy mean the same after it has been put back. Comparing
// bytes needs no list of fields: a new field is compared as well. What may differ is erased from the copies, by name.
#pragma once

#include <cstddef>
#include <vector>

#include "machine.h"

namespace glenda::test {

/// A piece of memory that belongs to the kernel's state.
struct Region {
    void* begin;
    std::size_t size;
};

class Snapshot {
public:
    /// Copy all regions, and the machine. `regions` outlives this.
    void take(const std::vector<Region>& regions);
    /// Make everything as it was.
    void restore() const;
    /// Forget what the copy has of `object`, which lies in a region: equal to every other copy without it.
    template <typename T>
    void erase(const T& object) {
        erase(&object, sizeof object);
    }
    void erase(const void* address, std::size_t size);

    /// The addresses, in regions, of all words that differ.
    std::vector<const void*> differences(const Snapshot& other) const;
    /// What differs of the machine's devices, "" if nothing.
    std::string machine_difference(const Snapshot& other) const;
    /// The word of this copy that belongs to `address`.
    std::uint64_t word_at(const void* address) const;

private:
    std::size_t offset_of(const void* address) const;

    const std::vector<Region>* regions_ = nullptr;
    std::vector<std::byte> bytes_;
    host::Machine machine_;
};

}  // namespace glenda::test
