// SPDX-License-Identifier: MIT
// A virtio device of this machine for a test: its registers, memory for it, and its interrupt.
#pragma once

#include "../common/ktest.h"
#include "driver/virtio_mmio.h"

namespace glenda::ktest {

/// Registers of a device, mapped. `place`: its page in kArea, a number of the test's own.
driver::Mmio map_registers(std::uint64_t address, unsigned place);
/// Takes back all registers and interrupts: at the end of a test, because the framework reclaims the arena alone.
void give_back_devices();

/// Contiguous memory in this program and at the device.
class DmaFrame {
public:
    static constexpr std::uint64_t kAddress = kArea + 2 * kMiB, kSize = 2 * kMiB;
    DmaFrame();
    driver::DmaMemory memory{};
};

/// Finds the machine's device `id`, which has to be there, in the device tree.
class VirtioDevice {
public:
    explicit VirtioDevice(driver::VirtioId id);

    driver::Mmio registers{0};
    Notification bell{};
    IrqHandler irq{};

    /// Waits for interrupts until `poll` returns something that converts to true, and returns that.
    template <typename Device, typename Poll>
    auto await(Device& device, Poll poll) {
        for (;;) {
            if (auto result = poll()) return result;
            (void)need(bell.wait());
            device.take_interrupt();
            need(irq.ack());
        }
    }
};

/// Ends the program if a driver could not start its device.
template <typename T>
void need_started(const driver::VirtioResult<T>& result, int line = __builtin_LINE()) {
    if (!result) check(false, name_of(result.error()), __FILE__, line);
    if (!result) give_up(Error::NotBound, __FILE__, line);
}

}  // namespace glenda::ktest
