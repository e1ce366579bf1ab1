// SPDX-License-Identifier: MIT
// See p9_channel.h.
#include "p9_channel.h"

#include <algorithm>

#include "util/result.h"

namespace glenda::driver {

VirtioResult<void> P9Channel::start(DmaPool& pool) {
    TRY(features, transport_.begin(VirtioId::P9, kFeatureMountTag));
    TRY(queue, transport_.make_queue(kQueue, 4, pool));
    const auto messages = pool.take(2 * kMaxMessage);
    CHECK(messages, VirtioError::NoMemory);
    queue_ = queue;
    messages_ = *messages;
    has_tag_ = (features & kFeatureMountTag) != 0;
    transport_.go();
    return {};
}

unsigned P9Channel::tag(std::span<char> text) const {
    if (!has_tag_) return 0;
    const unsigned length = transport_.config_byte(0) | transport_.config_byte(1) << 8;
    const unsigned size = std::min(length, unsigned(text.size()));
    for (unsigned i = 0; i < size; i++) text[i] = char(transport_.config_byte(2 + i));
    return size;
}

bool P9Channel::send(unsigned size) {
    if (queue_.in_flight() != 0 || size == 0 || size > kMaxMessage) return false;
    const Buffer asked = messages_.buffer(0, size), answer = messages_.buffer(kMaxMessage, kMaxMessage);
    if (!queue_.add({&asked, 1}, {&answer, 1})) return false;
    transport_.kick(kQueue, queue_);
    return true;
}

std::optional<std::span<const std::byte>> P9Channel::take() {
    const auto used = queue_.pop();
    if (!used) return std::nullopt;
    return std::span<const std::byte>(messages_.address + kMaxMessage, used->written);
}

}  // namespace glenda::driver
