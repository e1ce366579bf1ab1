// SPDX-License-Identifier: MIT
// A session of a client and a driver, in one page of memory.
#pragma once

#include <gtest/gtest.h>

#include "driver/session.h"
#include "driver/session_client.h"
#include "driver/shared.h"

namespace glenda::driver {

inline constexpr DataRun kRuns[] = {{0x8000'0000, 1}, {0x9000'0000, 3}, {0xa000'0000, 60}};
inline constexpr std::uint32_t kPages = 64;

class SessionTest : public testing::Test {
protected:
    SessionTest() { start_session(page); }
    void TearDown() override { shared::before_access = nullptr; }
    /// Submits a read of one block, or another request.
    void submit(std::uint64_t cookie, SessionOp op = SessionOp::Read) {
        ASSERT_TRUE(client.submit({op, cookie, 0, op == SessionOp::Flush ? 0u : 1u, cookie}));
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

    SessionPage page{};
    SessionClient client{page};
    Session session{page, kRuns};
    unsigned last = 0;
};

}  // namespace glenda::driver
