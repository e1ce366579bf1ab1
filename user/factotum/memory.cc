// SPDX-License-Identifier: MIT
// See memory.h. Taking and giving, with the books that go with it.
#include "memory.h"

#include <new>

namespace glenda::factotum {

Books::Books(const SlotMap& map) {
    pages = map.chunk_count() * sizeof(Chunk);
    slots = pages + map.usable_pages() * sizeof(PageRecord);
    free_bits = slots + map.heap_words() * 64 * sizeof(SlotRecord);
    end = align_up(free_bits + map.heap_words() * sizeof(std::uint64_t), kPageSize);
}

Memory::Memory(Kernel& kernel, const SlotMap& slots, std::byte* table, std::byte* window)
    : kernel_(kernel),
      slots_(slots),
      records_(reinterpret_cast<PageRecord*>(table + Books(slots).pages), slots.usable_pages()),
      slot_records_(reinterpret_cast<SlotRecord*>(table + Books(slots).slots), slots.heap_words() * 64),
      heap_(slots.heap(), {reinterpret_cast<std::uint64_t*>(table + Books(slots).free_bits), slots.heap_words()}),
      store_(kernel, slots_, {new (table) Chunk[slots.chunk_count()], slots.chunk_count()}, window) {}

bool Memory::charge(Pages pages) {
    do {
        if (commit_.charge(pages, supply())) return true;
    } while (reclaimer_.run(reclaimer_.self));
    return false;
}

Result<PageNumber> Memory::take_frame() {
    TRY(page, store_.take(ChunkUse::Frames));
    commit_.use({.frames = 1});
    return page;
}

Result<PageNumber> Memory::take_zeroed() {
    TRY(page, store_.take_zeroed());
    commit_.use({.frames = 1});
    return page;
}

void Memory::give_frame(PageNumber page) {
    store_.give(page);
    commit_.unuse({.frames = 1});
}

Result<PageNumber> Memory::take_untyped() {
    TRY(page, store_.take(ChunkUse::Objects));
    commit_.use({.objects = 1});
    return page;
}

Result<PageNumber> Memory::take_object(CapType type, unsigned size_bits) {
    TRY(page, take_untyped());
    if (const auto made = kernel_.retype(slots_.page(page), type, size_bits, slots_.product(page)); !made) {
        give_object(page);
        return Failure(made.error());
    }
    return page;
}

void Memory::give_object(PageNumber page) {
    store_.give(page);
    commit_.unuse({.objects = 1});
}

Result<PageNumber> Memory::take_own_untyped() {
    CHECK(charge({.objects = 1}), Error::NotEnoughMemory);
    const auto page = take_untyped();
    if (page)
        own_pages_++;
    else
        uncharge({.objects = 1});
    return page;
}

Result<void> Memory::map_own_page(std::uint64_t address) {
    CHECK(charge({.frames = 1}), Error::NotEnoughMemory);
    const auto page = take_zeroed();
    if (!page) {
        uncharge({.frames = 1});
        return Failure(page.error());
    }
    own_pages_++;
    return kernel_.map_own(slots_.product(*page), address);
}

}  // namespace glenda::factotum
