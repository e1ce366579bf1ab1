// SPDX-License-Identifier: MIT
// Deadlines of any number of waiters, in steps of a millisecond: adding, removing and the next one take a few steps.
//
// Levels of 64 slots, as a clock has hands. A slot of level n stands for one value of bits 6n to 6n+5 of the time. A
// deadline is at the highest level at which it differs from now:
//
//   ...   level 3         level 2         level 1         level 0
//         2^18 ms a slot  4,096 ms        64 ms           1 ms
//
// When the time reaches a slot of a higher level, its waiters move to lower ones. A word of bits for each level says
// which slots have waiters, so that the wheel needs no tick: next() says when it wants to be turned. Invariant: all
// deadlines are after now, except those of the waiters in the slot that the time has reached, if they are not out yet.
#pragma once

#include <array>
#include <optional>

#include "wait/waiter.h"

namespace glenda::factotum {

class TimerWheel {
public:
    explicit TimerWheel(std::uint64_t now = 0) : now_(now) {}

    /// Adds a waiter. A deadline that has passed is due in a millisecond.
    void add(Waiter& waiter, std::uint64_t deadline);
    /// Takes out a waiter.
    void remove(Waiter& waiter);
    /// Turns the wheel to `now`, and takes out the waiter whose time is up first. Null if there is none, or if `steps`,
    /// of which each waiter that moves takes one, are used up: then next() is not after `now`.
    Waiter* take_due(std::uint64_t now, unsigned& steps);
    /// When take_due() has something to do. Nothing if there is no waiter.
    std::optional<std::uint64_t> next() const;

    std::uint64_t count() const { return count_; }

private:
    static constexpr unsigned kBits = 6;
    static constexpr unsigned kLevels = (64 + kBits - 1) / kBits;
    static constexpr unsigned kSlots = 1u << kBits;

    void insert(Waiter& waiter);
    void take_out(Waiter& waiter);
    SlotList& list_of(const Waiter& waiter) { return slots_[waiter.level][waiter.slot]; }
    SlotList const& slot_reached() const { return slots_[level_][(now_ >> (level_ * kBits)) % kSlots]; }

    std::uint64_t now_;
    std::uint64_t count_ = 0;
    unsigned level_ = 0;                             // of the slot that the time has reached
    std::array<std::uint64_t, kLevels> occupied_{};  // bit i: slot i has waiters
    std::array<std::array<SlotList, kSlots>, kLevels> slots_{};
};

}  // namespace glenda::factotum
