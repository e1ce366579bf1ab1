// SPDX-License-Identifier: MIT
// Loads a program without Factotum's help. It is needed once, to load Factotum itself.
//
// Each new frame is mapped in 9Ball's own address space, filled, unmapped, and then mapped in the target: a Frame
// capability has one mapping at a time.
#pragma once

#include <string_view>

#include "format/elf.h"
#include "glenda/bootstrap.h"

namespace glenda::nineball {

class ProgramLoader {
public:
    /// Loads into `target`, with objects from `bootstrap`. `own` is 9Ball's address space.
    ProgramLoader(Bootstrap& bootstrap, VSpace own, VSpace target)
        : bootstrap_(bootstrap), own_(own), target_(target) {}

    /// Bytes of memory that the segments of `program` need, in whole pages.
    static std::uint64_t memory_size(const ElfFile& program);
    /// The first page-aligned address after the segments.
    static std::uint64_t image_end(const ElfFile& program);

    /// Loads all segments, each with its access rights.
    Result<void> load(const ElfFile& program);

    /// Makes a stack of `size` bytes that ends at `top`, with argc = 1, `name` as argv[0], and one entry in the
    /// auxiliary vector. Returns the initial stack pointer.
    Result<std::uint64_t> make_stack(std::uint64_t top, std::uint64_t size, std::string_view name,
                                     std::uint64_t aux_type, std::uint64_t aux_value);

    /// Makes a page at `address` with `contents` at `offset`, and zeroes elsewhere. Returns its frame.
    Result<Frame> make_page(std::uint64_t address, MapFlags flags, Bytes contents, std::uint64_t offset = 0);

private:
    Bootstrap& bootstrap_;
    VSpace own_;
    VSpace target_;
};

}  // namespace glenda::nineball
