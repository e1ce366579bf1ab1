// SPDX-License-Identifier: MIT
// A driver's news of its clients: which sessions have come, and which are to be closed (protocol/unicorn.h).
#pragma once

#include "driver/session.h"
#include "driver_process.h"

namespace glenda::driver {

/// Slots of a driver with sessions: what wakes each client.
constexpr CPtr kSessionBells = kDriverFirstFree;
constexpr CPtr kSessionFirstFree = kSessionBells + kMaxSessions;

class SessionTaker {
public:
    struct News {
        unsigned number;
        SessionState state;
        std::byte* control;  // null if Closing
        DataRun data;
        Badge client;  // who opened it
    };
    /// The next news. Ends the program if Unicorn's answer makes no sense.
    std::optional<News> next();
    /// Says that the session, which is Closing, is not used any more.
    void drop(unsigned number);
    /// Signals the clients: a bit for each session.
    void signal(std::uint64_t sessions) const;

private:
    Answer<News> open(MessageReader reader, unsigned number, unsigned caps);

    std::byte* pages_[kMaxSessions] = {};  // control pages: mapped once
};

}  // namespace glenda::driver
