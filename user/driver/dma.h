// SPDX-License-Identifier: MIT
// Memory that a device reads and writes. The driver knows it by its virtual address, the device by its physical one.
//
// There is no IOMMU: a device reaches whatever address it is told. So a driver builds these addresses from its own DMA
// memory and from the runs that Unicorn names, never from what a client says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/bits.h"

namespace glenda::driver {

/// What a device is told to read or write.
struct Buffer {
    std::uint64_t physical;
    std::uint32_t size;
};

/// Memory that is contiguous for driver and device.
struct DmaMemory {
    std::byte* address = nullptr;
    std::uint64_t physical = 0;
    std::uint64_t size = 0;

    /// `count` bytes from `offset` on, which lie inside.
    Buffer buffer(std::uint64_t offset, std::uint64_t count) const { return {physical + offset, std::uint32_t(count)}; }
    template <typename T>
    T& at(std::uint64_t offset) const {
        return *reinterpret_cast<T*>(address + offset);
    }
};

/// Hands out a driver's DMA memory, in whole pages. Nothing is ever returned: a driver takes what it needs at its
/// start.
class DmaPool {
public:
    static constexpr unsigned kMaxRuns = 16;

    DmaPool() = default;
    explicit DmaPool(DmaMemory run) { add(run); }
    /// Adds memory: whole pages. Ignored past kMaxRuns.
    void add(DmaMemory run) {
        if (count_ != kMaxRuns) runs_[count_++] = run;
    }
    /// Takes pages that are contiguous and cover `bytes`. A driver that died may have left anything in them.
    std::optional<DmaMemory> take(std::uint64_t bytes) {
        const std::uint64_t size = align_up(bytes, kPageSize);
        for (DmaMemory& run : std::span(runs_, count_)) {
            if (run.size < size) continue;
            const DmaMemory taken{run.address, run.physical, size};
            run = {run.address + size, run.physical + size, run.size - size};
            return taken;
        }
        return std::nullopt;
    }

private:
    unsigned count_ = 0;
    DmaMemory runs_[kMaxRuns];
};

}  // namespace glenda::driver
