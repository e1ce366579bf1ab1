// SPDX-License-Identifier: MIT
// Heartbeats: the loop of a server proves to 9Ball that it still runs.
//
//     server                          9Ball
//       | first message after a rest    |
//       |------- "I work" ------------->|  watches it
//       | ... again after half a period |
//       |------- "I work" ------------->|
//       |                               |  half a period without a word
//       |<------ the question ----------|
//       |------- "I rest" ------------->|  stops watching
//
// So nothing is sent, and no timer runs, while a server waits for messages. The question is a bit of the program's own
// notification, which must be bound to the thread of the loop. Who does not answer for half a period is killed.
#pragma once

#include <cstdint>

#include "abi/object.h"
#include "glenda/message.h"
#include "glenda/time.h"

namespace glenda {

class Heart {
public:
    /// Asks 9Ball whether it wants heartbeats of this program, and if so binds its notification to this thread.
    /// `scratch`: an empty slot.
    void start(const ReceiveSlots& scratch);

    /// Whether to say "I work" before the next message is handled. Costs four instructions.
    bool is_due() const { return read_time() >= due_; }
    void beat();
    /// Answers the question, if it is among the bits of a signal. Returns the others.
    Badge answer(Badge bits);

private:
    static constexpr Badge kQuestion = Badge{1} << 63;
    static constexpr std::uint64_t kNever = ~std::uint64_t{0};

    std::uint64_t due_ = kNever;  // time, in ticks
    std::uint64_t half_period_ = 0;
};

}  // namespace glenda
