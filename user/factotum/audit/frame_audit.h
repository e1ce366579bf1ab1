// SPDX-License-Identifier: MIT
// Counts who names each frame, and compares that with the books: invariants 2 and 3 of audit.h.
//
// Frames have no use for PageRecord::next, so the names are counted there, and it is 0 again in the end.
#pragma once

#include "audit/audit.h"
#include "vm/address_space.h"

namespace glenda::factotum {

class FrameAudit {
public:
    explicit FrameAudit(Memory& memory) : memory_(memory) {}

    void add(const AddressSpace& space);
    void add(const ImageStore& images);
    void add(const ObjectStore& objects);
    void add(const SpaceKits& kits) { others_ += kits.frames(); }

    /// After everything that has frames has been added.
    Broken finish();

private:
    void name(PageNumber page) { memory_.record(page).next++; }

    Memory& memory_;
    std::uint64_t others_ = 0;    // frames that no entry names
    std::uint64_t mappings_ = 0;  // slots that entries name
    bool slots_are_fine_ = true;
};

}  // namespace glenda::factotum
