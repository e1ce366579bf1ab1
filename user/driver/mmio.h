// SPDX-License-Identifier: MIT
// The registers of a device: memory in which every access is a message to the device.
//
// So accesses are neither merged nor left out, and they stay in order with those to main memory: what a driver has
// written there is visible before a register tells the device to look. mmio.cc does this with the processor's fences;
// in the unit tests, a model of the device answers instead (grade/host/driver_model/).
#pragma once

#include <cstdint>

namespace glenda::driver {

class Mmio {
public:
    /// `address`: where the registers are mapped.
    explicit Mmio(std::uint64_t address) : address_(address) {}

    std::uint32_t read(std::uint64_t offset) const;
    void write(std::uint64_t offset, std::uint32_t value) const;
    std::uint8_t read_byte(std::uint64_t offset) const;
    void write_byte(std::uint64_t offset, std::uint8_t value) const;

private:
    std::uint64_t address_;
};

}  // namespace glenda::driver
