// SPDX-License-Identifier: MIT
// Building the kernel's tables: no page is both writable and executable, under any address.
//
//   root --+-- 256 ... one GiB page each --------------- direct map, RW-
//          +-- 258 --> direct_middle -- 2 MiB pages ---- its first GiB of RAM, RW-
//          |                +-- 1 --> direct_low -- 4 KiB pages: those of the image's text and constants are missing
//          +-- 510 --> image_middle --> image_low ------ the image: text R-X, constants R--, data RW-
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

std::uint64_t address_of(const void* symbol) { return reinterpret_cast<std::uint64_t>(symbol); }
PhysAddr in_image(const void* symbol) { return {address_of(symbol) - KERNEL_OFFSET}; }
Pte table_at(const PageTable& table) { return Pte::table(in_image(&table)); }

void map_direct(PhysAddr end) {
    const std::uint64_t gibs = std::min<std::uint64_t>(align_up(end.value, kGiB) / kGiB, kDirectMapEntries);
    for (unsigned i = 0; i < gibs; i++) root.entries[kFirstDirect + i] = Pte::leaf({i * kGiB}, kReadWrite);
    const PhysAddr gib{align_down(kImage.value, kGiB)};
    for (unsigned i = 0; i < kTableEntries; i++)
        direct_middle.entries[i] = Pte::leaf(gib + i * bit(level_bits(1)), kReadWrite);
    for (unsigned i = 0; i < kTableEntries; i++) {
        const PhysAddr page = kImage + i * kPageSize;
        if (page >= in_image(rodata_end)) direct_low.entries[i] = Pte::leaf(page, kReadWrite);
    }
    direct_middle.at({kImage.value}, 1) = table_at(direct_low);
    root.entries[kFirstDirect + gib.value / kGiB] = table_at(direct_middle);
}

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
    boot_table.entries[kFirstDirect + gib] = Pte::leaf({gib * kGiB}, kReadWrite);
    asm volatile("sfence.vma" : : : "memory");
}

PageTable* build_kernel_space(PhysAddr memory_end) {
    ASSERT(kernel_image().end - kImage <= bit(level_bits(1)));
    map_direct(memory_end);
    map_image();
    arch::set_address_space(std::uint64_t{8} << 60 | in_image(&root).value >> kPageBits);
    asm volatile("sfence.vma" : : : "memory");
    return to_pointer<PageTable>(in_image(&root));
}

}  // namespace glenda
