// SPDX-License-Identifier: MIT
// See net_device.h.
#include "net_device.h"

#include <algorithm>
#include <cstring>

#include "util/result.h"

namespace glenda::driver {

VirtioResult<void> NetDevice::start(DmaPool& pool) {
    TRY(features, transport_.begin(VirtioId::Net, kFeatureMac));
    TRY(receive, transport_.make_queue(kReceive, kBuffers, pool));
    TRY(transmit, transport_.make_queue(kTransmit, kBuffers, pool));
    const auto received = pool.take(kBuffers * kBufferSize), sent = pool.take(kBuffers * kBufferSize);
    CHECK(received && sent, VirtioError::NoMemory);
    receive_ = receive;
    transmit_ = transmit;
    received_ = *received;
    sent_ = *sent;
    free_to_send_ = mask(kBuffers);
    for (unsigned i = 0; i < mac_.size(); i++) mac_[i] = (features & kFeatureMac) != 0 ? transport_.config_byte(i) : 0;
    transport_.go();
    for (unsigned i = 0; i < kBuffers; i++) offer(i);
    transport_.kick(kReceive, receive_);
    return {};
}

/// Lets the device put a frame into the buffer. A device with a small queue leaves some buffers out.
void NetDevice::offer(unsigned buffer) {
    const Buffer whole = received_.buffer(buffer * kBufferSize, kBufferSize);
    if (const auto head = receive_.add({}, {&whole, 1})) received_in_[*head] = std::uint8_t(buffer);
}

bool NetDevice::send(std::span<const std::byte> frame) {
    reclaim();
    if (frame.size() > kMaxFrame || free_to_send_ == 0) return false;
    const unsigned buffer = lowest_bit(free_to_send_);
    const std::uint64_t at = buffer * kBufferSize;
    std::memset(sent_.address + at, 0, kHeader);
    std::copy(frame.begin(), frame.end(), sent_.address + at + kHeader);
    const Buffer whole = sent_.buffer(at, kHeader + frame.size());
    const auto head = transmit_.add({&whole, 1}, {});
    if (!head) return false;
    sent_from_[*head] = std::uint8_t(buffer);
    free_to_send_ &= ~bit(buffer);
    transport_.kick(kTransmit, transmit_);
    return true;
}

void NetDevice::reclaim() {
    while (const auto used = transmit_.pop()) free_to_send_ |= bit(sent_from_[used->head]);
}

std::optional<NetDevice::Frame> NetDevice::receive() {
    while (const auto used = receive_.pop()) {
        const unsigned buffer = received_in_[used->head];
        if (used->written > kHeader)
            return Frame{{received_.address + buffer * kBufferSize + kHeader, used->written - kHeader}, buffer};
        offer(buffer);  // nothing in it
    }
    return std::nullopt;
}

void NetDevice::give_back(const Frame& frame) {
    offer(frame.buffer);
    transport_.kick(kReceive, receive_);
}

}  // namespace glenda::driver
