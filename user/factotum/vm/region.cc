// SPDX-License-Identifier: MIT
// See region.h. There are few regions, so a linear search is the fastest.
#include "vm/region.h"

#include "abi/object.h"
#include "util/bits.h"

namespace glenda::factotum {

const Region* RegionList::overlapping(std::uint64_t start, std::uint64_t end, const Region* except) const {
    for (const Region& region : all()) {
        if (&region != except && region.start < end && start < region.end) return &region;
    }
    return nullptr;
}

bool RegionList::add(const Region& region) {
    if (count_ == kMax || region.start > region.end || region.end > kUserEnd) return false;
    if (overlapping(region.start, region.end) != nullptr) return false;
    regions_[count_++] = region;
    return true;
}

Region* RegionList::find(std::uint64_t address) {
    for (unsigned i = 0; i < count_; i++) {
        if (regions_[i].contains(address)) return &regions_[i];
    }
    return nullptr;
}

Region* RegionList::find(RegionKind kind) {
    for (unsigned i = 0; i < count_; i++) {
        if (regions_[i].kind == kind) return &regions_[i];
    }
    return nullptr;
}

bool RegionList::resize(Region& region, std::uint64_t end) {
    if (end < region.start || end > kUserEnd || overlapping(region.start, end, &region) != nullptr) return false;
    region.end = end;
    return true;
}

void RegionList::remove(Region& region) { region = regions_[--count_]; }

std::optional<std::uint64_t> RegionList::find_gap(std::uint64_t size, std::uint64_t low, std::uint64_t high) const {
    std::uint64_t start = low;
    while (start <= high && size <= high - start) {
        const Region* in_the_way = overlapping(start - kPageSize, start + size + kPageSize);
        if (in_the_way == nullptr) return start;
        start = in_the_way->end + kPageSize;
    }
    return std::nullopt;
}

}  // namespace glenda::factotum
