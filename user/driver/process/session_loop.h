// SPDX-License-Identifier: MIT
// The main loop of a driver process whose clients have sessions (user/driver/session_page.h).
//
// Everything that it must not forget is in the sessions, so it may end at any time.
#pragma once

#include "driver/session_driver.h"
#include "session_taker.h"
#include "start.h"

namespace glenda::driver {

/// Begins and ends sessions as Unicorn says.
inline void take_news(SessionDriver& driver, SessionTaker& taker) {
    while (const auto news = taker.next()) {
        if (news->state == SessionState::Closing)
            driver.close(news->number);
        else
            driver.open(news->number, Session(*reinterpret_cast<SessionPage*>(news->control), {&news->data, 1}));
    }
}

/// Serves `device`, which has been started, by `driver`, until Unicorn wants the process to stop.
template <typename Device>
void serve_sessions(const DriverProcess& process, Device& device, SessionDriver& driver) {
    SessionTaker taker;
    process.ready();
    for (Badge news = kBellSession;;) {
        if ((news & kBellStop) != 0) return;
        if ((news & kBellSession) != 0) take_news(driver, taker);
        if ((news & kBellInterrupt) != 0) process.interrupted(device);
        do {
            driver.complete();
            while (const auto closed = driver.take_closed()) taker.drop(*closed);
            driver.submit();
            taker.signal(driver.owed_signals());
            end_if_broken(device);
        } while (!driver.may_wait());
        const auto rung = process.bell().wait();
        if (!rung) panic("the bell does not ring: {}", rung.error());
        news = *rung;
    }
}

}  // namespace glenda::driver
