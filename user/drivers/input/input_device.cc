// SPDX-License-Identifier: MIT
// See input_device.h.
#include "input_device.h"

#include <algorithm>

#include "util/result.h"

namespace glenda::driver {

VirtioResult<void> InputDevice::start(DmaPool& pool) {
    TRY_VOID(transport_.begin(VirtioId::Input, 0));
    TRY(queue, transport_.make_queue(kQueue, kEvents, pool));
    const auto events = pool.take(kEvents * sizeof(Event));
    CHECK(events, VirtioError::NoMemory);
    queue_ = queue;
    events_ = *events;
    transport_.go();
    for (unsigned i = 0; i < kEvents; i++) offer(i);
    transport_.kick(kQueue, queue_);
    return {};
}

void InputDevice::offer(unsigned place) {
    const Buffer buffer = events_.buffer(place * sizeof(Event), sizeof(Event));
    if (const auto head = queue_.add({}, {&buffer, 1})) place_of_[*head] = std::uint8_t(place);
}

std::optional<InputDevice::Event> InputDevice::next() {
    while (const auto used = queue_.pop()) {
        const unsigned place = place_of_[used->head];
        const Event event = events_.at<Event>(place * sizeof(Event));
        offer(place);
        transport_.kick(kQueue, queue_);
        if (used->written == sizeof(Event)) return event;
    }
    return std::nullopt;
}

/// Selects a part of the configuration and returns its size in bytes.
unsigned InputDevice::select(Select what, std::uint8_t which) const {
    transport_.set_config_byte(kSelect, what);
    transport_.set_config_byte(kSubselect, which);
    return std::min<unsigned>(transport_.config_byte(kSize), kMaxData);
}

unsigned InputDevice::name(std::span<char> text) const {
    unsigned size = std::min(select(kName, 0), unsigned(text.size()));
    for (unsigned i = 0; i < size; i++) text[i] = char(transport_.config_byte(kData + i));
    while (size != 0 && text[size - 1] == '\0') size--;  // QEMU counts the end of its string
    return size;
}

bool InputDevice::has(std::uint16_t type, unsigned code) const {
    const unsigned size = select(kEventBits, std::uint8_t(type));
    return code / 8 < size && (transport_.config_byte(kData + code / 8) >> code % 8 & 1) != 0;
}

}  // namespace glenda::driver
