// SPDX-License-Identifier: MIT
// The client's side of a session (session_page.h).
//
//     client.submit({.op = SessionOp::Read, .block = 7, .data_page = 0, .pages = 1, .cookie = 42});
//     if (client.owes_signal()) driver_bell.signal();
//     while (client.outstanding() != 0) {
//         while (const auto done = client.take()) ...     // done->cookie, done->status; perhaps submit more
//         if (client.outstanding() != 0 && client.may_wait()) bell.wait();
//     }
//
// A driver may end at any time, and another continues; the client need not do anything about it. It may get an answer
// without a signal for each, and signals without an answer.
#pragma once

#include <optional>

#include "driver/shared.h"
#include "session_page.h"

namespace glenda::driver {

struct SessionRequest {
    SessionOp op = SessionOp::Read;
    std::uint64_t block = 0;
    std::uint32_t data_page = 0;
    std::uint32_t pages = 0;  // 0 for Flush
    std::uint64_t cookie = 0;
    std::uint32_t length = 0;  // for Send
};

class SessionClient {
public:
    explicit SessionClient(SessionPage& page) : page_(&page) {}

    /// Hands a request to the driver. Returns false if all slots are in use. The data pages are the driver's until the
    /// request is done.
    bool submit(const SessionRequest& request);
    /// Whether the driver has to be signalled: it got a request since this was asked last, and may be asleep.
    bool owes_signal();

    struct Answer {
        std::uint64_t cookie;
        SessionStatus status;
        std::uint32_t length;  // of what was received
    };
    /// The next answer, in any order. Nothing if there is none now.
    std::optional<Answer> take() { return has_news() ? take_next() : std::nullopt; }
    /// Asks for a signal with the next answer. Returns false if there is one already: then do not wait.
    bool may_wait();

    unsigned outstanding() const;

private:
    bool is_outstanding(unsigned slot) const { return (outstanding_ >> slot & 1) != 0; }
    bool has_news() const {
        return waiting_ || doubtful_ != 0 || shared::acquire(page_->complete_tail) != seen_ ||
               shared::acquire(page_->epoch) != epoch_;
    }
    std::optional<Answer> take_next();
    std::optional<Answer> take(unsigned slot);
    void doubt(std::uint32_t tail);

    SessionPage* page_;
    std::uint32_t tail_ = 0;  // of the submit ring
    bool waiting_ = false;
    bool has_submitted_ = false;     // since owes_signal() was asked
    std::uint64_t outstanding_ = 0;  // a bit for each slot that the driver has, or has answered
    std::uint64_t doubtful_ = 0;     // slots to look at although the ring does not name them
    std::uint32_t seen_ = 0;         // how far the complete ring has been read
    std::uint32_t epoch_ = 0;
};

}  // namespace glenda::driver
