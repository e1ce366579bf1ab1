// SPDX-License-Identifier: MIT
// A program's file in memory: its headers, parsed once, and its pages, which all processes that run it share.
//
// The pages come in clusters: up to 16, aligned to 64 KiB of the program's addresses, of one segment. What a process
// may only read is mapped from there, a cluster at a time; what it may write is copied from there.
#pragma once

#include "abi/method.h"
#include "format/elf.h"
#include "frames/chunk.h"

namespace glenda::factotum {

constexpr unsigned kClusterPages = 16;
constexpr std::uint64_t kClusterSize = kClusterPages * kPageSize;

using ClusterNumber = std::uint32_t;

/// Some pages of a segment with bytes of the file, from address `start` on.
struct Cluster {
    std::uint64_t start = 0;
    unsigned count = 0;
    bool is_shared = false;           // mapped read-only, by runs of copies
    std::uint32_t runs = 0;           // list of runs of slots that no process uses; 0: none
    PageNumber pages[kClusterPages];  // kNoPage: not loaded

    /// The page at an address in the cluster.
    PageNumber page_at(std::uint64_t address) const { return pages[(address - start) >> kPageBits]; }
};

struct Image {
    ElfFile elf;
    Bytes bytes;
    ClusterNumber first = 0;  // its clusters, segment by segment
    ClusterNumber end = 0;
    unsigned pages = 0;      // of all clusters
    unsigned users = 0;      // processes that run it
    bool is_loaded = false;  // the pages are there, and charged
    Image* next = nullptr;   // the image made before
};

MapFlags rights_of(ElfAccess access);

}  // namespace glenda::factotum
