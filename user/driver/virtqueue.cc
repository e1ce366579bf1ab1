// SPDX-License-Identifier: MIT
// See virtqueue.h.
#include "virtqueue.h"

#include <cstring>

#include "driver/shared.h"

namespace glenda::driver {

const char* name_of(QueueFault fault) {
    switch (fault) {
        case QueueFault::None: return "no fault";
        case QueueFault::UsedIndex: return "the device has used more requests than there are";
        case QueueFault::UsedHead: return "the device has used a request that is not in flight";
        case QueueFault::UsedLength: return "the device has written more than it was given";
    }
    return "?";
}

Virtqueue::Virtqueue(DmaMemory memory, unsigned size)
    : memory_(memory),
      used_offset_(std::uint32_t(used_offset(size))),
      size_(std::uint16_t(size)),
      free_(std::uint16_t(size)) {
    std::memset(memory_.address, 0, bytes(size));
    for (unsigned i = 0; i < size; i++) links_[i] = std::uint16_t(i + 1);
}

std::optional<std::uint16_t> Virtqueue::add(std::span<const Buffer> readable, std::span<const Buffer> writable) {
    // lab 6.5a {
    const std::size_t count = readable.size() + writable.size();
    if (count == 0 || count > free_) return std::nullopt;
    const std::uint16_t head = first_free_;
    std::uint32_t room = 0;
    std::uint16_t last = head;
    for (const Buffer& buffer : readable) last = append(buffer, kNext);
    for (const Buffer& buffer : writable) {
        last = append(buffer, kNext | kWrite);
        room += buffer.size;
    }
    shared::store(descriptor(last).flags, std::uint16_t(writable.empty() ? 0 : kWrite));
    free_ = std::uint16_t(free_ - count);
    in_flight_++;
    chains_[head] = {std::uint16_t(count), room};
    shared::store(available(added_ % size_), head);
    shared::publish(available_index(), ++added_);
    return head;
    // lab 6.5a }
}

/// Fills the first free descriptor. Returns which that was.
std::uint16_t Virtqueue::append(const Buffer& buffer, std::uint16_t flags) {
    // lab 6.5b {
    const std::uint16_t index = first_free_;
    Descriptor& target = descriptor(index);
    first_free_ = links_[index];
    shared::store(target.address, buffer.physical);
    shared::store(target.size, buffer.size);
    shared::store(target.flags, flags);
    shared::store(target.next, first_free_);
    return index;
    // lab 6.5b }
}

std::optional<Virtqueue::Used> Virtqueue::pop() {
    // lab 6.5c {
    if (fault_ != QueueFault::None) return std::nullopt;
    const std::uint16_t waiting = std::uint16_t(shared::acquire(used_index()) - popped_);
    if (waiting == 0) return std::nullopt;
    if (waiting > in_flight_) return fail(QueueFault::UsedIndex);
    const UsedEntry& entry = used(popped_ % size_);
    const std::uint32_t head = shared::load(entry.head), written = shared::load(entry.written);
    if (head >= size_ || chains_[head].descriptors == 0) return fail(QueueFault::UsedHead);
    if (written > chains_[head].writable) return fail(QueueFault::UsedLength);
    popped_++;
    release(std::uint16_t(head));
    return Used{std::uint16_t(head), written};
    // lab 6.5c }
}

/// Puts a chain's descriptors, linked as they are, in front of the free list.
void Virtqueue::release(std::uint16_t head) {
    // lab 6.5d {
    std::uint16_t last = head;
    for (unsigned i = 1; i < chains_[head].descriptors; i++) last = links_[last];
    links_[last] = first_free_;
    first_free_ = head;
    free_ = std::uint16_t(free_ + chains_[head].descriptors);
    in_flight_--;
    chains_[head] = {};
    // lab 6.5d }
}

std::optional<Virtqueue::Used> Virtqueue::fail(QueueFault fault) {
    fault_ = fault;
    return std::nullopt;
}

bool Virtqueue::wants_kick() const {
    shared::fence();
    return (shared::load(used_flags()) & kNoKick) == 0;
}

}  // namespace glenda::driver
