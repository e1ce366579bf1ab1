// SPDX-License-Identifier: MIT
//
// What every kernel asks of a device tree before it looks at any device: memory, harts, clock, and what the
// boot loader left where. An FdtMachine watches a walk and picks its facts from the nodes that go by, so one
// walk serves both it and whatever else the caller looks for:
//
//     for (FdtWalk walk{tree}; auto node = walk.next();) { machine.observe(*node); ... }
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "format/fdt.h"
#include "format/few.h"
#include "format/parse_error.h"

namespace glenda {

/// A hart that the firmware lets us start.
struct FdtHart {
    uint64_t id = 0;
    std::string_view isa;     // `riscv,isa`, such as "rv64imafdc_zicsr"; empty where the tree does not say
    uint32_t interrupts = 0;  // phandle of the node for the hart's own interrupts; 0 where the tree has none
};

class FdtMachine {
public:
    static constexpr std::size_t kMaxHarts = 8;
    static constexpr std::size_t kMaxMemory = 8;
    static constexpr std::size_t kMaxReserved = 16;

    /// Look at `node`. Every node of the tree, in the order of the walk. An error where the tree reserves
    /// more pieces of memory than fit: to forget one would be to overwrite the firmware.
    ParseError observe(const FdtNode& node);

    /// Add the memory reservation block, which is not part of the tree of nodes.
    ParseError observe_reservations(const Fdt& tree);

    /// One walk over `tree` for these facts alone.
    static std::expected<FdtMachine, ParseError> survey(const Fdt& tree);

    /// RAM, in the order of the tree. Pieces after the eighth are left out.
    std::span<const FdtRange> memory() const { return memory_.all(); }

    /// RAM that is in use by the firmware: /memreserve/ and the children of /reserved-memory.
    std::span<const FdtRange> reserved() const { return reserved_.all(); }

    /// The harts that are available, in the order of the tree. Harts after the eighth are left out.
    std::span<const FdtHart> harts() const { return harts_.all(); }

    /// How many harts are available, with those that were left out.
    std::size_t hart_count() const { return hart_count_; }

    /// How often the `time` register counts in a second.
    std::optional<uint64_t> timebase_frequency() const { return timebase_frequency_; }

    /// The initial RAM disk, from `linux,initrd-start` to -end; nothing where there is none or it is empty.
    std::optional<FdtRange> initrd() const { return initrd_; }

    /// The command line; empty where the tree does not say.
    std::string_view bootargs() const { return bootargs_; }

private:
    /// Which child of the root the walk is inside.
    enum class Section : uint8_t { Other, Cpus, ReservedMemory };

    Section enter(const FdtNode& child_of_root);
    void read_memory(const FdtNode& node);
    void read_chosen(const FdtNode& node);
    void read_hart(const FdtNode& node);
    ParseError reserve(FdtRange range);
    ParseError read_reserved(const FdtNode& node);

    Section section_ = Section::Other;
    bool in_hart_ = false;  // the walk is inside the node of the last of harts_
    Few<FdtRange, kMaxMemory> memory_;
    Few<FdtRange, kMaxReserved> reserved_;
    Few<FdtHart, kMaxHarts> harts_;
    std::size_t hart_count_ = 0;
    std::optional<uint64_t> timebase_frequency_;
    std::optional<FdtRange> initrd_;
    std::string_view bootargs_;
};

}  // namespace glenda
