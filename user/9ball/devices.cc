// SPDX-License-Identifier: MIT
// See devices.h.
#include "devices.h"

#include "glenda/environment.h"
#include "report.h"

namespace glenda::nineball {

bool Devices::want(const Fdt& tree, std::string_view compatible) {
    for (unsigned i = 0; i < count_; i++) {
        if (devices_[i].compatible == compatible) return true;
    }
    const auto node = tree.find_compatible(compatible);
    if (!node || !node->is_available() || count_ == kMax) return false;
    const auto registers = node->reg();
    const auto interrupt = node->interrupt();
    if (!registers || !interrupt) return false;
    unsigned at = count_++;
    for (; at != 0 && devices_[at - 1].address > registers->base; at--) devices_[at] = devices_[at - 1];
    devices_[at] = {compatible, registers->base, *interrupt, 0, 0};
    return true;
}

void Devices::make(const BootInfo& info, Bootstrap& bootstrap) {
    for (unsigned i = 0; i < count_; i++) {
        Device& device = devices_[i];
        const Result<void> made = make_one(device, info, bootstrap);
        if (made) continue;
        device.frame = 0;
        say("device {} at {:#x}, interrupt {}: {}", device.compatible, device.address, device.interrupt, made.error());
    }
}

Result<void> Devices::make_one(Device& device, const BootInfo& info, Bootstrap& bootstrap) {
    for (std::uint64_t i = 0; i < info.untyped_count && i < kMaxBootUntypeds; i++) {
        const UntypedDescription& untyped = info.untypeds[i];
        const std::uint64_t offset = device.address - untyped.address;
        if (untyped.is_device == 0 || offset >= std::uint64_t{1} << untyped.size_bits) continue;
        TRY(frame, bootstrap.slot());
        TRY_VOID(
            Untyped(info.untyped.first + i).retype(CapType::Frame, kFrameBits, bootstrap.node(), frame, 1, offset));
        TRY(irq, bootstrap.slot());
        TRY_VOID(IrqControl(kRootIrqControl).claim(device.interrupt, bootstrap.node(), irq));
        device.frame = frame;
        device.irq = irq;
        return {};
    }
    return Failure(Error::OutOfRange);
}

const Device* Devices::find(std::string_view compatible) const {
    for (unsigned i = 0; i < count_; i++) {
        if (devices_[i].compatible == compatible && devices_[i].frame != 0) return &devices_[i];
    }
    return nullptr;
}

void Devices::reclaim(const Device& device, CNode own) const {
    (void)IrqHandler(device.irq).unbind();
    (void)own.revoke(device.irq);
    (void)own.revoke(device.frame);
}

}  // namespace glenda::nineball
