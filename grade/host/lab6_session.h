// SPDX-License-Identifier: MIT
// A session of a client and a driver, in one page of memory, for the tests of exercises 6.7 and 6.8.
#pragma once

#include "check.h"
#include "driver/session.h"
#include "driver/session_client.h"
#include "driver/shared.h"

namespace glenda::host {

using namespace driver;

/// The session's data: 64 pages, in runs that do not follow each other.
inline constexpr DataRun kRuns[] = {{0x8000'0000, 1}, {0x9000'0000, 3}, {0xa000'0000, 60}};
inline constexpr std::uint32_t kPages = 64;

struct SessionWorld {
    SessionWorld() { start_session(page); }
    ~SessionWorld() { shared::before_access = nullptr; }

    /// Submits a request of one block, which is also its cookie.
    void submit(unsigned block, SessionOp op = SessionOp::Read, Caller = std::source_location::current()) {
        const std::uint32_t pages = op == SessionOp::Flush ? 0 : 1;
        EXPECT(client.submit({.op = op, .block = block, .data_page = 0, .pages = pages, .cookie = block}));
    }
    /// The block of the next request, which begins; -1 if there is none.
    int begin() {
        const Session::Request* request = session.next();
        if (request == nullptr) return -1;
        last = request->slot;
        const int block = int(request->block);
        session.begin();
        return block;
    }
    /// The same, answered at once.
    int serve(SessionStatus status = SessionStatus::Ok) {
        const int block = begin();
        if (block >= 0) session.complete(last, status);
        return block;
    }
    /// The driver ends, and another one begins with the page as it is.
    void restart() {
        session = Session(page, kRuns);
        session.recover();
    }

    SessionPage page{};
    SessionClient client{page};
    Session session{page, kRuns};
    unsigned last = 0;  // the slot of the request that begin() has returned
};

}  // namespace glenda::host
