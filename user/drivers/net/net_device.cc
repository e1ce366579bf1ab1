// SPDX-License-Identifier: MIT
// See net_device.h.
#include "net_device.h"

#include "util/result.h"

namespace glenda::driver {

VirtioResult<void> NetDevice::start(DmaPool& pool) {
    is_up_ = false;
    TRY(features, transport_.begin(VirtioId::Net, kFeatureMac));
    TRY(receive, transport_.make_queue(kReceive, Virtqueue::kMaxSize, pool));
    TRY(transmit, transport_.make_queue(kTransmit, Virtqueue::kMaxSize, pool));
    const auto headers = pool.take(2 * kHeader);
    CHECK(headers, VirtioError::NoMemory);
    incoming_ = receive;
    outgoing_ = transmit;
    headers_ = *headers;
    for (unsigned i = 0; i < kHeader; i++) headers_.at<std::uint8_t>(i) = 0;
    for (unsigned i = 0; i < mac_.size(); i++) mac_[i] = (features & kFeatureMac) != 0 ? transport_.config_byte(i) : 0;
    transport_.go();
    is_up_ = true;
    return {};
}

bool NetDevice::receive(const Buffer& into, std::uint64_t token) {
    const Buffer parts[] = {headers_.buffer(kHeader, kHeader), into};
    const auto head = incoming_.add({}, parts);
    if (head) incoming_tokens_[*head] = token;
    return head.has_value();
}

bool NetDevice::send(const Buffer& frame, std::uint64_t token) {
    if (frame.size > kMaxFrame) return false;
    const Buffer parts[] = {headers_.buffer(0, kHeader), frame};
    const auto head = outgoing_.add(parts, {});
    if (head) outgoing_tokens_[*head] = token;
    return head.has_value();
}

void NetDevice::kick() const {
    transport_.kick(kReceive, incoming_);
    transport_.kick(kTransmit, outgoing_);
}

/// A frame that is shorter than its header has no bytes.
std::optional<NetDevice::Completion> NetDevice::complete() {
    if (const auto used = incoming_.pop())
        return Completion{incoming_tokens_[used->head], used->written > kHeader ? used->written - kHeader : 0};
    if (const auto used = outgoing_.pop()) return Completion{outgoing_tokens_[used->head], 0};
    return std::nullopt;
}

}  // namespace glenda::driver
