// SPDX-License-Identifier: MIT
// See machine.h.
#include "machine.h"

#include "util/bits.h"

namespace glenda::unicorn {

namespace {

constexpr std::string_view kVirtio = "virtio,mmio";

/// Whether the kernel gets the interrupts of `node`.
bool can_interrupt(const std::optional<FdtNode>& plic, const FdtNode& node) {
    return plic && node.interrupt() && plic->phandle() == node.interrupt_parent();
}

const DriverConfig* driver_for(const FdtNode& node, const DriverTable& table) {
    // lab 6.1a {
    for (const DriverConfig& driver : table.drivers()) {
        if (!driver.compatible.empty() && node.is_compatible(driver.compatible)) return &driver;
    }
    return nullptr;
    // lab 6.1a }
}

/// Such as "plic@c000000 (sifive,plic-1.0.0)".
FixedText<80> describe(const Fdt& tree, std::uint32_t phandle) {
    for (FdtWalk walk{tree}; const auto node = walk.next();) {
        if (phandle == 0 || node->phandle() != phandle) continue;
        return FixedText<80>("{} ({})", node->name(), node->string("compatible"));
    }
    return FixedText<80>("nothing that the device tree names");
}

}  // namespace

void MachineDevices::enumerate(const Fdt& tree, const DriverTable& table) {
    // lab 6.1b {
    const auto plic = tree.find_plic();
    const auto console =
        tree.find_path(tree.find_path("/chosen") ? tree.find_path("/chosen")->string("stdout-path") : "");
    for (FdtWalk walk{tree}; const auto node = walk.next();) {
        if (!node->is_available() || !node->property("compatible")) continue;
        MachineDevice device{.name = node->name(), .compatible = node->string("compatible")};
        device.driver = driver_for(*node, table);
        if (device.driver != nullptr) device.compatible = device.driver->compatible;
        device.is_virtio = node->is_compatible(kVirtio);
        device.is_console = console && console->name() == node->name();
        const auto registers = node->registers();
        device.is_usable = registers && can_interrupt(plic, *node);
        if (registers) device.registers = *registers;
        if (device.is_usable) device.interrupt = *node->interrupt();
        if (device.is_usable || device.driver != nullptr || device.is_virtio) insert(device);
    }
    // lab 6.1b }
}

void MachineDevices::insert(const MachineDevice& device) {
    // lab 6.1c {
    if (count_ == kMax) {
        left_out_++;
        return;
    }
    std::size_t at = count_++;
    for (; at != 0 && devices_[at - 1].registers.base > device.registers.base; at--) devices_[at] = devices_[at - 1];
    devices_[at] = device;
    // lab 6.1c }
}

FixedText<160> why_unusable(const Fdt& tree, std::string_view name) {
    for (FdtWalk walk{tree}; const auto node = walk.next();) {
        if (node->name() != name) continue;
        if (!node->registers() || !node->interrupt())
            return FixedText<160>("the device tree gives it no interrupt, or registers that cannot be used");
        const auto plic = tree.find_plic();
        return FixedText<160>("it interrupts {}; the kernel drives {}", describe(tree, node->interrupt_parent()).view(),
                              plic ? describe(tree, plic->phandle()).view() : "only a PLIC, and there is none");
    }
    return FixedText<160>("it is not in the device tree");
}

}  // namespace glenda::unicorn
