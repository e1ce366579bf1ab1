// SPDX-License-Identifier: MIT
// Memory: the pages of the machine, and the user's half of an address space.
//
// The kernel hands out whole pages. Each page has a count of references: entries of page tables that map it, and
// pointers of the kernel. A page whose last reference goes is free. Pages that the kernel keeps for itself, or never
// got, such as those of the initrd, have one reference that never goes; so they can be mapped like all others.
//
// A user space is given by its root table. Its upper half is the kernel's. Nothing here flushes what the hart
// has cached of it: whoever changes the space that is in use does (arch::flush_space).
#pragma once

#include <span>

#include "abi/method.h"
#include "arch/page_table.h"
#include "boot/free_memory.h"

namespace glenda {

// --- pages --------------------------------------------------------------------------------------------------

/// Takes over all of `memory`, which lies in `ram`. Call it once, at boot.
void take_memory(FreeMemory& memory, PhysRange ram);

/// Returns a page of zeros with one reference, or a null address if there is none left.
PhysAddr allocate_page();
/// Adds a reference to a page.
void share_page(PhysAddr page);
/// Drops a reference to a page.
void release_page(PhysAddr page);
/// How many pages are free.
std::uint64_t free_page_count();

// --- user spaces --------------------------------------------------------------------------------------------

/// The root table whose upper half every address space shares.
extern constinit PageTable* kernel_root;

/// Makes a space without user pages. Returns null if there is no memory.
PageTable* create_user_space();
/// Gives back all that the space maps, its tables, and the root. Precondition: no hart uses it (satp).
void free_user_space(PageTable& root);

/// Maps `page` at `address`: the entry takes over the caller's reference. Makes the tables that are missing. Errors:
/// BadArgument, if the address is not that of a page in user space; AlreadyMapped; NotEnoughMemory.
Result<void> map_page(PageTable& root, VirtAddr address, PhysAddr page, MapFlags flags);
/// Maps new pages of zeros from `begin` to `end`: all or none. Errors: those of map_page().
Result<void> map_new_pages(PageTable& root, VirtAddr begin, VirtAddr end, MapFlags flags);
/// Unmaps what is mapped from `begin` to `end`; holes are no error. Both are aligned to pages, and in user space.
void unmap_pages(PageTable& root, VirtAddr begin, VirtAddr end);
/// Gives `to`, which has no user pages, a copy of each page of `from`. Error: NotEnoughMemory; then `to` has some.
Result<void> copy_user_space(PageTable& from, PageTable& to);

/// Returns the entry of the page at `address`, or null if the user cannot access it in this way.
Pte* find_user_page(PageTable& root, VirtAddr address, MapFlags wanted);

// --- what a user's pointer leads to -------------------------------------------------------------------------

// The kernel never follows a pointer that a program has passed. It finds the page in the program's page table, checks
// that the program may do there what it asks for, and goes through the direct map. Error of all of these: NotMapped.

/// Copies `size` bytes at `from` in user space to `to`.
Result<void> copy_in(PageTable& root, void* to, VirtAddr from, std::uint64_t size);
/// Copies `size` bytes to `to` in user space. If it fails, some of them may have been copied.
Result<void> copy_out(PageTable& root, VirtAddr to, const void* from, std::uint64_t size);
/// The same, but also to pages that the program can only read: for the loader.
Result<void> fill(PageTable& root, VirtAddr to, std::span<const std::byte> bytes);
/// Copies a text that ends with NUL to `room`. Returns its length without the NUL. Error also: MessageTooLong, if
/// there is not enough room.
Result<std::uint64_t> copy_text_in(PageTable& root, std::span<char> room, VirtAddr from);

}  // namespace glenda
