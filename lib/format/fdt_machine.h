// SPDX-License-Identifier: MIT
//
// What every kernel needs to know before it looks at devices: memory, harts, clock, and where the boot loader put
// things. An FdtMachine is shown each node during a walk and collects these facts, so the caller can use the same walk
// for other purposes:
//
//     for (FdtWalk walk{tree}; auto node = walk.next();) { machine.observe(*node); ... }
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "format/fdt.h"
#include "format/fixed_vector.h"
#include "format/parse_error.h"

namespace glenda {

/// A hart that the kernel may use.
struct FdtHart {
    uint64_t id = 0;
    std::string_view isa;     // `riscv,isa`, such as "rv64imafdc_zicsr"; empty if missing
    uint32_t interrupts = 0;  // phandle of the hart's interrupt controller; 0 if missing
};

class FdtMachine {
public:
    static constexpr std::size_t kMaxHarts = 8;
    static constexpr std::size_t kMaxMemory = 8;
    static constexpr std::size_t kMaxReserved = 16;

    /// Look at `node`. Must be called for every node in the order of the walk. Error: there are too many reserved
    /// ranges; ignoring one could overwrite the firmware.
    ParseError observe(const FdtNode& node);

    /// Add the ranges of the memory reservation block, which is outside the tree.
    ParseError observe_reservations(const Fdt& tree);

    /// Collect all facts in one walk over `tree`.
    static std::expected<FdtMachine, ParseError> survey(const Fdt& tree);

    /// RAM, in the order of the tree. Only the first kMaxMemory ranges.
    std::span<const FdtRange> memory() const { return memory_.all(); }

    /// RAM that the firmware uses: /memreserve/ and the children of /reserved-memory.
    std::span<const FdtRange> reserved() const { return reserved_.all(); }

    /// The available harts, in the order of the tree. Only the first kMaxHarts.
    std::span<const FdtHart> harts() const { return harts_.all(); }

    /// The number of available harts, including those beyond kMaxHarts.
    std::size_t hart_count() const { return hart_count_; }

    /// Ticks of the `time` register per second.
    std::optional<uint64_t> timebase_frequency() const { return timebase_frequency_; }

    /// The initial RAM disk, from `linux,initrd-start` to `linux,initrd-end`; nothing if missing or empty.
    std::optional<FdtRange> initrd() const { return initrd_; }

    /// The command line; empty if missing.
    std::string_view bootargs() const { return bootargs_; }

private:
    /// The child of the root that the walk is inside.
    enum class Section : uint8_t { Other, Cpus, ReservedMemory };

    Section enter(const FdtNode& child_of_root);
    void read_memory(const FdtNode& node);
    void read_chosen(const FdtNode& node);
    void read_hart(const FdtNode& node);
    ParseError reserve(FdtRange range);
    ParseError read_reserved(const FdtNode& node);

    Section section_ = Section::Other;
    bool in_hart_ = false;  // the walk is inside the node of the last element of harts_
    FixedVector<FdtRange, kMaxMemory> memory_;
    FixedVector<FdtRange, kMaxReserved> reserved_;
    FixedVector<FdtHart, kMaxHarts> harts_;
    std::size_t hart_count_ = 0;
    std::optional<uint64_t> timebase_frequency_;
    std::optional<FdtRange> initrd_;
    std::string_view bootargs_;
};

}  // namespace glenda
