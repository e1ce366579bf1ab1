// SPDX-License-Identifier: MIT
// A range of addresses for one of Factotum's own tables. It grows page by page, and never moves or shrinks.
#pragma once

#include <new>

#include "memory.h"

namespace glenda::factotum {

/// Where tables that grow begin.
struct TableAddresses {
    std::uint64_t threads, thread_numbers;
    std::uint64_t processes, process_numbers;
    std::uint64_t files, images, clusters;  // of the catalogue, and the images it knows
    std::uint64_t objects;
};

class OwnArea {
public:
    OwnArea(Memory& memory, std::uint64_t base) : memory_(memory), base_(base) {}

    /// Maps zeroed memory for the first `bytes`. False if there is none.
    bool reach(std::uint64_t bytes) {
        for (; mapped_ < bytes; mapped_ += kPageSize) {
            if (!memory_.map_own_page(base_ + mapped_)) return false;
        }
        return true;
    }
    /// Appends `count` new objects. Null if there is no memory.
    template <typename T>
    T* append(std::uint64_t count = 1) {
        const std::uint64_t start = align_up(used_, alignof(T));
        if (!reach(start + count * sizeof(T))) return nullptr;
        used_ = start + count * sizeof(T);
        return new (reinterpret_cast<void*>(base_ + start)) T[count];
    }
    template <typename T>
    T* first() const {
        return reinterpret_cast<T*>(base_);
    }

private:
    Memory& memory_;
    std::uint64_t base_;
    std::uint64_t mapped_ = 0;
    std::uint64_t used_ = 0;
};

}  // namespace glenda::factotum
