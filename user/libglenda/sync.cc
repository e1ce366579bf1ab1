// SPDX-License-Identifier: MIT
// See sync.h.
#include "glenda/sync.h"

namespace glenda {

void Semaphore::wait() {
    if (try_wait()) return;
    Parker& self = this_parker();
    {
        Guard guard(lock_);
        if (units_ != 0) {
            units_--;
            return;
        }
        queue_.push(self);
    }
    self.park();  // whoever lets it go on has given it a unit
}

bool Semaphore::try_wait() {
    Guard guard(lock_);
    if (units_ == 0) return false;
    units_--;
    return true;
}

void Semaphore::signal() {
    Parker* next;
    {
        Guard guard(lock_);
        next = queue_.pop();
        if (next == nullptr) units_++;
    }
    if (next != nullptr) next->unpark();
}

void Condition::wait(Mutex& mutex) {
    Parker& self = this_parker();
    {
        Guard guard(lock_);
        queue_.push(self);
    }
    mutex.unlock();
    self.park();
    mutex.lock();
}

void Condition::signal() {
    Parker* next;
    {
        Guard guard(lock_);
        next = queue_.pop();
    }
    if (next != nullptr) next->unpark();
}

void Condition::broadcast() {
    ParkerQueue all;
    {
        Guard guard(lock_);
        all = queue_;
        queue_ = {};
    }
    while (Parker* const next = all.pop()) next->unpark();
}

}  // namespace glenda
