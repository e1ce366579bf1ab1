// SPDX-License-Identifier: MIT
// The kernel's complete state as bytes, which can be copied, restored and compared.
//
// The host's RAM is at a fixed address, so pointers in a copy are still valid when it is restored. Comparing bytes
// needs no list of fields, so new fields are compared too. What may differ is erased from the copies, by name.
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
    /// Copies all regions and the machine. `regions` must outlive this.
    void take(const std::vector<Region>& regions);
    /// Restores everything.
    void restore() const;
    /// Erases `object`, which is in a region, from the copy. All copies are then equal there.
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
