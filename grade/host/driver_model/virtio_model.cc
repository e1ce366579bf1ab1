// SPDX-License-Identifier: MIT
// See virtio_model.h.
#include "virtio_model.h"

#include <algorithm>
#include <cstring>

namespace glenda::driver::model {

std::byte* Memory::find(std::uint64_t physical, std::uint64_t size) {
    const std::uint64_t offset = physical - kPhysical, limit = bytes_.size() - kPageSize;
    return offset <= limit && size <= limit - offset ? base() + offset : nullptr;
}

std::vector<std::byte> Chain::read() const {
    std::vector<std::byte> all;
    for (const Part& part : readable) all.insert(all.end(), part.bytes, part.bytes + part.size);
    return all;
}

/// Writes as much as there is room for, and returns how much that is.
std::uint32_t Chain::write(std::vector<std::byte> data) const {
    std::size_t at = 0;
    for (const Part& part : writable) {
        const std::size_t count = std::min<std::size_t>(part.size, data.size() - at);
        std::copy_n(data.begin() + long(at), count, part.bytes);
        at += count;
    }
    return std::uint32_t(at);
}

template <typename T>
T* Device::at(std::uint64_t physical) {
    std::byte* found = memory_.find(physical, sizeof(T));
    if (found == nullptr) complain("the driver named memory that is not its own");
    static T nothing;
    nothing = {};
    return found == nullptr ? &nothing : reinterpret_cast<T*>(found);
}

std::optional<Chain> Device::next(unsigned index) {
    Queue& queue = queues_[index];
    if (!is_running() || queue.ready == 0) return std::nullopt;
    const std::uint16_t added = *at<std::uint16_t>(queue.available + 2);
    if (added == queue.seen) return std::nullopt;
    if (std::uint16_t(added - queue.seen) > queue.size) complain("more requests than descriptors");
    Chain chain{*at<std::uint16_t>(queue.available + 4 + 2 * (queue.seen++ % queue.size)), {}, {}};
    std::uint32_t writable = 0;
    std::uint16_t number = chain.head;
    for (unsigned length = 1;; length++) {
        if (number >= queue.size || length > queue.size) return complain("a chain leads nowhere"), std::nullopt;
        struct Descriptor {
            std::uint64_t address;
            std::uint32_t size;
            std::uint16_t flags, next;
        };
        const Descriptor descriptor = *at<Descriptor>(queue.descriptors + 16 * number);
        std::byte* bytes = memory_.find(descriptor.address, descriptor.size);
        if (bytes == nullptr) return complain("a buffer lies outside the driver's memory"), std::nullopt;
        if ((descriptor.flags & 2) != 0) {
            chain.writable.push_back({bytes, descriptor.size});
            writable += descriptor.size;
        } else {
            if (!chain.writable.empty()) complain("a readable buffer behind a writable one");
            chain.readable.push_back({bytes, descriptor.size});
        }
        if ((descriptor.flags & 1) == 0) break;
        number = descriptor.next;
    }
    if (!queue.in_flight.emplace(chain.head, writable).second) complain("a head that is in flight was added again");
    return chain;
}

void Device::use(unsigned index, std::uint16_t head, std::uint32_t written) {
    queues_[index].in_flight.erase(head);
    use_wild(index, head, written, 1);
}

void Device::use_wild(unsigned index, std::uint32_t head, std::uint32_t written, unsigned step) {
    Queue& queue = queues_[index];
    if (queue.size == 0) return;
    *at<std::uint32_t>(queue.used + 4 + 8 * (queue.done % queue.size)) = head;
    *at<std::uint32_t>(queue.used + 8 + 8 * (queue.done % queue.size)) = written;
    queue.done = std::uint16_t(queue.done + step);
    *at<std::uint16_t>(queue.used) = ignores_kicks ? 1 : 0;
    *at<std::uint16_t>(queue.used + 2) = queue.done;
    interrupt_status_ |= 1;
}

void Device::reset() {
    for (Queue& queue : queues_) queue = {};
    status_ = interrupt_status_ = 0;
    accepted_ = 0;
    on_reset();
}

}  // namespace glenda::driver::model
