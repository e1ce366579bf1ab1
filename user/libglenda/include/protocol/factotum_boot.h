// SPDX-License-Identifier: MIT
// What 9Ball hands over to Factotum: one page of information, mapped read-only at kFactotumInfo.
//
// Factotum's address space has the root task's layout: stack below kRootStackTop, UTCB at kRootUtcbAddress, initrd at
// kRootInitrd. Its CNode has 2^kFactotumCNodeRadix slots, and a slot's number is its capability pointer. The first
// slots are those of glenda/slots.h, except as listed below.
#pragma once

#include <cstdint>

#include "abi/boot_info.h"
#include "glenda/slots.h"

namespace glenda {

constexpr unsigned kFactotumCNodeRadix = 12;
constexpr std::uint64_t kFactotumInfo = kRootBootInfo;

/// Factotum's initial slots that differ from a process's.
enum FactotumSlot : CPtr {
    kFactotumEndpoint = kSlotFactotum,  // its own endpoint, unbadged, all rights: to receive, and to mint for clients
    kFactotumNineball = kSlotNineball,  // 9Ball's endpoint, unbadged, Write and Grant: to mint with badge = pid
    kFactotumConsole = kSlotConsole,
};

// 9Ball's capability of Factotum's endpoint has the badge kNineballPid (protocol/factotum.h). Its first request is
// SetExitNotification, to learn when services end: Factotum never calls 9Ball.

constexpr std::uint64_t kFactotumInfoMagic = 0x6f66'6e49'7463'6146;  // "FactInfo"
constexpr unsigned kMaxFactotumUntypeds = 200;

struct FactotumInfo {
    std::uint64_t magic;
    std::uint64_t timebase;  // ticks of the `time` CSR per second
    std::uint64_t hart_count;
    std::uint64_t ram_size;        // bytes of RAM
    std::uint64_t kernel_size;     // bytes of RAM that are not Untyped (BootInfo)
    std::uint64_t nineball_size;   // bytes that 9Ball kept, for itself and for starting Factotum
    SlotRange untyped;             // in Factotum's CNode, as described below: normal memory only, largest first
    SlotRange initrd_frames;       // 2 MiB frames (copies, read only), mapped in order from kRootInitrd
    SlotRange empty;               // free slots
    std::uint64_t initrd_address;  // virtual address of the archive's first byte
    std::uint64_t initrd_size;     // bytes
    std::uint64_t image_end;       // first page-aligned address after Factotum's last segment
    std::uint64_t untyped_count;   // = untyped.end - untyped.first
    UntypedDescription untypeds[kMaxFactotumUntypeds];
};
static_assert(sizeof(FactotumInfo) <= 4096);

}  // namespace glenda
