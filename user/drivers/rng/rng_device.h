// SPDX-License-Identifier: MIT
// A virtio entropy device: random bytes from the host. VIRTIO 1.2, section 5.4.
#pragma once

#include "driver/virtio_mmio.h"

namespace glenda::driver {

class RngDevice {
public:
    static constexpr unsigned kBytes = 256;  // that it is asked for at a time

    explicit RngDevice(Mmio registers) : transport_(registers) {}

    VirtioResult<void> start(DmaPool& pool);
    /// Asks for bytes, unless it has been asked already.
    void ask();
    /// The bytes that have come: some of kBytes. They are valid until the next `ask`.
    std::optional<std::span<const std::byte>> take();
    void take_interrupt() { (void)transport_.take_interrupt(); }
    /// The device has given up: it will do nothing before a new start.
    bool needs_reset() const { return transport_.needs_reset(); }
    QueueFault fault() const { return queue_.fault(); }

private:
    static constexpr unsigned kQueue = 0;

    VirtioMmio transport_;
    Virtqueue queue_{};
    DmaMemory bytes_{};
};

}  // namespace glenda::driver
