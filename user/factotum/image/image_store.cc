// SPDX-License-Identifier: MIT
// See image_store.h. A run's links are in the SlotRecord of its first slot: `next` in the list, `page_plus_1` the
// number of its cluster.
#include "image/image_store.h"

#include <algorithm>

#include "image/copy.h"

namespace glenda::factotum {

MapFlags rights_of(ElfAccess access) {
    switch (access) {
        case ElfAccess::Read: return MapFlags::Read;
        case ElfAccess::ReadWrite: return MapFlags::ReadWrite;
        case ElfAccess::ReadExecute: return MapFlags::ReadExecute;
    }
    return MapFlags::Read;
}

ImageStore::ImageStore(Memory& memory, std::uint64_t clusters, std::uint64_t images)
    : memory_(memory), clusters_(memory, clusters), images_(memory, images) {
    memory_.add_reclaimer({[](void* self) { return static_cast<ImageStore*>(self)->reclaim(); }, this});
}

Image* ImageStore::add(const ElfFile& elf, Bytes bytes) {
    Image made{.elf = elf, .bytes = bytes, .first = cluster_count_, .end = cluster_count_, .next = latest_};
    for (const ElfSegment& segment : elf.segments()) {
        std::uint64_t at = align_down(segment.vaddr, kPageSize);
        const std::uint64_t end = align_up(segment.vaddr + segment.data.size(), kPageSize);
        while (!segment.data.empty() && at < end) {
            Cluster* const cluster = clusters_.append<Cluster>();
            if (cluster == nullptr) return nullptr;
            cluster_count_ = ++made.end;
            const std::uint64_t stop = std::min(end, align_down(at, kClusterSize) + kClusterSize);
            *cluster = {.start = at,
                        .count = unsigned((stop - at) >> kPageBits),
                        .is_shared = segment.access != ElfAccess::ReadWrite,
                        .pages = {}};
            std::ranges::fill(cluster->pages, kNoPage);
            made.pages += cluster->count;
            at = stop;
        }
    }
    void* const place = images_.append<std::byte>(align_up(sizeof(Image), alignof(Image)));
    if (place == nullptr) return nullptr;
    return latest_ = new (place) Image(made);
}

Answer<RunList> ImageStore::enter(Image& image) {
    if (image.users++ == 0 && image.is_loaded) unused_pages_ -= image.pages;
    RunList runs = 0;
    AnyError failure = ServerError::OutOfMemory;
    bool is_done = image.is_loaded || load(image);
    for (ClusterNumber i = image.end; is_done && i != image.first; i--) {
        Cluster& cluster = at(i - 1);
        if (!cluster.is_shared) continue;
        const auto run = borrow(cluster);
        if (!run) failure = run.error();
        is_done = run.has_value();
        if (is_done) {
            memory_.record_of_slot(*run) = {.owner = SlotRecord::kFactotum, .next = runs, .page_plus_1 = i};
            runs = RunList(*run);
        }
    }
    if (is_done) return runs;
    leave(image, runs);
    return Refusal(failure);
}

void ImageStore::leave(Image& image, RunList runs) {
    while (runs != 0) {
        SlotRecord& record = memory_.record_of_slot(runs);
        Cluster& cluster = at(record.page_plus_1 - 1);
        const RunList next = record.next;
        record.next = cluster.runs;
        cluster.runs = runs;
        runs = next;
    }
    if (--image.users == 0 && image.is_loaded) unused_pages_ += image.pages;
}

CPtr ImageStore::run_of(RunList runs, ClusterNumber cluster) const {
    while (memory_.record_of_slot(runs).page_plus_1 != cluster + 1) runs = memory_.record_of_slot(runs).next;
    return runs;
}

ClusterNumber ImageStore::find(const Image& image, std::uint64_t address) const {
    ClusterNumber number = image.first;
    while (number != image.end && cluster(number).start < address) number++;
    return number;
}

/// A run that nobody uses, or a new one.
Answer<CPtr> ImageStore::borrow(Cluster& cluster) {
    if (cluster.runs != 0) {
        const CPtr run = cluster.runs;
        cluster.runs = memory_.record_of_slot(run).next;
        return run;
    }
    const auto run = memory_.heap().take(cluster.count);
    CHECK(run.has_value(), ServerError::TooMany);
    for (unsigned i = 0; i < cluster.count; i++) {
        memory_.record_of_slot(*run + i).owner = SlotRecord::kFactotum;
        const auto copied = memory_.kernel().copy(*run + i, memory_.slots().page(cluster.pages[i]));
        if (copied) continue;
        for (unsigned done = 0; done < cluster.count; done++) {
            (void)memory_.kernel().remove(*run + done);
            memory_.record_of_slot(*run + done) = {};
        }
        memory_.heap().give(*run, cluster.count);
        return Refusal(copied.error());
    }
    return *run;
}

/// Charges, takes and fills all pages. False if there is no memory.
bool ImageStore::load(Image& image) {
    if (!memory_.charge({.frames = image.pages})) return false;
    bool is_done = true;
    for (ClusterNumber i = image.first; i != image.end; i++) {
        Cluster& cluster = at(i);
        for (unsigned page = 0; is_done && page < cluster.count; page++) {
            const auto taken = memory_.take_zeroed();
            is_done = taken.has_value();
            if (is_done) cluster.pages[page] = *taken;
        }
        if (is_done) fill(image, cluster);
    }
    image.is_loaded = true;
    if (!is_done) unload(image);
    return is_done;
}

/// Frees all pages and runs. No process uses the image.
void ImageStore::unload(Image& image) {
    for (ClusterNumber i = image.first; i != image.end; i++) {
        Cluster& cluster = at(i);
        while (cluster.runs != 0) {
            const CPtr run = cluster.runs;
            cluster.runs = memory_.record_of_slot(run).next;
            for (unsigned slot = 0; slot < cluster.count; slot++) {
                (void)memory_.kernel().remove(run + slot);
                memory_.record_of_slot(run + slot) = {};
            }
            memory_.heap().give(run, cluster.count);
        }
        for (PageNumber& page : std::span(cluster.pages).first(cluster.count)) {
            if (page != kNoPage) memory_.give_frame(page);
            page = kNoPage;
        }
    }
    memory_.uncharge({.frames = image.pages});
    image.is_loaded = false;
}

/// Gives up an image that no process runs. False if there is none.
bool ImageStore::reclaim() {
    for (Image* image = latest_; image != nullptr; image = image->next) {
        if (image->users != 0 || !image->is_loaded) continue;
        unused_pages_ -= image->pages;
        unload(*image);
        return true;
    }
    return false;
}

/// Copies the file's bytes into the pages, which are zero.
void ImageStore::fill(const Image& image, const Cluster& cluster) {
    // lab 5.2a {
    const ElfSegment& segment =
        *std::ranges::find_if(image.elf.segments(), [&](const ElfSegment& each) { return each.end() > cluster.start; });
    for (unsigned i = 0; i < cluster.count; i++) {
        const std::uint64_t page = cluster.start + i * kPageSize;
        const std::uint64_t first = std::max(page, segment.vaddr);
        const std::uint64_t last = std::min(page + kPageSize, segment.vaddr + segment.data.size());
        copy_bytes(memory_.window(cluster.pages[i]) + (first - page), segment.data.data() + (first - segment.vaddr),
                   last - first);
    }
    // lab 5.2a }
}

}  // namespace glenda::factotum
