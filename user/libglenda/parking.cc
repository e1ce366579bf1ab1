// SPDX-License-Identifier: MIT
// See parking.h.
#include "glenda/parking.h"

#include "glenda/environment.h"
#include "glenda/futex.h"
#include "glenda/process.h"
#include "glenda/slots.h"

namespace glenda {

namespace {

/// The slots for notifications: bit i is set if one is there that no thread has. They stay, for the next thread.
constexpr unsigned kSpots = kSlotParkingEnd - kSlotParking;
constinit SpinLock spots_lock;
constinit std::uint32_t free_spots = 0;
constinit unsigned made_spots = 0;

/// A notification for the calling thread. None if there are no slots left.
Notification take_spot() {
    Guard guard(spots_lock);
    for (unsigned i = 0; i < made_spots; i++) {
        if ((free_spots >> i & 1) == 0) continue;
        free_spots &= ~(1u << i);
        return Notification(kSlotParking + i);
    }
    if (made_spots == kSpots || !process::create(CapType::Notification, kSlotParking + made_spots)) return {};
    return Notification(kSlotParking + made_spots++);
}

thread_local constinit Parker own_parker;

}  // namespace

Parker& this_parker() {
    if (!own_parker.has_looked_) own_parker.spot_ = take_spot();
    own_parker.has_looked_ = true;
    return own_parker;
}

void Parker::park() {
    while (may_go_.exchange(0, std::memory_order_acquire) == 0) {
        if (spot_)
            (void)spot_.wait();
        else
            (void)process::futex_wait(may_go_, 0);
    }
}

void Parker::unpark() {
    const Notification spot = spot_;
    may_go_.store(1, std::memory_order_release);
    // From here on, the thread may have ended. Then this wakes nobody, or another thread that will look and park again.
    if (spot)
        (void)spot.signal();
    else
        (void)process::futex_wake(may_go_, 1);
}

void leave_parker() {
    if (!own_parker.spot_) return;
    Guard guard(spots_lock);
    free_spots |= 1u << (own_parker.spot_.cptr() - kSlotParking);
}

void forget_parking() {
    made_spots = 0;
    free_spots = 0;
    own_parker.spot_ = {};
    own_parker.has_looked_ = false;
}

void ParkerQueue::push(Parker& parker) {
    parker.next_ = nullptr;
    (last_ == nullptr ? first_ : last_->next_) = &parker;
    last_ = &parker;
}

Parker* ParkerQueue::pop() {
    Parker* const first = first_;
    if (first == nullptr) return nullptr;
    first_ = first->next_;
    if (first_ == nullptr) last_ = nullptr;
    return first;
}

void SpinLock::lock() {
    while (is_taken_.exchange(1, std::memory_order_acquire) != 0) sys::yield();
}

}  // namespace glenda
