// SPDX-License-Identifier: MIT
// See rng_device.h.
#include "rng_device.h"

#include "util/result.h"

namespace glenda::driver {

VirtioResult<void> RngDevice::start(DmaPool& pool) {
    TRY_VOID(transport_.begin(VirtioId::Rng, 0));
    TRY(queue, transport_.make_queue(kQueue, 2, pool));
    const auto bytes = pool.take(kBytes);
    CHECK(bytes, VirtioError::NoMemory);
    queue_ = queue;
    bytes_ = *bytes;
    transport_.go();
    return {};
}

void RngDevice::ask() {
    if (queue_.in_flight() != 0) return;
    const Buffer buffer = bytes_.buffer(0, kBytes);
    (void)queue_.add({}, {&buffer, 1});
    transport_.kick(kQueue, queue_);
}

std::optional<std::span<const std::byte>> RngDevice::take() {
    const auto used = queue_.pop();
    if (!used) return std::nullopt;
    return std::span<const std::byte>(bytes_.address, used->written);
}

}  // namespace glenda::driver
