// SPDX-License-Identifier: MIT
// Hardware for drivers: the registers and the interrupt of a device, found by `compatible` in the device tree.
//
// 9Ball keeps the originals and passes copies, so that what a dead driver held can be revoked and given to the next.
// Device memory is cut in ascending order, which is why all of it is found before any is made.
// Seed: 9ball-earlier.md, 4.4.
#pragma once

#include <string_view>

#include "abi/boot_info.h"
#include "format/fdt.h"
#include "glenda/bootstrap.h"
#include "glenda/format.h"

namespace glenda::nineball {

/// What a driver gets. Pointers in 9Ball's CSpace.
struct Device {
    std::string_view compatible{};
    std::uint64_t address = 0;  // physical, of the page with the registers
    unsigned interrupt = 0;
    CPtr frame = 0;
    CPtr irq = 0;
    bool is_made = false;  // else frame and irq mean nothing
    /// For the driver: "--registers=OFFSET,SHIFT,WIDTH", where they are in the page. Empty: bytes from its start.
    FixedText<40> registers{};
};

class Devices {
public:
    static constexpr unsigned kMax = 8;

    /// Ask for the device of that kind that the tree says to use (Fdt::find_device), once. False: there is none that
    /// can be used, or there are too many.
    bool want(const Fdt& tree, std::string_view compatible);
    /// Make frames and interrupts for all that was wanted. A device that cannot be had is reported, and not found.
    void make(const BootInfo& info, Bootstrap& bootstrap);

    /// The device of that name if it can be used, else null.
    const Device* find(std::string_view compatible) const;
    /// Take it back from whoever has it.
    void reclaim(const Device& device, CNode own) const;

private:
    static Result<void> make_frame(Device& device, const BootInfo& info, Bootstrap& bootstrap);
    static Result<void> claim_interrupt(Device& device, Bootstrap& bootstrap);

    unsigned count_ = 0;
    Device devices_[kMax];  // by ascending address
};

}  // namespace glenda::nineball
