// SPDX-License-Identifier: MIT
// A virtio network card. VIRTIO 1.2, section 5.1.
//
// Two queues: the receive queue is kept full of empty buffers, into which the device puts the frames that come; the
// transmit queue has the frames that go. In front of each frame is a header of the device, without use here.
#pragma once

#include "driver/virtio_mmio.h"

namespace glenda::driver {

class NetDevice {
public:
    static constexpr unsigned kBuffers = 32;  // of each queue
    static constexpr unsigned kMaxFrame = 1514;
    using Mac = std::array<std::uint8_t, 6>;

    explicit NetDevice(Mmio registers) : transport_(registers) {}

    VirtioResult<void> start(DmaPool& pool);
    /// The card's address. All zeroes if the device has none.
    const Mac& mac() const { return mac_; }

    /// Sends a frame, at most kMaxFrame bytes. Returns false if it is longer or all buffers are in use.
    bool send(std::span<const std::byte> frame);
    /// Gets back the buffers of frames that were sent.
    void reclaim();

    struct Frame {
        std::span<const std::byte> bytes;  // valid until given back
        unsigned buffer;
    };
    /// The next frame that has come. Give it back: else there will be no buffer for another.
    std::optional<Frame> receive();
    void give_back(const Frame& frame);

    void take_interrupt() { (void)transport_.take_interrupt(); }
    /// The device has given up: it will do nothing before a new start.
    bool needs_reset() const { return transport_.needs_reset(); }
    QueueFault fault() const { return receive_.fault() != QueueFault::None ? receive_.fault() : transmit_.fault(); }

private:
    static constexpr std::uint64_t kFeatureMac = 1 << 5;
    static constexpr unsigned kReceive = 0, kTransmit = 1;
    static constexpr unsigned kHeader = 12;
    static constexpr unsigned kBufferSize = 2048;
    static_assert(kHeader + kMaxFrame <= kBufferSize);

    void offer(unsigned buffer);

    VirtioMmio transport_;
    Virtqueue receive_{}, transmit_{};
    DmaMemory received_{}, sent_{};                                              // kBuffers of kBufferSize bytes each
    std::array<std::uint8_t, Virtqueue::kMaxSize> received_in_{}, sent_from_{};  // the buffer, by the request's head
    std::uint64_t free_to_send_ = mask(kBuffers);
    Mac mac_{};
};

}  // namespace glenda::driver
