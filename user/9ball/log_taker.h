// SPDX-License-Identifier: MIT
// The service that takes the log over (LogTake): it gets everything from an offset on, as it is logged.
//
// A request at the end of the log waits for the next line. When the taker has ended, 9Ball shows the lines again that
// it did not fetch.
#pragma once

#include "glenda/server.h"
#include "journal.h"

namespace glenda::nineball {

class LogTaker {
public:
    explicit LogTaker(Journal& journal) : journal_(journal) {}

    /// Takes the log over for `client`, if nobody has, and replies with the bytes from `offset` on: at once, or when
    /// there are some.
    Reaction take(Badge client, std::uint64_t offset, Request& request);
    /// Replies to a waiting taker if something was logged.
    void serve();
    /// Ends the hand-over if `client` is the taker.
    void forget_client(Badge client);

private:
    MessageWriter next_piece();

    Journal& journal_;
    Badge client_ = 0;          // 0: nobody
    std::uint64_t offset_ = 0;  // the taker has everything before this
    ReplyHandle waiting_{};
};

}  // namespace glenda::nineball
