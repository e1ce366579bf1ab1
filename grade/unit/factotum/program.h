// SPDX-License-Identifier: MIT
// A program, and places for the tables of an ImageStore that knows it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format_builders.h"
#include "util/bits.h"

namespace glenda::factotum::test {

constexpr std::uint64_t kText = glenda::test::ElfBuilder::kText, kTextPages = 36;  // three clusters

/// Places for Factotum's own tables.
struct Areas {
    static constexpr std::uint64_t kSize = 64 * kPageSize;
    alignas(kPageSize) std::byte bytes[3][kSize] = {};
    std::uint64_t operator[](unsigned i) const { return reinterpret_cast<std::uint64_t>(bytes[i]); }
};

/// A program of nothing but text.
inline glenda::test::Buffer build_program() {
    constexpr std::uint64_t kSize = kTextPages * kPageSize;
    glenda::test::ElfBuilder builder;
    builder.programs = {{1, 5, 0, kText, kText, kSize, kSize, 0x1000}};
    glenda::test::Buffer file = builder.build();
    const std::size_t built = file.size();
    file.resize(kSize);
    for (std::size_t i = built; i < file.size(); i++) file[i] = std::byte(i * 7 >> 4);
    return file;
}

}  // namespace glenda::factotum::test
