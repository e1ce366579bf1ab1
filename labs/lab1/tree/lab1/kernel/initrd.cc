// SPDX-License-Identifier: MIT
// Where the initrd is, and what is in it; see initrd.h.
#include "initrd.h"

#include "arch/layout.h"
#include "boot/survey.h"
#include "format/cpio.h"

namespace glenda {

namespace {

constinit Bytes archive;

}  // namespace

// Its pages can be mapped, so they must be its own: find_free_memory() leaves whole pages out.
void use_initrd(const Hardware& hardware) {
    const auto range = hardware.machine.initrd();
    if (!range) refuse_to_boot("initrd", "", "there is none; start QEMU with -initrd build/lab1/initrd.cpio");
    if (!is_aligned(range->base, kPageSize)) refuse_to_boot("initrd", "", "it does not begin on a page");
    archive = {to_pointer<const std::byte>(PhysAddr{range->base}), range->size};
}

Bytes initrd() { return archive; }

std::optional<Bytes> find_file(std::string_view path) {
    const auto entry = Cpio(archive).find(path);
    if (!entry || !entry->is_file()) return std::nullopt;
    return entry->data;
}

}  // namespace glenda
