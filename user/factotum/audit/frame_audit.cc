// SPDX-License-Identifier: MIT
// See frame_audit.h.
#include "audit/frame_audit.h"

namespace glenda::factotum {

void FrameAudit::add(const AddressSpace& space) {
    others_ += space.book_frames();
    space.for_each_page(memory_, [&](PageEntry entry) {
        name(entry.page());
        if (entry.slot() == 0) return;
        mappings_++;
        const SlotRecord& record = memory_.record_of_slot(entry.slot());
        slots_are_fine_ =
            slots_are_fine_ && record.owner == SlotRecord::kMapping && record.page_plus_1 == entry.page() + 1;
    });
}

void FrameAudit::add(const ImageStore& images) {
    images.for_each_page([&](PageNumber page) { name(page); });
}

void FrameAudit::add(const ObjectStore& objects) {
    others_ += objects.book_frames();
    objects.for_each_page([&](PageNumber page) { name(page); });
}

Broken FrameAudit::finish() {
    std::uint64_t named = 0;
    bool are_counted = true;
    const auto chunks = memory_.store().chunks();
    for (ChunkNumber chunk = 0; chunk != memory_.store().first_untouched(); chunk++) {
        if (chunks[chunk].use == ChunkUse::Objects) continue;
        for (PageNumber page = first_page(chunk); page != first_page(chunk + 1); page++) {
            PageRecord& record = memory_.record(page);
            const bool is_free = chunks[chunk].use == ChunkUse::Untyped || memory_.store().is_free(page);
            are_counted = are_counted && record.refs == (record.next == 0 ? 0 : record.next - 1);
            are_counted = are_counted && !(is_free && record.next != 0);
            named += record.next != 0;
            record.next = 0;
        }
    }
    others_ += memory_.own_frames();
    if (!are_counted || named + others_ != memory_.commit().used().frames) return Broken::Frames;

    std::uint64_t slots = 0;
    for (CPtr slot = memory_.slots().heap(); memory_.is_heap_slot(slot); slot++)
        slots += memory_.record_of_slot(slot).owner == SlotRecord::kMapping;
    return slots_are_fine_ && slots == mappings_ ? Broken::Nothing : Broken::Mappings;
}

}  // namespace glenda::factotum
