// SPDX-License-Identifier: MIT
// What a thread waits for in Factotum. It is in one place at a time: a thread is blocked in one call.
//
// A waiter may be in two lists: of those that wait for the same word of memory (futex.h), and of those whose time runs
// out in the same slot of the wheel (timer_wheel.h). Both lists lead through the waiter itself, so waiting needs no
// memory and cannot fail.
#pragma once

#include <cstdint>

namespace glenda::factotum {

enum class WaitKind : std::uint8_t {
    None,     // it does not wait
    Child,    // for the end of a child
    Thread,   // for the end of another thread
    Service,  // for a service that 9Ball will offer
    Event,    // for an event (EVENT_TAKE)
    Stopped,  // for the answer to an event about it
    Work,     // for what it has asked for (slice.cc)
    Pager,    // for a page that somebody wants (PAGER_TAKE)
    Page,     // for a page that its pager has not brought yet
    Futex,    // for FUTEX_WAKE
    Sleep,    // for its time
};

/// A word of memory that threads can wait at. Private memory: the process, and the address. Shared memory: the object's
/// serial with bit 63 set, and the place in the object.
struct FutexKey {
    std::uint64_t space = 0;
    std::uint64_t address = 0;

    constexpr bool operator==(const FutexKey&) const = default;
};

struct Waiter {
    struct Links {
        Waiter* next = nullptr;
        Waiter* previous = nullptr;
    };

    WaitKind kind = WaitKind::None;
    bool has_deadline = false;  // it is in the wheel
    std::uint8_t level = 0;     // where in the wheel
    std::uint8_t slot = 0;
    Links same_word{};
    Links same_slot{};
    Links same_taker{};
    std::uint64_t deadline = 0;  // milliseconds since the start
    FutexKey key{};
};

/// Waiters in order of arrival.
template <Waiter::Links Waiter::*Member>
class WaiterList {
public:
    bool is_empty() const { return first_ == nullptr; }
    Waiter* first() const { return first_; }
    static Waiter* next(const Waiter& waiter) { return (waiter.*Member).next; }

    void push(Waiter& waiter) {
        waiter.*Member = {.next = nullptr, .previous = last_};
        (last_ == nullptr ? first_ : (last_->*Member).next) = &waiter;
        last_ = &waiter;
    }
    void remove(Waiter& waiter) {
        const Waiter::Links links = waiter.*Member;
        (links.previous == nullptr ? first_ : (links.previous->*Member).next) = links.next;
        (links.next == nullptr ? last_ : (links.next->*Member).previous) = links.previous;
        waiter.*Member = {};
    }
    /// The one that came first, which leaves the list. Null if it is empty.
    Waiter* pop() {
        Waiter* const waiter = first_;
        if (waiter != nullptr) remove(*waiter);
        return waiter;
    }

private:
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

using WordList = WaiterList<&Waiter::same_word>;
using SlotList = WaiterList<&Waiter::same_slot>;
using EventList = WaiterList<&Waiter::same_taker>;

}  // namespace glenda::factotum
