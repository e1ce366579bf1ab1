// SPDX-License-Identifier: MIT
// A virtio network card. VIRTIO 1.2, section 5.1.
//
// Two queues: buffers for frames that come, and frames that go. They lie wherever the caller says, who gets each back
// when the card has filled, or sent, it. In front of each frame is a header of the device, without use here: all frames
// that go have the same one, of zeroes, and what the device writes for those that come is read by nobody.
#pragma once

#include "driver/virtio_mmio.h"

namespace glenda::driver {

class NetDevice {
public:
    static constexpr unsigned kMaxFrame = 1514;
    static constexpr unsigned kMinBuffer = 1526;  // a device may refuse to work with smaller ones
    using Mac = std::array<std::uint8_t, 6>;

    explicit NetDevice(Mmio registers) : transport_(registers) {}

    /// Resets the card and starts it. It has forgotten all buffers then.
    VirtioResult<void> start(DmaPool& pool);
    /// The card's address. All zeroes if the device has none.
    const Mac& mac() const { return mac_; }

    /// Lets the card put a frame into a buffer. Returns false if there is no room now.
    bool receive(const Buffer& into, std::uint64_t token);
    /// Sends a frame, at most kMaxFrame bytes. Returns false if it is longer or there is no room now.
    bool send(const Buffer& frame, std::uint64_t token);
    /// Tells the card about these.
    void kick() const;

    struct Completion {
        std::uint64_t token;   // as it was given
        std::uint32_t length;  // of a frame that has come
    };
    /// The next buffer that the card has done with, of either kind.
    std::optional<Completion> complete();

    void take_interrupt() { (void)transport_.take_interrupt(); }
    /// The device has given up: it will do nothing before a new start.
    bool needs_reset() const { return !is_up_ || transport_.needs_reset(); }
    QueueFault fault() const { return incoming_.fault() != QueueFault::None ? incoming_.fault() : outgoing_.fault(); }

private:
    static constexpr std::uint64_t kFeatureMac = 1 << 5;
    static constexpr unsigned kReceive = 0, kTransmit = 1;
    static constexpr unsigned kHeader = 12;

    VirtioMmio transport_;
    Virtqueue incoming_{}, outgoing_{};
    DmaMemory headers_{};  // the one that is read, and the one that is written
    std::array<std::uint64_t, Virtqueue::kMaxSize> incoming_tokens_{}, outgoing_tokens_{};  // by the request's head
    Mac mac_{};
    bool is_up_ = false;  // the last start() has succeeded
};

}  // namespace glenda::driver
