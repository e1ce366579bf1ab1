// SPDX-License-Identifier: MIT
// See devices.h.
#include "devices.h"

#include "glenda/environment.h"
#include "report.h"

namespace glenda::nineball {

namespace {

/// Such as "plic@c000000 (sifive,plic-1.0.0)".
FixedText<80> describe_node(const Fdt& tree, std::uint32_t phandle) {
    for (FdtWalk walk{tree}; const auto node = walk.next();) {
        if (phandle == 0 || node->phandle() != phandle) continue;
        return FixedText<80>("{} ({})", node->name(), node->string("compatible"));
    }
    return FixedText<80>("nothing that the device tree names");
}

/// Whether the kernel gets the interrupts of `node`; else say what gets them.
bool can_interrupt(const Fdt& tree, std::string_view compatible, const FdtNode& node) {
    const auto plic = tree.find_plic();
    if (plic && plic->phandle() == node.interrupt_parent()) return true;
    say("device {}: {} interrupts {}; the kernel drives {}", compatible, node.name(),
        describe_node(tree, node.interrupt_parent()).view(),
        plic ? describe_node(tree, plic->phandle()).view() : "only a PLIC, and there is none");
    return false;
}

}  // namespace

bool Devices::want(const Fdt& tree, std::string_view compatible) {
    for (unsigned i = 0; i < count_; i++) {
        if (devices_[i].compatible == compatible) return true;
    }
    const auto node = tree.find_device(compatible);
    if (!node || count_ == kMax) return false;
    const auto registers = node->registers();
    const auto interrupt = node->interrupt();
    if (!registers || !interrupt) {
        say("device {}: the device tree gives {} no interrupt, or registers that cannot be used", compatible,
            node->name());
        return false;
    }
    if (!can_interrupt(tree, compatible, *node)) return false;
    Device device{.compatible = compatible, .address = align_down(registers->base, kPageSize), .interrupt = *interrupt};
    const std::uint64_t offset = registers->base - device.address;
    if (offset != 0 || registers->shift != 0 || registers->width != 1)
        device.registers.add("--registers={},{},{}", offset, registers->shift, registers->width);
    unsigned at = count_++;
    for (; at != 0 && devices_[at - 1].address > device.address; at--) devices_[at] = devices_[at - 1];
    devices_[at] = device;
    return true;
}

void Devices::make(const BootInfo& info, Bootstrap& bootstrap) {
    for (unsigned i = 0; i < count_; i++) {
        Device& device = devices_[i];
        if (const auto made = make_frame(device, info, bootstrap); !made)
            say("device {}: no memory for its registers at {:#x}: {}", device.compatible, device.address, made.error());
        else if (const auto claimed = claim_interrupt(device, bootstrap); !claimed)
            say("device {}: the kernel has no interrupt {} for it: {}", device.compatible, device.interrupt,
                claimed.error());
        else
            device.is_made = true;
    }
}

Result<void> Devices::make_frame(Device& device, const BootInfo& info, Bootstrap& bootstrap) {
    for (std::uint64_t i = 0; i < info.untyped_count && i < kMaxBootUntypeds; i++) {
        const UntypedDescription& untyped = info.untypeds[i];
        const std::uint64_t offset = device.address - untyped.address;
        if (untyped.is_device == 0 || offset >= std::uint64_t{1} << untyped.size_bits) continue;
        TRY(frame, bootstrap.slot());
        device.frame = frame;
        return Untyped(info.untyped.first + i).retype(CapType::Frame, kFrameBits, bootstrap.node(), frame, 1, offset);
    }
    return Failure(Error::OutOfRange);
}

Result<void> Devices::claim_interrupt(Device& device, Bootstrap& bootstrap) {
    TRY(irq, bootstrap.slot());
    device.irq = irq;
    return IrqControl(kRootIrqControl).claim(device.interrupt, bootstrap.node(), irq);
}

const Device* Devices::find(std::string_view compatible) const {
    for (unsigned i = 0; i < count_; i++) {
        if (devices_[i].compatible == compatible && devices_[i].is_made) return &devices_[i];
    }
    return nullptr;
}

void Devices::reclaim(const Device& device, CNode own) const {
    (void)IrqHandler(device.irq).unbind();
    (void)own.revoke(device.irq);
    (void)own.revoke(device.frame);
}

}  // namespace glenda::nineball
