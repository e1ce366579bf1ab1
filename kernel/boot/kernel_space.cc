// SPDX-License-Identifier: MIT
// Builds the kernel's page tables. Invariant: no page is both writable and executable, under any address.
//
//   root --+-- 256 ... one GiB page each --------------- direct map, RW-
//          +-- 258 --> direct_middle -- 2 MiB pages ---- its first GiB of RAM, RW-
//          |                +-- 1 --> direct_low -- 4 KiB pages: those of the image's text and constants are missing
//          +-- 510 --> image_middle --> image_low ------ the image: text R-X, constants R--, data RW-
//
// The image fits into one page of 2 MiB, so it takes one table at each level. All entries are global: they are the same
// in every address space, and a switch of ASIDs does not drop them from the TLB.
#include "boot/kernel_space.h"

#include <algorithm>

#include "arch/memory_map.h"
#include "debug/print.h"

extern "C" {
extern char image_begin[], text_begin[], text_end[], rodata_end[], image_end[];
extern glenda::PageTable boot_table;
}

namespace glenda {

namespace {

constinit PageTable root alignas(kPageSize);
constinit PageTable direct_middle alignas(kPageSize);
constinit PageTable direct_low alignas(kPageSize);
constinit PageTable image_middle alignas(kPageSize);
constinit PageTable image_low alignas(kPageSize);

constexpr std::uint64_t kReadWrite = Pte::kRead | Pte::kWrite | Pte::kGlobal;
constexpr std::uint64_t kReadOnly = Pte::kRead | Pte::kGlobal;
constexpr std::uint64_t kReadExecute = Pte::kRead | Pte::kExecute | Pte::kGlobal;
constexpr unsigned kFirstDirect = index_at({arch::kDirectMap}, kRootLevel);
constexpr PhysAddr kImage{KERNEL_PHYSICAL};
static_assert(is_aligned(KERNEL_PHYSICAL, bit(level_bits(1))));

// The tables lie in the image, at link addresses; entries hold physical ones.
std::uint64_t address_of(const void* symbol) { return reinterpret_cast<std::uint64_t>(symbol); }
PhysAddr in_image(const void* symbol) { return {address_of(symbol) - KERNEL_OFFSET}; }
Pte table_at(const PageTable& table) { return Pte::table(in_image(&table)); }

/// Maps physical memory from 0 to `end`: whole GiBs, but for the one that holds the kernel's image.
void map_direct(PhysAddr end) {
    const std::uint64_t gibs = std::min<std::uint64_t>(align_up(end.value, kGiB) / kGiB, kDirectMapEntries);
    for (unsigned i = 0; i < gibs; i++) root.entries[kFirstDirect + i] = Pte::leaf({i * kGiB}, kReadWrite);
    const PhysAddr gib{align_down(kImage.value, kGiB)};
    for (unsigned i = 0; i < kTableEntries; i++)
        direct_middle.entries[i] = Pte::leaf(gib + i * bit(level_bits(1)), kReadWrite);
    // Of the image's 2 MiB only what comes after the constants: text and constants must not have a writable alias.
    for (unsigned i = 0; i < kTableEntries; i++) {
        const PhysAddr page = kImage + i * kPageSize;
        if (page >= in_image(rodata_end)) direct_low.entries[i] = Pte::leaf(page, kReadWrite);
    }
    direct_middle.at({kImage.value}, 1) = table_at(direct_low);
    root.entries[kFirstDirect + gib.value / kGiB] = table_at(direct_middle);
}

/// Maps the image page by page. The linker script starts each part on a page of its own: text, constants, data.
void map_image() {
    for (std::uint64_t at = address_of(image_begin); at < address_of(image_end); at += kPageSize) {
        std::uint64_t flags = kReadWrite;
        if (at < address_of(rodata_end)) flags = kReadOnly;
        if (at < address_of(text_end)) flags = kReadExecute;
        image_low.at({at}, 0) = Pte::leaf({at - KERNEL_OFFSET}, flags);
    }
    image_middle.at({address_of(image_begin)}, 1) = table_at(image_low);
    root.at({address_of(image_begin)}, kRootLevel) = table_at(image_middle);
}

}  // namespace

ImageRange kernel_image() { return {in_image(image_begin), in_image(image_end)}; }

void reach_at_boot(PhysAddr address) {
    const std::uint64_t gib = address.value / kGiB;
    ASSERT(gib < kDirectMapEntries);
    // No entry was there before, but a hart may cache that as well: hence the fence.
    boot_table.entries[kFirstDirect + gib] = Pte::leaf({gib * kGiB}, kReadWrite);
    asm volatile("sfence.vma" : : : "memory");
}

PageTable* build_kernel_space(PhysAddr memory_end) {
    ASSERT(kernel_image().end - kImage <= bit(level_bits(1)));
    map_direct(memory_end);
    map_image();
    // Mode 8 is Sv39 (4.1.11). The kernel's own space has ASID 0. The image keeps its address, so the next instruction
    // is found in the new tables.
    arch::set_address_space(std::uint64_t{8} << 60 | in_image(&root).value >> kPageBits);
    asm volatile("sfence.vma" : : : "memory");
    return to_pointer<PageTable>(in_image(&root));
}

}  // namespace glenda
