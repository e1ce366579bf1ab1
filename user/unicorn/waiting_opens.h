// SPDX-License-Identifier: MIT
// Clients that wait until they can open a session: they may have it, but the driver has not let go yet of what another
// client had.
#pragma once

#include "glenda/server.h"
#include "sessions.h"

namespace glenda::unicorn {

class WaitingOpens {
public:
    /// Lets the caller of a request wait. False, and the caller does not, if one of its household waits already, or
    /// there is no place.
    bool add(Request& request, const OpenRequest& wanted);
    /// Something has come back: tries all again, in the order in which they came.
    void retry(Sessions& sessions);

private:
    struct Waiting {
        ReplyHandle caller{};
        OpenRequest wanted{};
    };
    unsigned count_ = 0;
    Waiting all_[kReplyCount];
};

}  // namespace glenda::unicorn
