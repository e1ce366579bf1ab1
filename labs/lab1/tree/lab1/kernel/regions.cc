// SPDX-License-Identifier: MIT
// Grows and shrinks what a process has; see regions.h.
//
// Whatever changes, the hart forgets what it has cached of the space. All processes have address space identifier 0.
#include "regions.h"

#include "memory.h"

namespace glenda {

namespace {

VirtAddr page_after(VirtAddr address) { return {align_up(address.value, kPageSize)}; }

Result<void> map(Process& process, VirtAddr begin, VirtAddr end) {
    const Result<void> mapped = map_new_pages(process.root(), begin, end, MapFlags::ReadWrite);
    arch::flush_space(0, 0);
    return mapped;
}

void unmap(Process& process, VirtAddr begin, VirtAddr end) {
    unmap_pages(process.root(), begin, end);
    arch::flush_space(0, 0);
}

}  // namespace

Result<std::uint64_t> sbrk(Process& process, std::int64_t bytes) {
    const VirtAddr old = process.heap_top, top = old + static_cast<std::uint64_t>(bytes);
    CHECK((bytes < 0) == (top < old), Error::BadArgument);  // the sum has wrapped around
    CHECK(process.heap_base <= top && top.value <= kMmapBase, Error::BadArgument);
    if (top < old)
        unmap(process, page_after(top), page_after(old));
    else
        TRY_VOID(map(process, page_after(old), page_after(top)));
    process.heap_top = top;
    return old.value;
}

Result<std::uint64_t> mmap(Process& process, std::uint64_t bytes) {
    const VirtAddr begin = process.mmap_head;
    CHECK(bytes != 0, Error::BadArgument);
    CHECK(bytes <= kMmapEnd - begin.value, Error::NotEnoughMemory);
    const VirtAddr end = page_after(begin + bytes);
    TRY_VOID(map(process, begin, end));
    process.mmap_head = end;
    return begin.value;
}

Result<std::uint64_t> munmap(Process& process, VirtAddr address, std::uint64_t bytes) {
    CHECK(is_aligned(address.value, kPageSize) && kMmapBase <= address.value, Error::BadArgument);
    CHECK(address < process.mmap_head && bytes <= process.mmap_head - address, Error::BadArgument);
    unmap(process, address, page_after(address + bytes));
    return 0;
}

}  // namespace glenda
