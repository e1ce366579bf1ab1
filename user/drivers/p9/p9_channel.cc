// SPDX-License-Identifier: MIT
// See p9_channel.h.
#include "p9_channel.h"

#include <algorithm>

#include "util/result.h"

namespace glenda::driver {

VirtioResult<void> P9Channel::start(DmaPool& pool) {
    TRY(features, transport_.begin(VirtioId::P9, kFeatureMountTag));
    TRY(queue, transport_.make_queue(kQueue, Virtqueue::kMaxSize, pool));
    CHECK(queue.size() > kMaxBuffers, VirtioError::NoQueue);  // else there would never be room for some requests
    queue_ = queue;
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

bool P9Channel::send(const Buffer& request, std::span<const Buffer> answer, std::uint64_t token) {
    const auto head = queue_.add({&request, 1}, answer);
    if (head) tokens_[*head] = token;
    return head.has_value();
}

std::optional<P9Channel::Completion> P9Channel::complete() {
    const auto used = queue_.pop();
    if (!used) return std::nullopt;
    return Completion{tokens_[used->head], used->written};
}

}  // namespace glenda::driver
