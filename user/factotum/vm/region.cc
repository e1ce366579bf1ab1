// SPDX-License-Identifier: MIT
// See region.h.
#include "vm/region.h"

#include <algorithm>

#include "util/bits.h"

namespace glenda::factotum {

Region Region::split(std::uint64_t address) {
    const auto first_pages = std::uint32_t((address - start) >> kPageBits);
    Region rest = *this;
    rest.start = address;
    rest.offset += first_pages;
    rest.file_pages = file_pages > first_pages ? file_pages - first_pages : 0;
    if (kind == RegionKind::Image) rest.source = rest.file_pages != 0 ? cluster_of(address) : 0;
    end = address;
    file_pages -= rest.file_pages;
    return rest;
}

bool Region::continues_in(const Region& next) const {
    const bool alike = end == next.start && rights == next.rights && kind == next.kind && is_shared == next.is_shared;
    const bool is_mergeable = kind == RegionKind::Image || kind == RegionKind::Anonymous ||
                              kind == RegionKind::Object || kind == RegionKind::Stack;
    if (!alike || !is_mergeable) return false;
    if (kind == RegionKind::Object) return source == next.source && page_of(end) == next.offset;
    return next.file_pages == 0 || (file_pages != 0 && file_end() == end && cluster_of(end) == next.source);
}

unsigned RegionList::first_above(std::uint64_t address) const {
    unsigned low = 0, high = count_;
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (at(middle).end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

Region* RegionList::find(std::uint64_t address) {
    if (last_hit_ >= count_ || !at(last_hit_).contains(address)) last_hit_ = first_above(address);
    if (last_hit_ == count_ || !at(last_hit_).contains(address)) return nullptr;
    return &at(last_hit_);
}

bool RegionList::overlaps(std::uint64_t start, std::uint64_t end) const {
    const unsigned i = first_above(start);
    return i != count_ && at(i).start < end;
}

bool RegionList::is_inside(std::uint64_t address) const {
    const unsigned i = first_above(address);
    return i != count_ && at(i).start < address;
}

void RegionList::insert(const Region& region) { insert_at(first_above(region.start), region); }

void RegionList::insert_at(unsigned i, const Region& region) {
    move(i + 1, i, count_ - i);
    at(i) = region;
    count_++;
}

void RegionList::cut(std::uint64_t address) {
    const unsigned i = first_above(address);
    if (i != count_ && at(i).start < address) insert_at(i + 1, at(i).split(address));
}

void RegionList::erase(std::uint64_t start, std::uint64_t end) {
    const unsigned first = first_above(start);
    unsigned after = first;
    while (after != count_ && at(after).start < end) after++;
    move(first, after, count_ - after);
    count_ -= after - first;
}

void RegionList::merge(std::uint64_t start, std::uint64_t end) {
    unsigned kept = first_above(start - 1);  // it may end at `start`
    if (kept == count_) return;
    unsigned next = kept + 1;
    for (; next != count_ && at(next).start <= end; next++) {
        Region& region = at(kept);
        if (region.continues_in(at(next))) {
            region.end = at(next).end;
            region.file_pages += at(next).file_pages;
        } else {
            at(++kept) = at(next);
        }
    }
    move(kept + 1, next, count_ - next);
    count_ -= next - (kept + 1);
}

/// Moves `count` regions to other places, which may overlap the old ones. What lies in one page moves together.
void RegionList::move(unsigned to, unsigned from, unsigned count) {
    if (to == from) return;
    while (count != 0) {
        unsigned some = count;
        if (to < from) {
            some = std::min({some, kPerPage - to % kPerPage, kPerPage - from % kPerPage});
            Region *out = &at(to), *in = &at(from);
            for (unsigned i = 0; i < some; i++) out[i] = in[i];
            to += some;
            from += some;
        } else {  // the last ones first
            some = std::min({some, (to + count - 1) % kPerPage + 1, (from + count - 1) % kPerPage + 1});
            Region *out = &at(to + count - some), *in = &at(from + count - some);
            for (unsigned i = some; i-- != 0;) out[i] = in[i];
        }
        count -= some;
    }
}

std::optional<std::uint64_t> RegionList::find_gap(std::uint64_t size, std::uint64_t low, std::uint64_t high) const {
    std::uint64_t start = low;
    for (unsigned i = first_above(low - kPageSize); start <= high && size <= high - start; i++) {
        if (i == count_ || start + size + kPageSize <= at(i).start) return start;
        start = std::max(start, at(i).end + kPageSize);
    }
    return std::nullopt;
}

}  // namespace glenda::factotum
