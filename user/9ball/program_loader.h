// SPDX-License-Identifier: MIT
// Loading a program by hand: before there is a Factotum, somebody must fill Factotum's address space.
//
// New frames are mapped for a moment in 9Ball's own space, filled, taken out, and mapped where they belong: a
// capability of a frame has one mapping at a time.
#pragma once

#include <string_view>

#include "format/elf.h"
#include "glenda/bootstrap.h"

namespace glenda::nineball {

class ProgramLoader {
public:
    /// Fill `target` with objects from `bootstrap`; `own` is 9Ball's space.
    ProgramLoader(Bootstrap& bootstrap, VSpace own, VSpace target)
        : bootstrap_(bootstrap), own_(own), target_(target) {}

    /// Bytes of memory that the segments of `program` take, in whole pages.
    static std::uint64_t memory_size(const ElfFile& program);
    /// The first address behind them, page aligned.
    static std::uint64_t image_end(const ElfFile& program);

    /// All segments, with their rights.
    Result<void> load(const ElfFile& program);

    /// A stack of `size` bytes that ends at `top`, with argc = 1, `name`, and one entry of the auxiliary vector.
    /// The stack pointer to start with.
    Result<std::uint64_t> make_stack(std::uint64_t top, std::uint64_t size, std::string_view name,
                                     std::uint64_t aux_type, std::uint64_t aux_value);

    /// A page at `address` with `contents`, the rest zero. Its frame.
    Result<Frame> make_page(std::uint64_t address, MapFlags flags, Bytes contents, std::uint64_t offset = 0);

private:
    Bootstrap& bootstrap_;
    VSpace own_;
    VSpace target_;
};

}  // namespace glenda::nineball
