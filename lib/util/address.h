// SPDX-License-Identifier: MIT
// Physical and virtual addresses have different types, so the compiler catches mix-ups.
#pragma once

#include <compare>
#include <cstdint>

namespace glenda {

/// An address of one kind. Adding bytes preserves the type; subtracting two addresses gives a number of bytes.
template <typename Kind>
struct Address {
    std::uint64_t value = 0;

    constexpr auto operator<=>(const Address&) const = default;
    constexpr Address operator+(std::uint64_t bytes) const { return {value + bytes}; }
    constexpr Address operator-(std::uint64_t bytes) const { return {value - bytes}; }
    constexpr std::uint64_t operator-(Address other) const { return value - other.value; }
};

using PhysAddr = Address<struct PhysicalKind>;
using VirtAddr = Address<struct VirtualKind>;

}  // namespace glenda
