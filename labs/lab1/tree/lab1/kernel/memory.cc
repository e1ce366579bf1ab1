// SPDX-License-Identifier: MIT
// User spaces: mapping, unmapping, copying; see memory.h.
#include "memory.h"

#include <cstring>

namespace glenda {

constinit PageTable* kernel_root = nullptr;

namespace {

/// Calls visit(address, entry) for each page that is mapped from `begin` to `end`, in order, until it returns false. A
/// walk ends at a page, or at the highest entry that is empty: then the search goes on behind all that it covers.
template <typename Visit>
bool visit_pages(PageTable& root, VirtAddr begin, VirtAddr end, Visit visit) {
    for (VirtAddr at = begin; at < end;) {
        const Walk found = walk(root, at, 0);
        if (found.entry->is_leaf() && !visit(at, *found.entry)) return false;
        const std::uint64_t size = bit(level_bits(found.level));
        at = {align_down(at.value, size) + size};
    }
    return true;
}

/// Drops the reference that a link to a table is, and makes it empty.
void free_table(Pte& link) {
    release_page(link.address());
    link = Pte{};
}

/// Calls step(address, room) for pieces of [begin, begin + size) that lie in one page each: `address` is the kernel's
/// pointer to it. Error: NotMapped.
template <typename Step>
Result<void> each_piece(PageTable& root, VirtAddr begin, std::uint64_t size, MapFlags wanted, Step step) {
    while (size != 0) {
        const Pte* entry = find_user_page(root, begin, wanted);
        CHECK(entry != nullptr, Error::NotMapped);
        const std::uint64_t offset = begin.value % kPageSize, length = std::min(size, kPageSize - offset);
        step(to_pointer<std::byte>(entry->address()) + offset, length);
        begin = begin + length;
        size -= length;
    }
    return {};
}

Result<void> copy_to(PageTable& root, VirtAddr to, const void* from, std::uint64_t size, MapFlags wanted) {
    auto* bytes = static_cast<const std::byte*>(from);
    return each_piece(root, to, size, wanted, [&](std::byte* at, std::uint64_t length) {
        std::memcpy(at, bytes, length);
        bytes += length;
    });
}

}  // namespace

PageTable* create_user_space() {
    const PhysAddr page = allocate_page();
    if (page.value == 0) return nullptr;
    auto* root = to_pointer<PageTable>(page);
    for (unsigned i = kFirstKernelEntry; i < kTableEntries; i++) root->entries[i] = kernel_root->entries[i];
    return root;
}

void free_user_space(PageTable& root) {
    unmap_pages(root, {0}, {kUserEnd});
    for (unsigned i = 0; i < kFirstKernelEntry; i++) {
        if (!root.entries[i].is_table()) continue;
        for (Pte& link : to_pointer<PageTable>(root.entries[i].address())->entries) {
            if (link.is_table()) free_table(link);
        }
        free_table(root.entries[i]);
    }
    release_page(to_physical(&root));
}

Result<void> map_page(PageTable& root, VirtAddr address, PhysAddr page, MapFlags flags) {
    CHECK(address.value < kUserEnd && is_aligned(address.value, kPageSize), Error::BadArgument);
    for (;;) {
        const Walk found = walk(root, address, 0);
        CHECK(!found.entry->is_leaf(), Error::AlreadyMapped);
        if (found.level == 0) {
            *found.entry = Pte::user_leaf(page, std::uint64_t(flags));
            return {};
        }
        const PhysAddr table = allocate_page();
        CHECK(table.value != 0, Error::NotEnoughMemory);
        *found.entry = Pte::table(table);
    }
}

Result<void> map_new_pages(PageTable& root, VirtAddr begin, VirtAddr end, MapFlags flags) {
    for (VirtAddr at = begin; at < end; at = at + kPageSize) {
        const PhysAddr page = allocate_page();
        Result<void> mapped = Failure(Error::NotEnoughMemory);
        if (page.value != 0) mapped = map_page(root, at, page, flags);
        if (mapped) continue;
        if (page.value != 0) release_page(page);
        unmap_pages(root, begin, at);
        return mapped;
    }
    return {};
}

void unmap_pages(PageTable& root, VirtAddr begin, VirtAddr end) {
    visit_pages(root, begin, end, [](VirtAddr, Pte& entry) {
        release_page(entry.address());
        entry = Pte{};
        return true;
    });
}

Result<void> copy_user_space(PageTable& from, PageTable& to) {
    const bool is_whole = visit_pages(from, {0}, {kUserEnd}, [&](VirtAddr at, Pte& entry) {
        const PhysAddr page = allocate_page();
        if (page.value == 0) return false;
        std::memcpy(to_pointer(page), to_pointer(entry.address()), kPageSize);
        if (map_page(to, at, page, MapFlags(entry.map_flags()))) return true;
        release_page(page);
        return false;
    });
    CHECK(is_whole, Error::NotEnoughMemory);
    return {};
}

Pte* find_user_page(PageTable& root, VirtAddr address, MapFlags wanted) {
    if (address.value >= kUserEnd) return nullptr;
    const Walk found = walk(root, address, 0);
    const bool may =
        found.entry->is_leaf() && (found.entry->map_flags() & std::uint64_t(wanted)) == std::uint64_t(wanted);
    return may ? found.entry : nullptr;
}

Result<void> copy_in(PageTable& root, void* to, VirtAddr from, std::uint64_t size) {
    auto* bytes = static_cast<std::byte*>(to);
    return each_piece(root, from, size, MapFlags::Read, [&](const std::byte* at, std::uint64_t length) {
        std::memcpy(bytes, at, length);
        bytes += length;
    });
}

Result<void> copy_out(PageTable& root, VirtAddr to, const void* from, std::uint64_t size) {
    return copy_to(root, to, from, size, MapFlags::Write);
}

Result<void> fill(PageTable& root, VirtAddr to, std::span<const std::byte> bytes) {
    return copy_to(root, to, bytes.data(), bytes.size(), MapFlags::Read);
}

Result<std::uint64_t> copy_text_in(PageTable& root, std::span<char> room, VirtAddr from) {
    for (std::uint64_t length = 0; length < room.size(); length++) {
        TRY_VOID(copy_in(root, &room[length], from + length, 1));
        if (room[length] == '\0') return length;
    }
    return Failure(Error::MessageTooLong);
}

}  // namespace glenda
