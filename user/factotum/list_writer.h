// SPDX-License-Identifier: MIT
// The lines of a list for a process (PS), written through Factotum's window, page by page.
#pragma once

#include "memory.h"
#include "vm/address_space.h"

namespace glenda::factotum {

template <typename Line>
class ListWriter {
public:
    /// All pages are there (Factotum::make_list).
    ListWriter(Memory& memory, AddressSpace& space) : memory_(memory), space_(space) {}

    /// The first line of all.
    Line* first() { return lines_at(kSnapshotArea); }
    /// The next line, to be filled.
    Line& next() {
        if (reinterpret_cast<std::uint64_t>(line_) % kPageSize == 0) {
            line_ = lines_at(page_);
            page_ += kPageSize;
        }
        return *line_++;
    }

private:
    static_assert(kPageSize % sizeof(Line) == 0);
    Line* lines_at(std::uint64_t address) {
        return reinterpret_cast<Line*>(memory_.window(*space_.page_to_read(memory_, address)));
    }

    Memory& memory_;
    AddressSpace& space_;
    std::uint64_t page_ = kSnapshotArea;
    Line* line_ = nullptr;
};

}  // namespace glenda::factotum
