// SPDX-License-Identifier: MIT
// A virtio 9P transport: requests of the protocol 9P to a file server on the host. VIRTIO 1.2, section 5.9.
//
// It knows nothing of 9P but that each request has one answer; one request at a time.
#pragma once

#include "driver/virtio_mmio.h"

namespace glenda::driver {

class P9Channel {
public:
    static constexpr unsigned kMaxMessage = 8192;  // 9P calls it msize

    explicit P9Channel(Mmio registers) : transport_(registers) {}

    VirtioResult<void> start(DmaPool& pool);
    /// The name of what the host offers. Writes at most what fits, and returns the length.
    unsigned tag(std::span<char> text) const;

    /// Where to write the next request. Must not be touched from `send` until `take` has returned its answer.
    std::span<std::byte> request() const { return {messages_.address, kMaxMessage}; }
    /// Sends the first `size` bytes of request(). Returns false if there is one under way.
    bool send(unsigned size);
    /// The answer, once it has come. It is valid until the next `send`.
    std::optional<std::span<const std::byte>> take();

    void take_interrupt() { (void)transport_.take_interrupt(); }
    /// The device has given up: it will do nothing before a new start.
    bool needs_reset() const { return transport_.needs_reset(); }
    QueueFault fault() const { return queue_.fault(); }

private:
    static constexpr unsigned kQueue = 0;
    static constexpr std::uint64_t kFeatureMountTag = 1;

    VirtioMmio transport_;
    Virtqueue queue_{};
    DmaMemory messages_{};  // the request, and behind it the answer
    bool has_tag_ = false;
};

}  // namespace glenda::driver
