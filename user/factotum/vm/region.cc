// SPDX-License-Identifier: MIT
// See region.h.
#include "vm/region.h"

#include <algorithm>

#include "util/bits.h"

namespace glenda::factotum {

Region Region::split(std::uint64_t address) {
    // lab 5.7a {
    const auto first_pages = std::uint32_t((address - start) >> kPageBits);
    Region rest = *this;
    rest.start = address;
    rest.offset += first_pages;
    rest.file_pages = file_pages > first_pages ? file_pages - first_pages : 0;
    if (kind == RegionKind::Image) rest.source = rest.file_pages != 0 ? cluster_of(address) : 0;
    end = address;
    file_pages -= rest.file_pages;
    return rest;
    // lab 5.7a }
}

Region Region::inner_part(std::uint64_t from, std::uint64_t to) const {
    Region part = *this;
    if (part.start < from) part = part.split(from);
    if (part.end > to) (void)part.split(to);
    return part;
}

bool Region::continues_with(const Region& next) const {
    const bool is_mergeable = kind == RegionKind::Image || kind == RegionKind::Anonymous ||
                              kind == RegionKind::Object || kind == RegionKind::Stack;
    if (!is_mergeable) return false;
    if (kind == RegionKind::Object) return source == next.source && page_of(end) == next.offset;
    return next.file_pages == 0 || (file_pages != 0 && file_end() == end && cluster_of(end) == next.source);
}

/// first_above(), where the last answer is not the right one.
unsigned RegionList::search(std::uint64_t address) const {
    unsigned low = 0, high = count_;
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (at(middle).end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return last_ = low;
}

/// find(), where it is not the region that was found last.
Region* RegionList::find_elsewhere(std::uint64_t address) {
    const unsigned i = search(address);
    return i != count_ && at(i).contains(address) ? &at(i) : nullptr;
}

void RegionList::insert(unsigned i, const Region& region) {
    move(i + 1, i, count_ - i);
    at(i) = region;
    count_++;
}

void RegionList::erase(Span gone) {
    move(gone.first, gone.after, count_ - gone.after);
    count_ -= gone.after - gone.first;
}

void RegionList::add(unsigned i, const Region& region) {
    const bool joins_next = i != count_ && region.continues_in(at(i));
    if (i != 0 && at(i - 1).continues_in(region)) {
        at(i - 1).absorb(region);
        if (!joins_next) return;
        at(i - 1).absorb(at(i));
        erase({i, i + 1});
    } else if (joins_next) {
        Region joined = region;
        joined.absorb(at(i));
        at(i) = joined;
    } else {
        insert(i, region);
    }
}

Span RegionList::remove(Span found, std::uint64_t start, std::uint64_t end) {
    // lab 5.7b {
    if (!found.is_empty() && at(found.first).start < start) {
        Region rest = at(found.first++).split(start);
        if (rest.end > end) {
            insert(found.first, rest.split(end));
            return {found.first, found.first};
        }
    }
    if (!found.is_empty() && at(found.after - 1).end > end) {
        found.after--;
        at(found.after) = at(found.after).split(end);
    }
    erase(found);
    return {found.first, found.first};
    // lab 5.7b }
}

void RegionList::cut(std::uint64_t address) {
    const unsigned i = first_above(address);
    if (i != count_ && at(i).start < address) insert(i + 1, at(i).split(address));
}

void RegionList::merge(std::uint64_t start, std::uint64_t end) {
    unsigned kept = first_above(start - 1);  // it may end at `start`
    if (kept == count_) return;
    unsigned next = kept + 1;
    for (; next != count_ && at(next).start <= end; next++) {
        if (at(kept).continues_in(at(next)))
            at(kept).absorb(at(next));
        else
            at(++kept) = at(next);
    }
    erase({kept + 1, next});
}

/// Moves `count` regions to other places, which may overlap the old ones. What lies in one page moves together.
void RegionList::move(unsigned to, unsigned from, unsigned count) {
    if (to == from) return;
    while (count != 0) {
        unsigned some = count;
        if (to < from) {
            some = std::min({some, kPerPage - to % kPerPage, kPerPage - from % kPerPage});
            Region *const out = &at(to), *const in = &at(from);
            for (unsigned i = 0; i < some; i++) out[i] = in[i];
            to += some;
            from += some;
        } else {  // the last ones first
            some = std::min({some, (to + count - 1) % kPerPage + 1, (from + count - 1) % kPerPage + 1});
            Region *const out = &at(to + count - some), *const in = &at(from + count - some);
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
