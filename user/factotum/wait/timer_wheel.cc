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
    waiter.level = std::uint8_t(highest_bit(waiter.deadline ^ now_) / kBits);
    waiter.slot = std::uint8_t((waiter.deadline >> (waiter.level * kBits)) % kSlots);
    occupied_[waiter.level] |= bit(waiter.slot);
    list_of(waiter).push(waiter);
}

void TimerWheel::take_out(Waiter& waiter) {
    SlotList& list = list_of(waiter);
    list.remove(waiter);
    if (list.is_empty()) occupied_[waiter.level] &= ~bit(waiter.slot);
}

void TimerWheel::remove(Waiter& waiter) {
    take_out(waiter);
    waiter.has_deadline = false;
    count_--;
}

/// The slot that the time has reached stays where it is until it is empty. None comes into it meanwhile: those that are
/// added differ from now at its level, or at a lower one.
Waiter* TimerWheel::take_due(std::uint64_t now, unsigned& steps) {
    for (;;) {
        while (Waiter* const waiter = slot_reached().first()) {
            if (steps == 0) return nullptr;
            steps--;
            if (waiter->deadline == now_) {
                remove(*waiter);
                return waiter;
            }
            take_out(*waiter);
            insert(*waiter);  // at a lower level: it has this digit of the time
        }
        const auto event = next();
        if (!event || *event > now) break;
        now_ = *event;
        level_ = 0;
        while (occupied_[level_] == 0) level_++;
    }
    level_ = 0;
    if (now > now_) now_ = now;
    return nullptr;
}

std::optional<std::uint64_t> TimerWheel::next() const {
    if (!slot_reached().is_empty()) return now_;
    for (unsigned level = 0; level < kLevels; level++) {
        const unsigned shift = level * kBits;
        if (occupied_[level] != 0) return (now_ >> shift >> kBits << kBits | lowest_bit(occupied_[level])) << shift;
    }
    return std::nullopt;
}

}  // namespace glenda::factotum
