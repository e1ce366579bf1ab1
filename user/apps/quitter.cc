// SPDX-License-Identifier: MIT
// A block driver for tests that serves nobody: the first one becomes ready, opens a session, and ends when it is asked
// for something. All others end at once. Which one it is, it remembers in its device's memory.
#include "driver/process/session_taker.h"

using namespace glenda;
using namespace glenda::driver;

int main() {
    DriverProcess process;
    const auto memory = process.pool().take(sizeof(std::uint64_t));
    if (!memory) panic("no memory");
    if (memory->at<std::uint64_t>(0)++ != 0) return 1;
    SessionTaker taker;
    process.ready();
    for (;;) {
        const auto rung = process.bell().wait();
        if (!rung || (*rung & (kBellClient | kBellStop)) != 0) return 1;
        while (const auto news = taker.next()) {
            if (news->state != SessionState::Open) continue;
            Session session(*reinterpret_cast<SessionPage*>(news->control), {&news->data, 1});
            session.describe(1000, 0);
            session.recover();
            (void)session.may_wait();
            taker.signal(1u << news->number);
        }
    }
}
