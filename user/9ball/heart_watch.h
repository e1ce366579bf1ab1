// SPDX-License-Identifier: MIT
// Decides when the loop of a service has worked for too long: it still did at kLooks looks in a row.
//
// Why isn't one look enough, when the period is over? A computer may stand still: the host of a virtual machine runs
// something else for seconds. When it goes on, the period is over, and the service had no processor in all this time.
// So the time to the next look begins when this one is really done. However long nobody could look, that counts as
// one look.
#pragma once

#include <cstdint>

namespace glenda::nineball {

class HeartWatch {
public:
    static constexpr unsigned kLooks = 8;

    /// The loop works from `now` on, and may do so for `period`. All times are in ticks.
    void works(std::uint64_t now, std::uint64_t period) {
        step_ = (period + kLooks - 1) / kLooks;
        looks_left_ = kLooks;
        due_ = now + step_;
    }
    /// The loop waits for messages.
    void rests() { due_ = 0; }
    /// When to look next; 0: it rests.
    std::uint64_t due() const { return due_; }
    /// Looks, if it is time. True: the loop has worked for its whole period, and is watched no longer.
    bool look(std::uint64_t now) {
        if (due_ == 0 || now < due_) return false;
        looks_left_--;
        due_ = looks_left_ == 0 ? 0 : now + step_;
        return looks_left_ == 0;
    }

private:
    std::uint64_t due_ = 0;
    std::uint64_t step_ = 0;  // between two looks
    unsigned looks_left_ = 0;
};

}  // namespace glenda::nineball
