// SPDX-License-Identifier: MIT
// The machine's pages, free and in use; see memory.h.
//
// The first word of a free page is the address of the next free one, so the list needs no memory of its own.
// Invariant: a page is in the list if and only if its count of references is 0.
#include <cstring>

#include "boot/survey.h"
#include "debug/print.h"
#include "memory.h"

namespace glenda {

namespace {

constinit PhysRange all;                        // the pages that have a count
constinit std::uint32_t* references = nullptr;  // of each of them
constinit PhysAddr first_free;                  // 0: none
constinit std::uint64_t free_count = 0;

std::uint32_t& references_of(PhysAddr page) {
    ASSERT(all.begin <= page && page < all.end);
    return references[(page - all.begin) / kPageSize];
}

void add_to_free(PhysAddr page) {
    *to_pointer<PhysAddr>(page) = first_free;
    first_free = page;
    free_count++;
}

}  // namespace

void take_memory(FreeMemory& memory, PhysRange ram) {
    all = ram;
    const std::uint64_t pages = ram.size() / kPageSize;
    const PhysAddr table = memory.allocate(highest_bit(pages * sizeof(std::uint32_t)) + 1);
    if (table.value == 0) refuse_to_boot("memory", "", "too little for the table of pages");
    references = to_pointer<std::uint32_t>(table);
    for (std::uint64_t i = 0; i < pages; i++) references[i] = 1;
    for (;;) {
        const FreeMemory::Block block = memory.take_block(kPageBits, kMaxUntypedBits);
        if (block.size_bits == 0) return;
        for (std::uint64_t at = 0; at < bit(block.size_bits); at += kPageSize) release_page(block.address + at);
    }
}

PhysAddr allocate_page() {
    const PhysAddr page = first_free;
    if (page.value == 0) return {};
    first_free = *to_pointer<PhysAddr>(page);
    free_count--;
    references_of(page) = 1;
    std::memset(to_pointer(page), 0, kPageSize);
    return page;
}

void share_page(PhysAddr page) { references_of(page)++; }

void release_page(PhysAddr page) {
    std::uint32_t& count = references_of(page);
    ASSERT(count != 0);
    if (--count == 0) add_to_free(page);
}

std::uint64_t free_page_count() { return free_count; }

}  // namespace glenda
