// SPDX-License-Identifier: MIT
// Page tables of processes that have ended, for the next ones. Only speed: without this file, everything works as well.
//
// Nearly every process needs the same five objects: a VSpace, and tables for its image and its stack. Making and
// destroying them is a third of a spawn. A kit has them, with nothing mapped. Kits are charged to Factotum, count as
// free, and are given up when their memory is wanted.
#pragma once

#include "vm/page_tree.h"

namespace glenda::factotum {

class SpaceKits {
public:
    static constexpr unsigned kMost = 32;

    explicit SpaceKits(Memory& memory);

    /// Puts a kit into a new tree, which becomes the user of its pages. False if there is none.
    bool take(PageTree& tree);
    /// Keeps the tables of a tree in which nothing is mapped, if they are the usual ones; else frees them. The tree's
    /// user has been uncharged.
    void give(PageTree& tree);

    /// Pages that would be free if their memory was wanted.
    std::uint64_t unused_pages() const { return count_ * PageTree::kUsual.sum(); }
    /// Frames in kits.
    std::uint64_t frames() const { return count_ * PageTree::kUsual.frames; }

private:
    bool reclaim();

    Memory& memory_;
    unsigned count_ = 0;
    PageTree::Usual kits_[kMost]{};
};

}  // namespace glenda::factotum
