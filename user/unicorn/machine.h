// SPDX-License-Identifier: MIT
// The devices that the device tree names: what has registers and an interrupt that the kernel gets.
//
// A virtio transport is a device here, whatever is behind it. Pure reading: no system calls, so the unit tests run this
// on trees of many machines (grade/unit/unicorn_machine_test.cc).
#pragma once

#include "driver_table.h"
#include "format/fdt.h"

namespace glenda::unicorn {

/// A device as the tree describes it. Texts are views into the tree.
struct MachineDevice {
    std::string_view name{};
    std::string_view compatible{};         // that of the table, else the first of the tree's
    const DriverConfig* driver = nullptr;  // by `compatible`
    FdtRegisters registers{};              // if the tree gives it any
    std::uint32_t interrupt = 0;           // 0 unless it is usable
    bool is_usable = false;                // it has registers, and an interrupt that the kernel gets
    bool is_virtio = false;                // a virtio transport
    bool is_console = false;               // where the firmware printed
    std::uint64_t page() const { return align_down(registers.base, kPageSize); }
};

class MachineDevices {
public:
    static constexpr std::size_t kMax = 32;

    /// Finds the available devices, in ascending order of addresses.
    void enumerate(const Fdt& tree, const DriverTable& table);

    std::span<const MachineDevice> all() const { return std::span(devices_).first(count_); }
    /// How many more there are than fit.
    unsigned left_out() const { return left_out_; }

private:
    void insert(const MachineDevice& device);

    std::size_t count_ = 0;
    unsigned left_out_ = 0;
    std::array<MachineDevice, kMax> devices_{};
};

/// Why a device that has a driver cannot be used: "the device tree gives it no interrupt".
FixedText<160> why_unusable(const Fdt& tree, std::string_view name);

}  // namespace glenda::unicorn
