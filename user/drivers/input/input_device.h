// SPDX-License-Identifier: MIT
// A virtio input device: a keyboard, mouse or tablet. VIRTIO 1.2, section 5.8.
//
// Its events are those of Linux: type, code and value. A key event has type 1, the key's number, and 1 or 0 for down or
// up; a group of events that belong together ends with one of type 0.
#pragma once

#include "driver/virtio_mmio.h"

namespace glenda::driver {

class InputDevice {
public:
    static constexpr unsigned kEvents = 64;
    static constexpr std::uint16_t kSync = 0, kKey = 1;  // event types

    struct Event {
        std::uint16_t type;
        std::uint16_t code;
        std::uint32_t value;
    };

    explicit InputDevice(Mmio registers) : transport_(registers) {}

    VirtioResult<void> start(DmaPool& pool);
    /// The device's name for people, such as "QEMU Virtio Keyboard". Writes at most what fits, and returns the length.
    unsigned name(std::span<char> text) const;
    /// Whether it can send events of `type` with `code`.
    bool has(std::uint16_t type, unsigned code) const;

    /// The next event.
    std::optional<Event> next();
    void take_interrupt() { (void)transport_.take_interrupt(); }
    /// The device has given up: it will do nothing before a new start.
    bool needs_reset() const { return transport_.needs_reset(); }
    QueueFault fault() const { return queue_.fault(); }

private:
    static constexpr unsigned kQueue = 0;
    static constexpr unsigned kSelect = 0, kSubselect = 1, kSize = 2, kData = 8, kMaxData = 128;  // configuration
    enum Select : std::uint8_t { kName = 1, kEventBits = 0x11 };
    static_assert(sizeof(Event) == 8);

    unsigned select(Select what, std::uint8_t which) const;
    void offer(unsigned place);

    VirtioMmio transport_;
    Virtqueue queue_{};
    DmaMemory events_{};
    std::array<std::uint8_t, Virtqueue::kMaxSize> place_of_{};  // of the event, by the request's head
};

}  // namespace glenda::driver
