// SPDX-License-Identifier: MIT
// A virtio 9P transport: requests of the protocol 9P to a file server on the host. VIRTIO 1.2, section 5.9.
//
// It knows nothing of 9P but that each request has one answer.
#pragma once

#include "driver/virtio_mmio.h"

namespace glenda::driver {

class P9Channel {
public:
    static constexpr unsigned kMaxBuffers = 16;  // of one answer

    explicit P9Channel(Mmio registers) : transport_(registers) {}

    VirtioResult<void> start(DmaPool& pool);
    /// The name of what the host offers. Writes at most what fits, and returns the length.
    unsigned tag(std::span<char> text) const;

    /// Sends a request. Returns false if there is no room now.
    bool send(const Buffer& request, std::span<const Buffer> answer, std::uint64_t token);
    void kick() const { transport_.kick(kQueue, queue_); }

    struct Completion {
        std::uint64_t token;
        std::uint32_t length;  // of the answer
    };
    /// The next answer that has come.
    std::optional<Completion> complete();

    void take_interrupt() { (void)transport_.take_interrupt(); }
    /// The device has given up: it will do nothing before a new start.
    bool needs_reset() const { return transport_.needs_reset(); }
    QueueFault fault() const { return queue_.fault(); }

private:
    static constexpr unsigned kQueue = 0;
    static constexpr std::uint64_t kFeatureMountTag = 1;

    VirtioMmio transport_;
    Virtqueue queue_{};
    std::array<std::uint64_t, Virtqueue::kMaxSize> tokens_{};  // by the request's head
    bool has_tag_ = false;
};

}  // namespace glenda::driver
