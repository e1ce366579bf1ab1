// SPDX-License-Identifier: MIT
// What 9Ball tells Factotum when it starts it by hand: one page, mapped read-only at kFactotumInfo.
//
// Factotum's address space has the root task's layout: stack below kRootStackTop, UTCB at kRootUtcbAddress, initrd at
// kRootInitrd. Its CNode has 2^kFactotumCNodeRadix slots, slot number = capability pointer; the first ones are
// those of glenda/slots.h with the differences below.
#pragma once

#include <cstdint>

#include "abi/boot_info.h"
#include "glenda/slots.h"

namespace glenda {

constexpr unsigned kFactotumCNodeRadix = 12;
constexpr std::uint64_t kFactotumInfo = kRootBootInfo;

/// Factotum's first slots, where they differ from a process's, or are held by it alone.
enum FactotumSlot : CPtr {
    kFactotumEndpoint = kSlotFactotum,  // its own endpoint, not badged, all rights: receive here, mint for clients
    kFactotumNineball = kSlotNineball,  // 9Ball's endpoint, not badged, Write and Grant: mint with badge = pid
    kFactotumConsole = kSlotConsole,
};

// 9Ball's own capability of that endpoint has the badge kNineballPid (protocol/factotum.h). The first thing it asks is
// SetExitNotification: that is how it hears of ended services, since Factotum never calls 9Ball.

constexpr std::uint64_t kFactotumInfoMagic = 0x6f66'6e49'7463'6146;  // "FactInfo"
constexpr unsigned kMaxFactotumUntypeds = 200;

struct FactotumInfo {
    std::uint64_t magic;
    std::uint64_t timebase;  // ticks of the `time` CSR in a second
    std::uint64_t hart_count;
    std::uint64_t ram_size;        // bytes in the machine
    std::uint64_t kernel_size;     // bytes that kernel and root task's first objects occupy
    std::uint64_t nineball_size;   // bytes that 9Ball kept, or spent on Factotum itself
    SlotRange untyped;             // in Factotum's CNode, as described below: normal memory only, largest first
    SlotRange initrd_frames;       // 2 MiB frames (copies, read only), mapped in order from kRootInitrd
    SlotRange empty;               // free slots
    std::uint64_t initrd_address;  // virtual address of the archive's first byte
    std::uint64_t initrd_size;     // bytes
    std::uint64_t image_end;       // virtual address behind Factotum's last segment, page aligned
    std::uint64_t untyped_count;   // = untyped.end - untyped.first
    UntypedDescription untypeds[kMaxFactotumUntypeds];
};
static_assert(sizeof(FactotumInfo) <= 4096);

}  // namespace glenda
