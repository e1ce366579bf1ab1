// SPDX-License-Identifier: MIT
// See device_vault.h.
#include "device_vault.h"

namespace glenda::nineball {

Result<void> DeviceVault::make(const BootInfo& info, Untyped pool) {
    // lab 4.4d {
    const CNode own = bootstrap_.node();
    TRY(node, bootstrap_.cnode(kDeviceNodeRadix));
    TRY_VOID(node.copy(kDeviceBootInfo, own, kRootBootInfoFrame, Rights::Read));
    TRY_VOID(node.move(kDevicePool, own, pool.cptr()));
    node_ = node;
    TRY_VOID(copy_run(slots_.dtb.first, info.dtb_frames));
    TRY_VOID(copy_run(slots_.initrd.first, info.initrd_frames));
    std::uint64_t next = slots_.untyped.first;
    for (std::uint64_t i = 0; i < info.untyped_count && i < kMaxBootUntypeds; i++) {
        if (info.untypeds[i].is_device != 0) TRY_VOID(node.move(next++, own, info.untyped.first + i));
    }
    return {};
    // lab 4.4d }
}

/// Frames that everybody may read.
Result<void> DeviceVault::copy_run(std::uint64_t index, SlotRange from) {
    for (CPtr frame = from.first; frame < from.end; frame++)
        TRY_VOID(node_.copy(index++, bootstrap_.node(), frame, Rights::Read));
    return {};
}

Result<CNode> DeviceVault::open() {
    // lab 4.4e {
    CHECK(node_, Error::InvalidCapability);
    TRY_VOID(node_.revoke(kDevicePool));
    for (std::uint64_t i = slots_.untyped.first; i < slots_.untyped.end; i++) TRY_VOID(node_.revoke(i));
    TRY_VOID(bootstrap_.node().revoke(kRootIrqControl));
    TRY_VOID(node_.copy(kDeviceIrqControl, bootstrap_.node(), kRootIrqControl));
    return node_;
    // lab 4.4e }
}

}  // namespace glenda::nineball
