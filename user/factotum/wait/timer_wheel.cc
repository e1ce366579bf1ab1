// SPDX-License-Identifier: MIT
// See timer_wheel.h.
#include "wait/timer_wheel.h"

#include "util/bits.h"

namespace glenda::factotum {

void TimerWheel::add(Waiter& waiter, std::uint64_t deadline) {
    waiter.deadline = deadline > now_ ? deadline : now_ + 1;
    waiter.has_deadline = true;
    insert(waiter);
    count_++;
}

/// Puts a waiter where it belongs. Its deadline is after now.
void TimerWheel::insert(Waiter& waiter) {
    const unsigned level = unsigned(highest_bit(waiter.deadline ^ now_)) / kBits;
    waiter.level = std::uint8_t(level < kLevels ? level : kLevels);
    waiter.slot = std::uint8_t((waiter.deadline >> (waiter.level * kBits)) % kSlots);
    if (waiter.level < kLevels) occupied_[waiter.level] |= bit(waiter.slot);
    list_of(waiter).push(waiter);
}

void TimerWheel::remove(Waiter& waiter) {
    SlotList& list = list_of(waiter);
    list.remove(waiter);
    if (list.is_empty() && waiter.level < kLevels) occupied_[waiter.level] &= ~bit(waiter.slot);
    waiter.has_deadline = false;
    count_--;
}

void TimerWheel::advance(std::uint64_t now, SlotList& due) {
    for (auto event = next(); event && *event <= now; event = next()) {
        now_ = *event;
        unsigned level = 0;
        while (level < kLevels && occupied_[level] == 0) level++;
        SlotList& list = level == kLevels ? far_ : slots_[level][lowest_bit(occupied_[level])];
        if (level < kLevels) occupied_[level] &= occupied_[level] - 1;
        SlotList waiters = list;
        list = {};
        while (Waiter* const waiter = waiters.pop()) {
            if (waiter->deadline > now_) {
                insert(*waiter);
                continue;
            }
            waiter->has_deadline = false;
            count_--;
            due.push(*waiter);
        }
    }
    if (now > now_) now_ = now;
}

std::optional<std::uint64_t> TimerWheel::next() const {
    for (unsigned level = 0; level < kLevels; level++) {
        if (occupied_[level] == 0) continue;
        const unsigned shift = level * kBits;
        return align_down(now_, bit(shift + kBits)) | std::uint64_t{lowest_bit(occupied_[level])} << shift;
    }
    if (far_.is_empty()) return std::nullopt;
    return align_down(now_, bit(kLevels * kBits)) + bit(kLevels * kBits);
}

}  // namespace glenda::factotum
