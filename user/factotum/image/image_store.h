// SPDX-License-Identifier: MIT
// Loads images, and lends runs of slots with which processes map their clusters.
//
// A run has copies of a cluster's frames, in consecutive slots. A process has one for each shared cluster as long as it
// lives, so a fault there cannot fail, and one call maps the cluster. Afterwards the run waits for the next process.
// Pages of images that no process runs count as free: they are given up when their memory is wanted.
#pragma once

#include <span>

#include "image/image.h"
#include "memory.h"
#include "own_area.h"
#include "protocol/errors.h"

namespace glenda::factotum {

/// The runs that a process has borrowed: a list. 0: none.
using RunList = std::uint32_t;

class ImageStore {
public:
    /// `clusters`, `images`: unused addresses.
    ImageStore(Memory& memory, std::uint64_t clusters, std::uint64_t images);

    /// Registers a program. Null if there is no memory.
    Image* add(const ElfFile& elf, Bytes bytes);
    /// Loads the image if necessary, and borrows its runs for one process. Errors: OutOfMemory, TooMany.
    Answer<RunList> enter(Image& image);
    /// The process has gone. Its mappings have, too.
    void leave(Image& image, RunList runs);

    const Cluster& cluster(ClusterNumber number) const { return clusters_.first<Cluster>()[number]; }
    /// The slot of the first frame's copy, in the run for a shared cluster.
    CPtr run_of(RunList runs, ClusterNumber cluster) const;
    /// The image's first cluster at or above `address`.
    ClusterNumber find(const Image& image, std::uint64_t address) const;
    /// Calls `visit(PageNumber)` for each page that is loaded.
    template <typename Visit>
    void for_each_page(Visit visit) const {
        for (ClusterNumber i = 0; i != cluster_count_; i++) {
            for (const PageNumber page : std::span(cluster(i).pages).first(cluster(i).count)) {
                if (page != kNoPage) visit(page);
            }
        }
    }
    /// Pages that would be free if their memory was wanted.
    std::uint64_t unused_pages() const { return unused_pages_; }

private:
    bool reclaim();
    bool load(Image& image);
    void unload(Image& image);
    void fill(const Image& image, const Cluster& cluster);
    Answer<CPtr> borrow(Cluster& cluster);
    Cluster& at(ClusterNumber number) { return clusters_.first<Cluster>()[number]; }

    Memory& memory_;
    OwnArea clusters_;
    OwnArea images_;
    ClusterNumber cluster_count_ = 0;
    Image* latest_ = nullptr;
    std::uint64_t unused_pages_ = 0;
};

}  // namespace glenda::factotum
