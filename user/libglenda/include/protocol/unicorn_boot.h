// SPDX-License-Identifier: MIT
// What 9Ball gives Unicorn at its start: one CNode with all authority over devices, as its only passed capability.
//
// Untypeds cannot be copied, so they stay in this CNode, of which 9Ball keeps a capability too: if Unicorn ends, 9Ball
// revokes all that was made of them, and the next Unicorn finds the CNode as the first one did.
#pragma once

#include <cstdint>

#include "abi/boot_info.h"

namespace glenda {

constexpr unsigned kDeviceNodeRadix = 11;
constexpr unsigned kDmaPoolBits = 21;  // memory that devices can reach: 2 MiB

/// Slots of that CNode.
enum DeviceSlot : std::uint64_t {
    kDeviceBootInfo = 1,  // the page with BootInfo, read-only. It describes what follows
    kDeviceIrqControl = 2,
    kDevicePool = 3,          // an Untyped of 2^kDmaPoolBits bytes
    kDeviceFirstVarying = 8,  // the DTB's frames, then the initrd's, then the device Untypeds, each in BootInfo's order
};

/// Where in that CNode they are.
struct DeviceSlots {
    SlotRange dtb, initrd, untyped;
    SlotRange empty;  // for Unicorn

    explicit DeviceSlots(const BootInfo& info) {
        std::uint64_t devices = 0;
        for (std::uint64_t i = 0; i < info.untyped_count && i < kMaxBootUntypeds; i++)
            devices += info.untypeds[i].is_device != 0 ? 1 : 0;
        dtb = {kDeviceFirstVarying, kDeviceFirstVarying + info.dtb_frames.end - info.dtb_frames.first};
        initrd = {dtb.end, dtb.end + info.initrd_frames.end - info.initrd_frames.first};
        untyped = {initrd.end, initrd.end + devices};
        empty = {untyped.end, std::uint64_t{1} << kDeviceNodeRadix};
    }
};

}  // namespace glenda
